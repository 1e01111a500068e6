import { deflateRawSync } from 'node:zlib';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { openPage, pageUrl, startBrowser, type OpenPage } from '../browser';

export const EVENT = {
  type: 'identify',
  userId: 'u_1',
  traits: { email: 'ada@example.com', plan: 'pro', city: 'Madrid' },
};
export const CONFIG = {
  productTagKey: 'AP-EXAMPLE-2',
  userAttributeMap: [{ from: 'plan', to: 'plan_name' }],
};

interface Setting {
  readonly event?: unknown;
  readonly config?: unknown;
  readonly options?: BrowserContextOptions;
}

/**
 * Starts a browser for a test file.
 *
 * @returns a `test` that opens the inspector, and fails for every error and request of the page; without a browser it does nothing, which
 * `startBrowser` says loudly
 */
export function pageTests(): (name: string, run: (page: Page) => Promise<void>, setting?: Setting) => void {
  let browser: Browser | undefined;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser?.close());
  return (name, run, setting = {}) =>
    test(name, async () => {
      if (browser === undefined) return;
      const { page, faults, requested } = await openInspector(browser, setting);
      await run(page);
      expect(faults).toEqual([]);
      expect(requested).toEqual([]);
      await page.context().close();
    });
}

/** Opens the inspector with an event and a configuration, as a link does. */
function openInspector(
  browser: Browser,
  { event = EVENT, config = CONFIG, options = {} }: Setting,
): Promise<OpenPage> {
  return openPage(browser, linkTo({ event, config }), options);
}

/** A link as another program writes it: with all that it is given. */
export function linkTo(content: { readonly event: unknown; readonly config: unknown }): string {
  const packed = deflateRawSync(JSON.stringify(content)).toString('base64url');
  return `${pageUrl('inspector')}#v1.${packed}`;
}

export const eventEditor = (page: Page): Locator => page.getByLabel('Event, as JSON');
export const configEditor = (page: Page): Locator => page.getByLabel('Configuration, as JSON');

/** Replaces the text of an editor, as somebody does who pastes. */
export async function paste(page: Page, editor: Locator, text: string): Promise<void> {
  await editor.focus();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText(text);
}

/** The JSON in an editor; an editor writes each line into an element of its own. */
export async function jsonIn(editor: Locator): Promise<unknown> {
  await editor.locator('.cm-line').first().waitFor();
  const lines = await editor.locator('.cm-line').allTextContents();
  return JSON.parse(lines.join('\n'));
}

/** The configuration of the page, as its JSON view shows it. */
export async function configOf(page: Page): Promise<unknown> {
  await page.getByRole('button', { name: 'JSON', exact: true }).click();
  const config = await jsonIn(configEditor(page));
  await page.getByRole('button', { name: 'Form', exact: true }).click();
  return config;
}
