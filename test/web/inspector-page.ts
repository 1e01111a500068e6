import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { encodeLink } from '../../src/web/data/link';
import { openPage, pageUrl } from './browser';

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
  const { fragment } = await encodeLink({ event, config });
  const { page, faults } = await openPage(browser, pageUrl('inspector') + fragment, options);
  if (apiKey !== undefined) await page.getByLabel('apiKey').fill(apiKey);
  const result = page.getByRole('region', { name: 'Result' });
  await result.waitFor();
  return { page, result, faults };
}
