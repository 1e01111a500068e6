import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { openPage, pageUrl } from './browser';

/** The open inspector, with an event and a configuration in it. */
export interface InspectorPage {
  readonly page: Page;
  readonly result: Locator;
  readonly faults: readonly string[];
}

export async function openInspector(
  browser: Browser,
  event: unknown,
  config: unknown = { productTagKey: 'AP-EXAMPLE-2' },
  options: BrowserContextOptions = {},
): Promise<InspectorPage> {
  const { page, faults } = await openPage(browser, pageUrl('inspector'), options);
  await page.getByRole('textbox', { name: 'Configuration' }).fill(JSON.stringify(config, null, 2));
  await page.getByRole('textbox', { name: 'Event' }).fill(JSON.stringify(event, null, 2));
  return { page, result: page.getByRole('region', { name: 'Result' }), faults };
}
