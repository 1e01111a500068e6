import { randomBytes } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { decodeLink } from '../../../src/web/data/link';
import { BEGINNING } from '../../../src/web/inspector/examples/examples';
import { accessibilityFaults, pageUrl } from '../browser';
import {
  CONFIG,
  EVENT,
  configEditor,
  configOf,
  eventEditor,
  jsonIn,
  linkTo,
  pageTests,
  paste,
} from './inspector-page';

const inPage = pageTests();

const KEY = 'a-real-looking-key-0123456789';
const copyLink = (page: Page): Promise<void> => page.getByRole('button', { name: 'Copy link' }).click();

inPage('a link restores the event and the configuration', async (page) => {
  expect(await jsonIn(eventEditor(page))).toEqual(EVENT);
  expect(await configOf(page)).toEqual(CONFIG);
});

inPage('a copied link opens as what the page shows', async (page) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  const changed = { ...EVENT, userId: 'u_changed' };
  await paste(page, eventEditor(page), JSON.stringify(changed));
  await copyLink(page);
  await page.getByText('The link is copied. It holds no API key.').waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(page.url()).toBe(pageUrl('inspector'));
  const other = await page.context().newPage();
  await other.goto(copied);
  expect(await jsonIn(eventEditor(other))).toEqual(changed);
  expect(await configOf(other)).toEqual(CONFIG);
});

/** Makes the page offer its links in a field, and reads one. */
async function linkOf(page: Page): Promise<string> {
  await page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
  await copyLink(page);
  return page.getByLabel('the link', { exact: true }).inputValue();
}

inPage('a browser without a clipboard gets the link in a field, selected', async (page) => {
  const link = await linkOf(page);
  await page.getByText('This browser has no clipboard here. Copy the link by hand:').waitFor();
  await expect(decodeLink(new URL(link).hash)).resolves.toEqual({ event: EVENT, config: CONFIG });
  expect(await page.evaluate(() => getSelection()?.toString())).toBe(link);
  expect(await accessibilityFaults(page)).toEqual([]);
  await page.getByRole('button', { name: 'Close this notice' }).click();
  await page.getByLabel('the link', { exact: true }).waitFor({ state: 'detached' });
});

inPage('the key is in no link, no address and no storage', async (page) => {
  await page.getByLabel('apiKey', { exact: true }).fill(KEY);
  await page.getByLabel('productTagKey', { exact: true }).fill(KEY);
  await paste(page, eventEditor(page), JSON.stringify({ ...EVENT, traits: { note: `key ${KEY}` } }));
  const link = await linkOf(page);
  await page.getByText('It holds no API key: that was left out.').waitFor();
  const content = await decodeLink(new URL(link).hash);
  expect(content).toEqual({
    event: { ...EVENT, traits: { note: 'key (removed)' } },
    config: { ...CONFIG, productTagKey: '(removed)' },
  });
  const kept = await page.evaluate(() => [localStorage.length, sessionStorage.length, history.state]);
  expect(kept).toEqual([0, 0, null]);
});

inPage(
  'keys of a host are in no link, and the page says so',
  async (page) => {
    const link = await linkOf(page);
    await page.getByText('Left out, because without effect: oauthSecret, writeKey.').waitFor();
    await expect(decodeLink(new URL(link).hash)).resolves.toEqual({ event: EVENT, config: CONFIG });
  },
  { config: { ...CONFIG, oauthSecret: 'secret-1', writeKey: 'secret-2' } },
);

inPage('the address holds neither an opened link nor what is typed or copied', async (page) => {
  await page.waitForURL(pageUrl('inspector'));
  const before = await page.evaluate(() => history.length);
  await page.getByLabel('productTagKey', { exact: true }).fill('AP-TYPED-2');
  await linkOf(page);
  expect(page.url()).toBe(pageUrl('inspector'));
  expect(await page.evaluate(() => history.length)).toBe(before);
});

inPage('a link that no browser can open is not made, and the page says what to do', async (page) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.evaluate(() => navigator.clipboard.writeText('as before'));
  const note = randomBytes(900_000).toString('base64');
  await paste(page, eventEditor(page), JSON.stringify({ ...EVENT, traits: { note } }));
  await copyLink(page);
  await page
    .getByText(/^The link would have 1,\d{3},\d{3} characters, .+: share the event as a file instead\./)
    .waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('as before');
});

inPage('an event that is nested too deeply is not copied, and the page says so', async (page) => {
  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
  await paste(
    page,
    eventEditor(page),
    `{"type": "track", "userId": "u", "event": "E", "properties": {"a": ${deep}}}`,
  );
  await page.getByText('refused: nothing is sent').waitFor();
  for (const what of ['fixture', 'unit test']) {
    await page.getByRole('button', { name: `Copy as a ${what}` }).click();
    await page.getByText(`The event is nested too deeply to copy the ${what}: share it as a file.`).waitFor();
  }
});

inPage('another link in the address of an open page is opened', async (page) => {
  await page.evaluate(() => {
    document.title = 'the same page';
  });
  const packed = deflateRawSync(JSON.stringify({ event: { type: 'group' }, config: { a: 1 } })).toString(
    'base64url',
  );
  await page.evaluate((fragment) => {
    location.hash = fragment;
  }, `v1.${packed}`);
  await eventEditor(page).getByText('"group"').waitFor();
  expect(await configOf(page)).toEqual({ a: 1 });
  expect(await page.title()).toBe('the same page');
  expect(page.url()).toBe(pageUrl('inspector'));
});

inPage('a broken link says so, at the beginning and later, and leaves what is there', async (page) => {
  const other = await page.context().newPage();
  await other.goto(linkTo({ event: EVENT, config: CONFIG }).slice(0, -9));
  await other.getByText('The link is cut off or was changed').waitFor();
  expect(other.url()).toBe(pageUrl('inspector'));
  expect(await jsonIn(eventEditor(other))).toEqual(JSON.parse(BEGINNING.eventText));
  await page.evaluate(() => {
    location.hash = 'v9.abc';
  });
  await page.getByText('The link has the form v9, and this page reads v1').waitFor();
  expect(await jsonIn(eventEditor(page))).toEqual(EVENT);
});

inPage('what is not JSON is not linked, and says what to correct', async (page) => {
  await paste(page, eventEditor(page), '{');
  await copyLink(page);
  await page.getByText('A link holds JSON: correct the event first.').waitFor();
  await paste(page, eventEditor(page), '{}');
  await page.getByRole('button', { name: 'JSON', exact: true }).click();
  await paste(page, configEditor(page), '{"apiKey": "open');
  await copyLink(page);
  await page.getByText('A link holds JSON: correct the configuration first.').waitFor();
  expect(page.url()).toBe(pageUrl('inspector'));
});
