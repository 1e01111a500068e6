import type { CountedEvent } from '../../../src/service/observe/event-outcome';
import { liveAnswer } from '../../../src/service/live/live-answer';
import { LiveFigures } from '../../../src/service/live/live-figures';
import { LiveLog } from '../../../src/service/live/live-log';
import type { LiveSource } from '../../../src/service/live/live-record';
import { receivedMs } from '../../../src/service/live/received';
import { RetryableError } from '../../../src/core';
import { failed, NOTHING_SENT, type RequestRecord } from '../../../src/router';
import type { LiveAnswer, LiveEvent } from '../../../src/web';
import { CONFIG, identify, KEY } from '../running-service';

const MEGABYTE = 1024 * 1024;
const IDLE = { pending: 0, inFlight: 0, pausedMs: 0 };
/** A message that cannot be shown. */
const FAULTY = Symbol('faulty');
const DELIVERED: CountedEvent = { type: 'identify', outcome: 'delivered' };

const source = (message: unknown, more: Partial<LiveSource> = {}): LiveSource => ({
  message,
  metadata: {},
  destinationId: 'dst-1',
  config: CONFIG,
  plan: undefined,
  result: { delivered: true, ...NOTHING_SENT },
  ...more,
});

function log() {
  const faults: unknown[] = [];
  const made = new LiveLog({
    name: 'a1',
    epochMs: () => 1_700_000_000_000,
    load: () => IDLE,
    onFault: (...fault) => faults.push(fault),
  });
  let read = 0;
  const note = (
    messages: readonly unknown[],
    more: Partial<LiveSource> & { readonly bodyBytes?: number } = {},
  ): void => {
    const sourceOf = (index: number): LiveSource => {
      read += 1;
      if (messages[index] === FAULTY) throw new RangeError('about ada@example.com');
      return source(messages[index], more);
    };
    const events = messages.map(() => DELIVERED);
    made.note({ route: 'deliver', events, sourceOf, durationMs: 1, bodyBytes: more.bodyBytes ?? 0 });
  };
  const answer = async (query: { after?: string; limit?: number } = {}): Promise<LiveAnswer> => {
    const asked = { limit: 1_000, ...query };
    return JSON.parse(liveAnswer([await made.part(asked)], asked, 0)) as LiveAnswer;
  };
  return { made, note, answer, faults, read: () => read };
}

const texts = (count: number, length: number): string[] =>
  Array.from({ length: count }, (_, index) => `${index} ${'x'.repeat(length)}`);

describe('after the answer', () => {
  test('nothing of an event is read in the call, and all can be read later, in order', async () => {
    const { note, answer, read } = log();
    note(texts(3, 1));
    note(['last']);
    expect(read()).toBe(0);
    expect((await answer()).events.map(({ id, message }) => [id, message])).toEqual([
      ['a1-1', '0 x'],
      ['a1-2', '1 x'],
      ['a1-3', '2 x'],
      ['a1-4', 'last'],
    ]);
  });

  test('an answer does not wait for events that come after its question', async () => {
    const { note, answer, made } = log();
    note(['first']);
    let hasEnded = false;
    const asked = answer().finally(() => (hasEnded = true));
    let count = 0;
    while (!hasEnded) {
      note([`more ${(count += 1)}`]);
      await new Promise(setImmediate);
    }
    expect((await asked).events[0]!.message).toBe('first');
    await made.settled();
  });

  test('only the newest 300 wait: the numbers of the others are skipped', async () => {
    const { note, answer, read } = log();
    for (const message of texts(1_000, 1)) note([message]);
    const { events, cursor } = await answer();
    expect(read()).toBe(300);
    expect([events.length, events[0]!.id, cursor]).toEqual([300, 'a1-701', 'a1-1000']);
  });

  test('bodies of more than 16 MB do not wait, but for the newest', async () => {
    const { note, answer, read } = log();
    note(['a', 'b'], { bodyBytes: 10 * MEGABYTE });
    note(['c'], { bodyBytes: 6 * MEGABYTE });
    expect(read()).toBe(0);
    note(['d'], { bodyBytes: 1 });
    expect(read()).toBe(2);
    note(['e'], { bodyBytes: 100 * MEGABYTE });
    expect(read()).toBe(4);
    note(['f'], { bodyBytes: 1 });
    expect(read()).toBe(5);
    expect((await answer()).events.map(({ message }) => message).join('')).toBe('abcdef');
  });

  test('a fault of one event is reported once for its call, and the others are shown', async () => {
    const { note, answer, faults } = log();
    note(['a', FAULTY, FAULTY, 'b']);
    note(['c']);
    const { events, cursor } = await answer();
    expect(events.map(({ id, message }) => [id, message])).toEqual([
      ['a1-1', 'a'],
      ['a1-4', 'b'],
      ['a1-5', 'c'],
    ]);
    expect(cursor).toBe('a1-5');
    expect(faults).toEqual([[expect.any(RangeError), 'deliver']]);
  });
});

describe('memory', () => {
  test('the newest 300 events are kept, however they come', async () => {
    const { note, answer } = log();
    for (const message of texts(250, 1)) note([message]);
    note(texts(100, 1));
    const { events, kept, bound } = await answer();
    expect([kept, bound, events.length]).toEqual([300, 300, 300]);
    expect(events.map(({ id }) => id)).toEqual(Array.from({ length: 300 }, (_, index) => `a1-${51 + index}`));
  });

  test('of a call with more events than that, only the newest are read', async () => {
    const { note, answer, read } = log();
    note(texts(10_000, 1));
    await answer();
    expect(read()).toBe(300);
    expect((await answer()).events.at(-1)).toMatchObject({ id: 'a1-10000', message: '9999 x' });
    expect((await answer()).events).toHaveLength(300);
  });

  test('large events lower their number: no more than 16 MB are kept, in one call or in many', async () => {
    const { made, note, answer } = log();
    const large = texts(1_000, 65_000);
    note(large);
    await made.settled();
    expect(made.bytes).toBeLessThanOrEqual(16 * MEGABYTE);
    expect(made.bytes).toBeGreaterThan(15 * MEGABYTE);
    for (const message of large) note([message]);
    await made.settled();
    expect(made.bytes).toBeLessThanOrEqual(16 * MEGABYTE);
    expect((await answer()).kept).toBe(Math.floor((16 * MEGABYTE) / (made.bytes / (await answer()).kept)));
  });

  test('wide characters count with their bytes', async () => {
    const { made, note } = log();
    for (const message of texts(400, 0)) note([message + '€'.repeat(21_000)]);
    await made.settled();
    expect(made.bytes).toBeLessThanOrEqual(16 * MEGABYTE);
  });

  test.each([
    ['as large as may be', 'x'.repeat(64 * 1024 - 2), undefined],
    ['larger', 'x'.repeat(64 * 1024 - 1), 64 * 1024 + 1],
    ['wide', '€'.repeat(30_000), 90_002],
    ['large by its escapes', '\u0000'.repeat(20_000), 120_002],
  ])('a message %s', async (_, message, bytes) => {
    const { note, answer } = log();
    note([message]);
    const [event] = (await answer()).events;
    expect(event!.messageTooLargeBytes).toBe(bytes);
    expect(event!.message).toBe(bytes === undefined ? message : undefined);
  });

  test('of large steps the bodies are left out, and of a large configuration all', async () => {
    const { note, answer } = log();
    const body = { text: 'x'.repeat(70_000) };
    const request = {
      method: 'PUT',
      endpoint: `https://px/v1/users/${'u'.repeat(9_000)}?a=1`,
      endpointPath: 'users',
      headers: {},
      body,
    } as const;
    const plan = {
      lanes: [`user:${'u'.repeat(9_000)}`],
      steps: [{ id: 's', route: 'r', effect: 'upsert', request }],
    } as const;
    const config = { ...CONFIG, userAttributeMap: [{ from: 'x'.repeat(40_000), to: 'y' }] };
    note([identify()], { plan, config });
    const [event] = (await answer()).events;
    expect(event).not.toHaveProperty('config');
    expect(event!.steps).toEqual([
      { id: 's', route: 'r', method: 'PUT', path: expect.stringMatching(/^\/v1\/users\/u+$/) },
    ]);
    expect(JSON.stringify(event).length).toBeLessThan(4_000);
  });

  test('an answer holds at most 4 MB, and says how many older events it leaves out', async () => {
    const { note, answer } = log();
    for (const message of texts(200, 60_000)) note([message]);
    const { events, left, cursor } = await answer();
    expect(events.length + left).toBe(200);
    expect(JSON.stringify(events).length).toBeLessThanOrEqual(4 * MEGABYTE);
    expect(JSON.stringify(events).length).toBeGreaterThan(3.9 * MEGABYTE);
    expect(events.at(-1)!.id).toBe('a1-200');
    expect(await answer({ after: cursor })).toMatchObject({ events: [], left: 0 });
  });
});

describe('a key at the place where a text is cut', () => {
  const at = (length: number): string => 'x'.repeat(length - 8) + KEY;
  const LONG = at(300);
  const failure = (message: string) => failed(new RetryableError('unavailable', message));
  const planTo = (path: string, userId: string) =>
    ({
      lanes: [`user:${userId}`],
      steps: [
        {
          id: 's',
          route: 'r',
          effect: 'upsert',
          request: { method: 'PUT', endpoint: `https://px${path}`, endpointPath: 'users', headers: {} },
        },
      ],
    }) as const;

  test.each<[string, unknown, Partial<LiveSource>]>([
    ['the user', { userId: LONG }, {}],
    ['the anonymous user', { anonymousId: LONG }, {}],
    ['the user of the plan', {}, { plan: planTo('/v1/users/u', LONG) }],
    ['the account', { groupId: LONG }, {}],
    ['the event', { event: LONG }, {}],
    ['the page', { name: LONG }, {}],
    ['the destination', {}, { destinationId: LONG }],
    ['the error', {}, { result: failure(at(2_000)) }],
    ['the path', {}, { plan: planTo(`/${at(1_999)}`, 'u') }],
    ['the query of a path', {}, { plan: planTo(`/?k=${at(1_996)}`, 'u') }],
    ['a key in Base64', { userId: 'x'.repeat(290) + Buffer.from(KEY).toString('base64') }, {}],
    ['a key with escapes', { userId: 'x'.repeat(290) + KEY.replaceAll('-', '%252D') }, {}],
  ])('is masked as a whole in %s', async (_, message, more) => {
    const { note, made } = log();
    // The message itself has texts of any length.
    note([message], more);
    const [kept] = (await made.part({ limit: 1 })).events;
    const { message: _whole, ...event } = JSON.parse(kept!.json) as LiveEvent;
    const shown = JSON.stringify(event);
    expect(shown).toMatch(/x{50}\[redac/);
    expect(shown).not.toMatch(/secret|c2Vj/);
    for (const text of [event.userId, event.groupId, event.eventName, event.destinationId])
      expect((text ?? '').length).toBeLessThanOrEqual(300);
    expect((event.error?.message ?? event.steps[0]?.path ?? '').length).toBeLessThanOrEqual(2_000);
    for (const filter of ['user', 'event'])
      expect((await made.part({ limit: 1, [filter]: 'secr' })).events).toEqual([]);
  });
});

describe('several processes', () => {
  const part = (name: string, numbers: readonly number[], more: object = {}) => ({
    name,
    last: Math.max(0, ...numbers),
    events: numbers.map((number) => {
      const json = `{"id":"${name}-${number}"}`;
      return { atMs: number, bytes: json.length, json };
    }),
    left: 1,
    kept: numbers.length,
    bound: 300,
    now: { atMs: 0, seconds: [], ...IDLE },
    lags: [],
    ...more,
  });
  const merged = (parts: Parameters<typeof liveAnswer>[0], query = {}): LiveAnswer =>
    JSON.parse(liveAnswer(parts, { limit: 300, ...query }, 77)) as LiveAnswer;

  test('their events come in the order of time, and their cursors together', () => {
    const { events, cursor, left, kept, bound, now } = merged([part('a', [1, 4]), part('b', [2, 3])]);
    expect(events.map(({ id }) => id)).toEqual(['a-1', 'b-2', 'b-3', 'a-4']);
    expect([cursor, left, kept, bound, now.atMs]).toEqual(['a-4.b-3', 2, 4, 600, 77]);
  });

  test('the limit is that of all together', () => {
    const { events, left } = merged([part('a', [1, 4]), part('b', [2, 3])], { limit: 3 });
    expect(events.map(({ id }) => id)).toEqual(['b-2', 'b-3', 'a-4']);
    expect(left).toBe(3);
  });

  test('a process that does not answer keeps its mark', () => {
    expect(merged([part('b', [9])], { after: 'a-4.b-3' }).cursor).toBe('a-4.b-9');
    expect(merged([], { after: 'a-4.b-3' })).toMatchObject({ cursor: 'a-4.b-3', events: [], kept: 0 });
  });

  test('the cursor does not grow with each process that is replaced', () => {
    let cursor = 'a-1';
    for (let number = 0; number < 500; number += 1)
      ({ cursor } = merged([part(`w${number}`, [number])], { after: cursor }));
    const marks = cursor.split('.');
    expect(marks).toHaveLength(128);
    expect(marks.at(-1)).toBe('w499-499');
    for (let number = 0; number < 500; number += 1) {
      ({ cursor } = merged([part('stays', [1]), part(`w${number}`, [number])], { after: cursor }));
      expect(cursor).toContain('stays-1');
    }
  });

  test('what they do now is added up, but the limit, which they share, and the longest pause', () => {
    const second = (atMs: number, events: number) => ({
      ...{ atMs, events, failed: events, requests: 1, ok: 1, notFound: 1, throttled: 1, refused: 1 },
      ...{ serverError: 1, noAnswer: 1 },
    });
    const now = { atMs: 0, seconds: [second(2_000, 1)], pending: 1, inFlight: 2, pausedMs: 5, limit: 50 };
    const other = { ...now, seconds: [second(1_000, 3), second(2_000, 4)], pausedMs: 9 };
    const all = merged([part('a', [], { now, lags: [9, 1] }), part('b', [], { now: other, lags: [5] })]);
    const twice = { requests: 2, ok: 2, notFound: 2, throttled: 2, refused: 2, serverError: 2, noAnswer: 2 };
    expect(all.now).toEqual({
      ...{ atMs: 77, pending: 2, inFlight: 4, pausedMs: 9, limit: 50 },
      seconds: [second(1_000, 3), { atMs: 2_000, events: 5, failed: 5, ...twice }],
      lagMs: { p50: 5, p95: 9, max: 9 },
    });
  });
});

describe('figures', () => {
  function figures(startMs = 1_700_000_000_000) {
    let nowMs = startMs;
    return { figures: new LiveFigures(() => nowMs), at: (ms: number) => (nowMs = startMs + ms) };
  }
  const answered = (status?: number): RequestRecord => ({ status }) as RequestRecord;

  test.each([
    [200, 'ok'],
    [204, 'ok'],
    [404, 'notFound'],
    [429, 'throttled'],
    [400, 'refused'],
    [408, 'refused'],
    [403, 'refused'],
    [500, 'serverError'],
    [302, 'serverError'],
    [undefined, 'noAnswer'],
  ])('an answer with %s counts as %s', (status, group) => {
    const { figures: here } = figures();
    here.request(answered(status));
    const counted = Object.entries(here.seconds[0]!).filter(
      ([name, count]) => name !== 'atMs' && count === 1,
    );
    expect(counted.map(([name]) => name).sort()).toEqual([group, 'requests'].sort());
  });

  test.each([
    ['delivered', 0],
    ['handedOver', 0],
    ['filtered', 0],
    ['retry', 1],
    ['dropped', 1],
  ] as const)('an event that is %s counts %s times as failed', (outcome, failed) => {
    const { figures: here } = figures();
    here.event(outcome);
    expect(here.seconds).toMatchObject([{ events: 1, failed }]);
  });

  test('300 seconds are kept, whatever the clock does', () => {
    const { figures: here, at } = figures();
    for (let second = 0; second < 1_000; second += 1) {
      at(second * 1_000);
      here.event('delivered');
    }
    expect(here.seconds).toHaveLength(300);
    expect(here.seconds[0]!.atMs).toBe(1_700_000_000_000 + 700_000);
    at(-86_400_000);
    here.event('delivered');
    expect(here.seconds).toEqual([
      expect.objectContaining({ atMs: 1_700_000_000_000 - 86_400_000, events: 1 }),
    ]);
  });

  test('the lags are those of the last minute, and the last 1,000 at most', () => {
    const { figures: here, at } = figures();
    for (let lagMs = 0; lagMs < 5_500; lagMs += 1) here.lag(lagMs);
    expect([here.lags.length, here.lags[0], here.lags.at(-1)]).toEqual([1_000, 4_500, 5_499]);
    at(60_000);
    expect(here.lags).toHaveLength(1_000);
    at(60_001);
    here.lag(7);
    expect(here.lags).toEqual([7]);
  });
});

describe('when an event was received', () => {
  const [OLD, NEW] = ['2026-11-26T22:56:19.026Z', '2026-11-26T22:56:25.983123456Z'];
  test.each<[string, unknown, object, number | undefined]>([
    ['its message says it', { receivedAt: OLD }, { receivedAt: NEW }, Date.parse(OLD)],
    ['its job says it', {}, { receivedAt: NEW, createdAt: OLD }, Date.parse(NEW)],
    [
      'its job was made then',
      undefined,
      { createdAt: OLD, receivedAt: '0001-01-01T00:00:00Z' },
      Date.parse(OLD),
    ],
    ['nobody says it', { receivedAt: 'now', timestamp: OLD }, { receivedAt: 5, createdAt: null }, undefined],
    ['a long text is no time', { receivedAt: OLD.padEnd(50) }, {}, undefined],
    ['no message', 'text', {}, undefined],
  ])('%s', (_, message, metadata, expected) => {
    expect(receivedMs(message, metadata as Record<string, unknown>)).toBe(expected);
  });

  test('a time in the future is no lag', async () => {
    const { note, answer } = log();
    note([{ receivedAt: '2100-01-01T00:00:00Z' }]);
    expect((await answer()).events[0]!.lagMs).toBe(0);
  });
});
