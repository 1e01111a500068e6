import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { DropReason } from '../../../src';
import { readPage, withData } from '../../../src/cli/pages/page';
import { DROP_REASON_TEXTS } from '../../../src/core';
import type { RunReport } from '../../../src/web/index';
import { accessibilityFaults, openPage, pageUrl, startBrowser, type OpenPage } from '../browser';
import { DRY_RUN, REPORT } from './report-data';

let browser: Browser | undefined;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'report-page-'));
  browser = await startBrowser();
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});

let opened: OpenPage[] = [];
afterEach(async () => {
  for (const { page, faults, requested } of opened) {
    expect(faults).toEqual([]);
    expect(requested).toEqual([]);
    await page.context().close();
  }
  opened = [];
});

/** Opens a report as a file, as its reader does. */
async function open(on: Browser, report: RunReport, options: BrowserContextOptions = {}): Promise<Page> {
  const file = path.join(folder, `report-${opened.length}.html`);
  writeFileSync(file, withData(readPage('report'), report));
  const page = await openPage(on, pathToFileURL(file).href, options);
  opened.push(page);
  return page.page;
}

/** The pictures of the charts. */
const pictures = (page: Page): Promise<string[]> =>
  page.locator('canvas').evaluateAll((all) => all.map((canvas) => (canvas as HTMLCanvasElement).toDataURL()));

const section = (page: Page, name: string) => page.getByRole('region', { name, exact: true });

describe.each(['light', 'dark'] as const)('%s', (colorScheme) => {
  test.each([360, 800, 1440])(
    '%i pixels wide: no fault of accessibility, and nothing sticks out',
    async (width) => {
      if (browser === undefined) return;
      const page = await open(browser, REPORT, { colorScheme, viewport: { width, height: 900 } });
      expect(await accessibilityFaults(page)).toEqual([]);
      for (const details of await page.locator('summary').all()) await details.click();
      expect(await accessibilityFaults(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      const widths = await page.locator('canvas').evaluateAll((all) => all.map((one) => one.clientWidth));
      for (const canvas of widths) expect(canvas).toBeLessThanOrEqual(width);
      expect(widths).toHaveLength(3);
    },
  );
});

test('it says what the run was, how it ended, and how to resume it', async () => {
  if (browser === undefined) return;
  const page = await open(browser, REPORT);
  await page.getByRole('heading', { name: 'Delivery to Gainsight PX', level: 1 }).waitFor();
  const text = await page.locator('header').innerText();
  for (const part of [
    'The run stopped early: PX did not answer for 15 min 00 s (503)',
    '997 messages that were read stay for the next run.',
    'From 2026-01-02 03:04:05 UTC to 2026-01-02 03:24:05 UTC, 19 min 59 s',
    'Input: events.jsonl',
    'run 3 of this input',
    '2 h 05 min',
    '120,000',
    'of 123,456 messages',
    '12 worth sending again',
    '1.333 per message',
    '2,403',
    '95 % within 144 ms',
    '42',
    'gainsight-px deliver events.jsonl --rejected rejected.jsonl --report report.2.html',
  ]) {
    expect(text).toContain(part);
  }
  const marked = await page.locator('h2:has(small)').allInnerTexts();
  expect(marked.map((heading) => heading.replace(/\s*this run only/, ''))).toEqual([
    'Over time',
    'Latency by route',
  ]);
});

test('each chart has its numbers as a table, which the keyboard opens', async () => {
  if (browser === undefined) return;
  const page = await open(browser, REPORT);
  const chart = page.getByRole('img', { name: /requests per second on average/ });
  expect(await chart.getAttribute('aria-label')).toMatch(
    /^135 requests per second on average, 180 in the fastest second; the limit was 180\.$/,
  );
  expect(await page.getByRole('table', { name: 'Requests per second' }).isVisible()).toBe(false);
  await page.getByText('Requests per second as numbers').focus();
  await page.keyboard.press('Enter');
  const rows = page.getByRole('table', { name: 'Requests per second' }).getByRole('row');
  expect(await rows.count()).toBe(21);
  expect((await rows.nth(1).innerText()).split('\t').map((cell) => cell.trim())).toEqual([
    '0 s to 1:00',
    '9,685',
    '161',
    '180',
  ]);
  await page.getByText('Answers per second as numbers').click();
  const head = await page
    .getByRole('table', { name: /^Answers per second/ })
    .getByRole('row')
    .first()
    .innerText();
  expect(head.split('\t').map((cell) => cell.trim())).toEqual([
    'time',
    '201',
    '204',
    '404',
    'other answers',
    'repeated',
  ]);
});

test('charts mark pauses, which a table lists', async () => {
  if (browser === undefined) return;
  const page = await open(browser, REPORT);
  const rows = await section(page, 'Pauses').getByRole('row').allInnerTexts();
  expect(rows.slice(1).map((row) => row.split('\t').map((cell) => cell.trim()))).toEqual([
    ['PX asked to wait (Retry-After), 2 times', '21 s', '23 s', '1.5 s'],
    ['PX did not answer', '10:00', '13:20', '3 min 20 s'],
  ]);
  const without = await open(browser, { ...REPORT, pauses: [] });
  expect(await section(without, 'Pauses').count()).toBe(0);
  const [marked, plain] = [await pictures(page), await pictures(without)];
  for (const [index, picture] of marked.entries()) expect(picture).not.toBe(plain[index]);
});

test('a chart shows the values under the pointer', async () => {
  if (browser === undefined) return;
  const page = await open(browser, REPORT, { viewport: { width: 1000, height: 900 } });
  const over = page.locator('.u-over').first();
  const { width } = (await over.boundingBox())!;
  await over.hover({ position: { x: width * 0.6, y: 30 } });
  await page.getByText(/^1[12]:\d\d: requests 0, fastest second 0, limit 180 180$/).waitFor();
});

test('a chart has the colours of the page when they change, and its width', async () => {
  if (browser === undefined) return;
  const page = await open(browser, REPORT, { colorScheme: 'light', viewport: { width: 1000, height: 900 } });
  const [light] = await pictures(page);
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.waitForFunction((before) => document.querySelector('canvas')?.toDataURL() !== before, light);
  await page.setViewportSize({ width: 500, height: 900 });
  await page.waitForFunction(() => document.querySelector('canvas')!.clientWidth <= 500);
});

test('what messages and PX say is shown as text', async () => {
  if (browser === undefined) return;
  const page = await open(browser, REPORT);
  const rejected = section(page, 'Rejected');
  expect(await rejected.innerText()).toContain('no usable user id </script><img src=x onerror=alert(1)>');
  expect(await rejected.innerText()).toContain('line 5 m-5');
  expect(await rejected.innerText()).toContain('rejected.jsonl');
  const dropped = await section(page, 'Left out by the mapping').innerText();
  for (const part of [
    'traits.favouriteColour',
    DROP_REASON_TEXTS.unmapped,
    'a.jsonl:9 <b>m-9</b>',
    'in an earlier run',
  ]) {
    expect(dropped).toContain(part);
  }
  expect(await section(page, 'Sent, but PX may refuse or mangle it').innerText()).toContain(
    'attribute_unknown',
  );
});

test('it lists outcomes, latency, the slowest requests and the settings', async () => {
  if (browser === undefined) return;
  const page = await open(browser, REPORT);
  const outcomes = await section(page, 'Outcomes').innerText();
  for (const part of [
    /track\s+100,000\s+0\s+56/,
    /of a type that PX has no call for\s+2,400/,
    /users\.create\s+20,000/,
  ]) {
    expect(outcomes).toMatch(part);
  }
  const latency = page.getByRole('table', { name: 'Latency by route' });
  expect(await latency.innerText()).toMatch(/events\.create\s+100,000\s+30 ms\s+140 ms\s+333 ms\s+2\.3 s/);
  await latency
    .getByRole('img', { name: 'half within 30 ms, 95 % within 140 ms, 99 % within 333 ms' })
    .waitFor();
  expect(await latency.locator('rect').count()).toBe(25);
  const slowest = await section(page, 'The slowest requests').innerText();
  expect(slowest).toMatch(/events\.create\s+2\.3 s\s+201\s+line 17 m-17/);
  expect(slowest).toMatch(/events\.create\s+2\.0 s\s+no answer, TIMEOUT\s+line 18 batch\[2\]/);
  const settings = await section(page, 'Settings').innerText();
  expect(settings).toMatch(/--concurrency\s+20/);
  expect(settings).toContain('gainsight-px 9.8.7, Node.js 20.18.1');
});

test('it prints light, with all details, on pages that hold the charts; and is as before after that', async () => {
  if (browser === undefined) return;
  const page = await open(browser, REPORT, { colorScheme: 'dark' });
  const before = await pictures(page);
  await page.evaluate(`addEventListener('beforeprint', () => queueMicrotask(() => queueMicrotask(() => queueMicrotask(() => {
    const chart = document.querySelector('.uplot');
    window.printed = {
      closed: document.querySelectorAll('details:not([open])').length,
      ground: getComputedStyle(document.body).backgroundColor,
      width: Math.round(document.querySelector('canvas').width * chart.style.zoom),
      picture: document.querySelector('canvas').toDataURL(),
    };
  }))))`);
  const pdf = await page.pdf({ format: 'A4' });
  expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
  const printed = (await page.evaluate('window.printed')) as Record<string, unknown>;
  expect(printed).toMatchObject({ closed: 0, ground: 'rgb(255, 255, 255)', width: 680 });
  expect(printed.picture).not.toBe(before[0]);
  expect(await page.locator('details[open]').count()).toBe(0);
  await page.waitForFunction((former) => document.querySelector('canvas')!.toDataURL() === former, before[0]);
});

test('each reason of a drop has the words of explain, and a place that is not known is in an earlier run only if there was one', async () => {
  if (browser === undefined) return;
  const dropped = Object.keys(DROP_REASON_TEXTS).map((reason) => ({
    path: `traits.${reason}`,
    reason: reason as DropReason,
    count: 1,
    places: [],
  }));
  for (const [resumed, places] of [
    [true, 'in an earlier run'],
    [false, 'not recorded'],
  ] as const) {
    const page = await open(browser, { ...REPORT, dropped, summary: { ...REPORT.summary, resumed } });
    const rows = await section(page, 'Left out by the mapping').locator('tbody tr').allInnerTexts();
    expect(rows.map((row) => row.split('\t'))).toEqual(
      Object.entries(DROP_REASON_TEXTS).map(([reason, text]) => [`traits.${reason}`, text, '1', places]),
    );
  }
});

test('several files are counted, and listed on demand', async () => {
  if (browser === undefined) return;
  const files = Array.from({ length: 300 }, (_, n) => ({ name: `archive/${n}.jsonl.gz`, read: n }));
  const page = await open(browser, { ...REPORT, summary: { ...REPORT.summary, files } });
  expect(await page.locator('header').innerText()).toContain('Input: 300 files.');
  await page.getByText('Files', { exact: true }).click();
  expect(await page.getByRole('table', { name: 'Messages read of each file' }).innerText()).toMatch(
    /archive\/299\.jsonl\.gz\s+299/,
  );
});

test('a dry run shows what would be sent, and no chart of requests', async () => {
  if (browser === undefined) return;
  const page = await open(browser, DRY_RUN);
  await page.getByRole('heading', { name: 'Dry run: nothing was sent' }).waitFor();
  const text = await page.locator('main').innerText();
  expect(text).toContain('The run read its input to the end.');
  expect(text).toContain('at least; at most 3');
  expect(text).not.toContain('this run only');
  expect(await page.locator('canvas').count()).toBe(1);
  expect(await page.getByRole('heading', { level: 2 }).allInnerTexts()).toEqual([
    'Over time',
    'Outcomes',
    'Settings',
  ]);
  expect(await accessibilityFaults(page)).toEqual([]);
});

test('the page without data says what fills it', async () => {
  if (browser === undefined) return;
  const page = await openPage(browser, pageUrl('report'));
  opened.push(page);
  await page.page.getByText('gainsight-px deliver --report fills it').waitFor();
});

test('the page is small', () => {
  expect(gzipSync(readFileSync(fileURLToPath(pageUrl('report')))).length).toBeLessThan(60 * 1024);
});
