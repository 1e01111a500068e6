import type { Browser } from 'playwright-core';
import { openPage, pageUrl, startBrowser } from './browser';

let browser: Browser | undefined;

beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser?.close());

test('the inspector maps an event without any request', async () => {
  if (browser === undefined) return;
  const { page, faults, requested } = await openPage(browser, pageUrl('inspector'));
  await page.getByText('propertyKeys').first().waitFor();
  expect(faults).toEqual([]);
  expect(requested).toEqual([]);
});
