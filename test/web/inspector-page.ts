import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { openPage } from './browser';
import { linkTo } from './inspector/inspector-page';

/** The open inspector, with an event and a configuration in it. */
export interface InspectorPage {
  readonly page: Page;
  readonly result: Locator;
  readonly faults: readonly string[];
}

/** Opens the inspector by a link, and types in the key, which no link holds. */
export async function openInspector(
  browser: Browser,
  event: unknown,
  { apiKey, ...config }: { readonly [name: string]: unknown; readonly apiKey?: string } = {
    productTagKey: 'AP-EXAMPLE-2',
  },
  options: BrowserContextOptions = {},
): Promise<InspectorPage> {
  const { page, faults } = await openPage(browser, linkTo({ event, config }), options);
  if (apiKey !== undefined) await page.getByLabel('apiKey').fill(apiKey);
  const result = page.getByRole('region', { name: 'Result' });
  await result.waitFor();
  return { page, result, faults };
}
