import { deflateRawSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { decodeLink } from '../../../src/web/data/link';
import { BEGINNING } from '../../../src/web/inspector/examples/examples';
import { pageUrl } from '../browser';
import {
  CONFIG,
  EVENT,
  configEditor,
  configOf,
  eventEditor,
  jsonIn,
  pageTests,
  paste,
} from './inspector-page';

const inPage = pageTests();

const KEY = 'a-real-looking-key-0123456789';
const copyLink = (page: Page): Promise<void> => page.getByRole('button', { name: 'Copy link' }).click();
const fragmentOf = (page: Page): string => new URL(page.url()).hash;

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
  expect(copied).toBe(page.url());
  const other = await page.context().newPage();
  await other.goto(copied);
  expect(await jsonIn(eventEditor(other))).toEqual(changed);
  expect(await configOf(other)).toEqual(CONFIG);
});

inPage('a browser without a clipboard leaves the link in the address', async (page) => {
  await page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
  await copyLink(page);
  await page.getByText('The link is in the address bar: copy it from there.').waitFor();
  await expect(decodeLink(fragmentOf(page))).resolves.toEqual({ event: EVENT, config: CONFIG });
});

inPage('the key is in no link, no address and no storage', async (page) => {
  await page.getByLabel('apiKey', { exact: true }).fill(KEY);
  await page.getByLabel('productTagKey', { exact: true }).fill(KEY);
  await paste(page, eventEditor(page), JSON.stringify({ ...EVENT, traits: { note: `key ${KEY}` } }));
  await copyLink(page);
  await page.getByText('It holds no API key: that was left out.').waitFor();
  const content = await decodeLink(fragmentOf(page));
  expect(content).toEqual({
    event: { ...EVENT, traits: { note: 'key (removed)' } },
    config: { ...CONFIG, productTagKey: '(removed)' },
  });
  expect(page.url()).not.toContain(KEY);
  const kept = await page.evaluate(() => [localStorage.length, sessionStorage.length, history.state]);
  expect(kept).toEqual([0, 0, null]);
});

inPage(
  'what is typed is in no address until a link is asked for, and the history stays as it is',
  async (page) => {
    const before = await page.evaluate(() => history.length);
    await page.getByLabel('productTagKey', { exact: true }).fill('AP-TYPED-2');
    await page.waitForURL(pageUrl('inspector'));
    await copyLink(page);
    await page.waitForURL(/#v1\./);
    const linked = page.url();
    await copyLink(page);
    expect(page.url()).toBe(linked);
    await page.getByLabel('productTagKey', { exact: true }).fill('AP-TYPED-AGAIN-2');
    await page.waitForURL(pageUrl('inspector'));
    expect(await page.evaluate(() => history.length)).toBe(before);
  },
);

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
  expect(fragmentOf(page)).toBe(`#v1.${packed}`);
});

inPage('a broken link says so, at the beginning and later, and leaves what is there', async (page) => {
  const other = await page.context().newPage();
  await other.goto(`${page.url().slice(0, -9)}`);
  await other.getByText('The link is cut off or was changed').waitFor();
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
  expect(fragmentOf(page)).toBe('');
});
