import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { decodeLink } from '../../../src/web/data/link';
import type { LiveEvent, LiveSecond } from '../../../src/web/index';
import { accessibilityFaults, openPage, pageUrl, startBrowser, type OpenPage } from '../browser';
import { liveAnswer, liveEvent, liveNow } from './live-data';
import { startLiveServer, type LiveServer } from './live-server';

let browser: Browser | undefined;
let server: LiveServer;

beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser?.close());

let opened: OpenPage[] = [];
beforeEach(async () => {
  server = await startLiveServer();
});
afterEach(async () => {
  for (const { page, faults } of opened) {
    // Chromium reports each answer that is not 2xx, and each broken connection.
    expect(faults.filter((fault) => !fault.startsWith('Failed to load resource'))).toEqual([]);
    await page.context().close();
  }
  opened = [];
  await server.close();
});

async function open(on: Browser, options: BrowserContextOptions = {}): Promise<Page> {
  const page = await openPage(on, server.url, options);
  opened.push(page);
  return page.page;
}

/** The events that the page shows, by user. */
const users = (page: Page): Promise<string[]> => page.locator('.event td:nth-child(3)').allInnerTexts();
const shows = (page: Page, expected: readonly string[]): Promise<unknown> =>
  page.waitForFunction(
    (all) =>
      JSON.stringify(
        [...document.querySelectorAll('.event td:nth-child(3)')].map((cell) => cell.textContent),
      ) === all,
    JSON.stringify(expected),
  );
const status = (page: Page, text: string | RegExp): Promise<void> =>
  page.getByRole('status').filter({ hasText: text }).waitFor();
const row = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

/** A service that has these events, and gives each of them once. */
function serve(events: LiveEvent[], changes: Parameters<typeof liveAnswer>[1] = {}): void {
  server.answer = ({ query }) => {
    const from = query.after === undefined ? 0 : Number(query.after.slice(2));
    const matching = events.filter(
      ({ userId = '', code, type, eventName = '' }) =>
        userId.includes(query.user ?? '') &&
        code.includes(query.code ?? '') &&
        `${type} ${eventName}`.includes(query.event ?? ''),
    );
    const fresh = matching.filter((event) => events.indexOf(event) >= from);
    return liveAnswer(fresh, { cursor: `a-${events.length}`, kept: events.length, ...changes });
  };
}

const second = (secondsAgo: number, changes: Partial<LiveSecond>): LiveSecond => ({
  atMs: Math.floor(liveNow().atMs / 1_000) * 1_000 - secondsAgo * 1_000,
  events: 0,
  failed: 0,
  requests: 0,
  ok: 0,
  notFound: 0,
  throttled: 0,
  refused: 0,
  serverError: 0,
  noAnswer: 0,
  ...changes,
});

const BUSY = liveNow({
  seconds: [
    second(200, { events: 90, requests: 120, ok: 120 }),
    second(30, {
      events: 60,
      failed: 6,
      requests: 90,
      ok: 50,
      notFound: 20,
      throttled: 4,
      serverError: 8,
      refused: 5,
      noAnswer: 3,
    }),
    second(0, { events: 1_000 }),
  ],
  pending: 1_234,
  inFlight: 20,
  limit: 180,
  pausedMs: 2_500,
  lagMs: { p50: 850, p95: 4_100, max: 61_000 },
});

const EVENTS = [
  liveEvent(1),
  liveEvent(2, {
    type: 'track',
    eventName: 'Order Completed',
    userId: 'ada',
    groupId: 'acme',
    code: 'throttled',
    result: 'retry',
    destinationId: 'd-1',
    lagMs: 4_000,
    error: {
      code: 'throttled',
      message: 'given up after 2 attempts: events.create answered 429',
      retryable: true,
    },
    steps: [
      {
        id: 'createEvent',
        route: 'events.create',
        method: 'POST',
        path: '/v1/events/custom',
        body: { eventName: 'x' },
      },
    ],
    requests: [
      {
        step: 'createEvent',
        route: 'events.create',
        method: 'POST',
        errorCode: 'TIMEOUT',
        durationMs: 10_000,
        waitedMs: 12,
        verdict: 'unreachable',
      },
      {
        step: 'createEvent',
        route: 'events.create',
        method: 'POST',
        status: 429,
        durationMs: 5,
        waitedMs: 0,
        retryAfterMs: 60_000,
        verdict: 'throttled',
      },
    ],
  }),
  liveEvent(3, {
    userId: 'grace <b>',
    code: 'id_missing',
    result: 'dropped',
    steps: [],
    requests: [],
    error: { code: 'id_missing', message: 'no usable <user> id', retryable: false },
  }),
];

describe.each(['light', 'dark'] as const)('%s', (colorScheme) => {
  test.each([360, 800, 1440])(
    '%i pixels wide: no fault of accessibility, and nothing sticks out',
    async (width) => {
      if (browser === undefined) return;
      serve(EVENTS, { now: BUSY });
      const page = await open(browser, { colorScheme, viewport: { width, height: 900 } });
      await row(page, 'track: Order Completed').click();
      for (const details of await page.locator('summary').all()) await details.click();
      await page.getByRole('link', { name: 'Open in the inspector' }).waitFor();
      expect(await accessibilityFaults(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    },
  );
});

test('it shows the last events, the newest first, and each new one', async () => {
  if (browser === undefined) return;
  const events = EVENTS.slice(0, 2);
  serve(events);
  const page = await open(browser);
  await shows(page, ['ada, account acme', 'u1']);
  events.push(EVENTS[2]!);
  await shows(page, ['grace <b>', 'ada, account acme', 'u1']);
  const cells = (await page.locator('.event').nth(1).locator('th, td').allInnerTexts()).filter(
    (_, index) => index !== 1,
  );
  expect(cells).toEqual([
    'track: Order Completed',
    'ada, account acme',
    '↻ throttled',
    'POST TIMEOUT, POST 429',
    '35 ms',
  ]);
  expect(await page.getByText('3 events, the newest first. The service keeps 300 at most.').count()).toBe(1);
});

test('a row opens its requests, answers and outcome, and stays open while others come', async () => {
  if (browser === undefined) return;
  const events = EVENTS.slice(0, 2);
  serve(events);
  const page = await open(browser);
  await row(page, 'track: Order Completed').click();
  const detail = page.locator('.detail');
  const text = await detail.innerText();
  for (const part of [
    'failed for now: its sender sends it again: given up after 2 attempts: events.create answered 429',
    'came as router transform of a host; destination d-1; 4.0 s after its host received it',
    'POST /v1/events/custom createEvent',
    'POST TIMEOUT (unreachable) in 10 s, after 12 ms for the rate limit',
    'POST 429 (throttled) in 5 ms, PX asks to wait 1 min 00 s',
  ]) {
    expect(text).toContain(part);
  }
  await detail.getByText('Body').click();
  expect(await detail.locator('pre').first().innerText()).toBe('{\n  "eventName": "x"\n}');
  events.push(EVENTS[2]!);
  await shows(page, ['grace <b>', 'ada, account acme', 'u1']);
  expect(await detail.locator('pre').first().isVisible()).toBe(true);
  await row(page, 'track: Order Completed').click();
  expect(await detail.count()).toBe(0);
});

test('a step that was not sent says so, and an event without a plan', async () => {
  if (browser === undefined) return;
  serve([EVENTS[2]!, EVENTS[0]!]);
  const page = await open(browser);
  await row(page, 'identify').first().click();
  expect(
    (await page.locator('.steps > li').allInnerTexts()).map((text) =>
      text
        .split('\n')
        .filter((line) => line.trim() !== '')
        .slice(0, 2),
    ),
  ).toEqual([
    ['PUT /v1/users/u1 updateUser', 'PUT 204 (ok) in 31 ms, after 2 ms for the rate limit'],
    ['POST /v1/users createUser', 'not sent'],
  ]);
  await row(page, 'identify').last().click();
  const text = await page.locator('.detail').innerText();
  expect(text).toContain('failed for good: no usable <user> id');
  expect(text).toContain('It has no plan');
});

test.each<[string, Partial<LiveEvent>]>([
  ['Nothing was sent: it was delivered before.', { requests: [] }],
  ['Nothing was sent in this call.', { requests: [], result: 'handedOver' }],
  [
    'Not sent: 3 fields whose values PX holds already.',
    { requests: [], unsent: { steps: 1, unchangedFields: 3, staleFields: 0 } },
  ],
  [
    'Not sent: 1 field whose value PX holds already; 2 fields that a newer event wrote.',
    { unsent: { steps: 0, unchangedFields: 1, staleFields: 2 } },
  ],
  [
    'Not sent: 1 field that a newer event wrote.',
    { unsent: { steps: 0, unchangedFields: 0, staleFields: 1 } },
  ],
])('why nothing, or less, was sent: %s', async (text, changes) => {
  if (browser === undefined) return;
  serve([liveEvent(1, changes)]);
  const page = await open(browser);
  await row(page, 'identify').click();
  const said = page.locator('.detail > p').filter({ hasText: /sent/ });
  expect(await said.allInnerTexts()).toEqual([text]);
});

test('an event opens in the inspector, with its configuration', async () => {
  if (browser === undefined) return;
  serve(EVENTS);
  const page = await open(browser);
  await row(page, 'track: Order Completed').click();
  const link = page.getByRole('link', { name: 'Open in the inspector' });
  const url = new URL((await link.getAttribute('href'))!, page.url());
  expect(url.pathname).toBe('/inspect');
  expect(await decodeLink(url.hash)).toEqual({ event: EVENTS[1]!.message, config: EVENTS[1]!.config });
  const [inspector] = await Promise.all([page.context().waitForEvent('page'), link.click()]);
  await inspector.getByText('AP-EXAMPLE-2').first().waitFor();
});

test.each<[string, Partial<LiveEvent>]>([
  ['the delivery proxy gets the plan without the message', { route: 'proxy' }],
  ['the message has 70,000 bytes, which is too large to keep', { messageTooLargeBytes: 70_000 }],
])('an event that cannot be inspected says why: %s', async (why, changes) => {
  if (browser === undefined) return;
  const { message: _left, ...event } = liveEvent(1, changes);
  serve([event]);
  const page = await open(browser);
  await row(page, 'identify').click();
  await page.getByText(`The inspector cannot open it: ${why}.`).waitFor();
  expect(await page.getByRole('link').count()).toBe(0);
});

test('filters are those of the service, together; Clear shows all again', async () => {
  if (browser === undefined) return;
  serve(EVENTS);
  const page = await open(browser);
  await shows(page, ['grace <b>', 'ada, account acme', 'u1']);
  await page.getByLabel('User or account').fill('ada');
  await shows(page, ['ada, account acme']);
  await page.getByText('1 event of 3 match').waitFor();
  await page.getByLabel('Code or result').fill('id_');
  await page.getByText('No event matches these filters.').waitFor();
  expect(server.asked.at(-1)!.query).toMatchObject({ user: 'ada', code: 'id_' });
  await page.getByRole('button', { name: 'Clear' }).click();
  await shows(page, ['grace <b>', 'ada, account acme', 'u1']);
  await page.getByLabel('Event name or type').fill('Order');
  await shows(page, ['ada, account acme']);
  expect(
    await page.getByLabel('Event name or type').evaluate((input) => input === document.activeElement),
  ).toBe(true);
});

test('it pauses and continues', async () => {
  if (browser === undefined) return;
  const events = [EVENTS[0]!];
  serve(events);
  const page = await open(browser);
  await shows(page, ['u1']);
  await page.getByRole('button', { name: 'Pause' }).click();
  await status(page, 'Paused');
  const asked = server.asked.length;
  events.push(EVENTS[1]!);
  // A filter is asked for in a pause, too; that nothing else is, is tested with a clock in feed.test.ts.
  await page.getByLabel('User or account').fill('u1');
  await page.getByText('1 event of 2 match').waitFor();
  expect(server.asked.length).toBe(asked + 1);
  await page.getByRole('button', { name: 'Clear' }).click();
  await shows(page, ['ada, account acme', 'u1']);
  events.push(EVENTS[2]!);
  await page.getByRole('button', { name: 'Continue' }).click();
  await status(page, 'Connected.');
  await shows(page, ['grace <b>', 'ada, account acme', 'u1']);
});

test('rates, errors and lag now are charts with text', async () => {
  if (browser === undefined) return;
  serve(EVENTS, { now: BUSY });
  const page = await open(browser);
  const now = page.getByRole('region', { name: 'Now' });
  await now
    .getByText('20 requests in flight, 1,234 events pending, paused: PX asks to wait 2.5 s.')
    .waitFor();
  const charts = await now
    .getByRole('img')
    .evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')));
  expect(charts).toEqual([
    'Events, last five minutes: 1.0 per second in the last minute, 6 failed',
    'Requests to PX, last five minutes: 1.5 per second in the last minute, 20 with an error; the limit of an API key is 180',
    'Lag, last five minutes: half of the events within 850 ms, 95 % within 4.1 s, the oldest 1 min 01 s',
  ]);
  const picture = (): Promise<string> => page.evaluate('document.querySelector("canvas").toDataURL()');
  const before = await picture();
  serve(EVENTS, { now: { ...BUSY, seconds: [second(100, { events: 5, failed: 5 })] } });
  await page.waitForFunction((former) => document.querySelector('canvas')!.toDataURL() !== former, before);
  serve(EVENTS, { now: liveNow() });
  await now.getByText('no event of the last minute says when it was received').waitFor();
  await now.getByText('0 with an error; no limit').waitFor();
});

test('a lost connection is said, the events stay, and the page continues by itself', async () => {
  if (browser === undefined) return;
  const events = EVENTS.slice(0, 2);
  serve(events);
  const page = await open(browser);
  await shows(page, ['ada, account acme', 'u1']);
  server.answer = () => null;
  await status(page, 'The connection is lost: the service does not answer. What you see is from before.');
  expect(await users(page)).toEqual(['ada, account acme', 'u1']);
  events.push(EVENTS[2]!);
  serve(events);
  await status(page, 'Connected.');
  await shows(page, ['grace <b>', 'ada, account acme', 'u1']);
});

test('the state is a polite live region, and new events do not change it', async () => {
  if (browser === undefined) return;
  const events = [EVENTS[0]!];
  serve(events);
  const page = await open(browser);
  await status(page, 'Connected.');
  await page.evaluate(`window.changes = 0; new MutationObserver(() => { window.changes += 1; }).observe(
    document.querySelector('[role=status]'), { subtree: true, childList: true, characterData: true, attributes: true })`);
  events.push(EVENTS[1]!);
  await shows(page, ['ada, account acme', 'u1']);
  expect(await page.evaluate('window.changes')).toBe(0);
  expect(await page.locator('[aria-live], [role=alert], [role=log]').count()).toBe(0);
});

test('it asks for the token, says when it is wrong, and keeps it nowhere', async () => {
  if (browser === undefined) return;
  server.answer = ({ token }) => (token === 'Bearer right-token-1234' ? liveAnswer(EVENTS) : 401);
  const page = await open(browser);
  await status(page, 'The service asks for a token.');
  expect(await accessibilityFaults(page)).toEqual([]);
  await page.getByLabel('Token').fill('wrong');
  await page.keyboard.press('Enter');
  await status(page, 'The service does not take this token.');
  expect(await page.getByLabel('Token').getAttribute('aria-invalid')).toBe('true');
  await page.getByLabel('Token').fill('right-token-1234');
  await page.getByRole('button', { name: 'Show events' }).click();
  await shows(page, ['grace <b>', 'ada, account acme', 'u1']);
  expect(
    await page.evaluate('location.href + document.cookie + JSON.stringify([localStorage, sessionStorage])'),
  ).toBe(`${server.url}[{},{}]`);
  await page.reload();
  await status(page, 'The service asks for a token.');
});

test('a service that refuses this browser says why', async () => {
  if (browser === undefined) return;
  server.answer = () => 403;
  const page = await open(browser);
  await status(page, 'The service does not show its events here: the reason.');
});

test('the keyboard does all of it', async () => {
  if (browser === undefined) return;
  serve(EVENTS);
  const page = await open(browser);
  await shows(page, ['grace <b>', 'ada, account acme', 'u1']);
  const focused = (): Promise<string> => page.evaluate('document.activeElement.textContent');
  await page.keyboard.press('Tab');
  expect(await focused()).toBe('Pause');
  for (let n = 0; n < 4; n += 1) await page.keyboard.press('Tab');
  await page.keyboard.press('ArrowDown');
  expect(await focused()).toBe('track: Order Completed');
  await page.keyboard.press('Enter');
  await page.locator('.detail').waitFor();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  expect(
    await page
      .locator('.event button')
      .first()
      .evaluate((one) => one === document.activeElement),
  ).toBe(true);
});

test('older events that do not fit are said', async () => {
  if (browser === undefined) return;
  serve(EVENTS, { left: 12, kept: 15 });
  const page = await open(browser);
  const note = page.getByText('12 older ones are not shown: filter to see them.');
  await note.waitFor();
  // Also after the next answer, which has no events.
  const asked = server.asked.length;
  serve(EVENTS, { kept: 15, now: BUSY });
  await page.getByText('20 requests in flight').waitFor();
  expect(server.asked.length).toBeGreaterThan(asked);
  expect(await note.count()).toBe(1);
});

test('the page is small', () => {
  expect(gzipSync(readFileSync(fileURLToPath(pageUrl('live')))).length).toBeLessThan(60 * 1024);
});
