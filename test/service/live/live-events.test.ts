import type { ServiceOptions } from '../../../src/service';
import type { SimulatorOptions } from '../../../src/simulator';
import type { LiveAnswer, LiveEvent } from '../../../src/web';
import { FakeClock } from '../../__mocks__/clock.fake';
import {
  cleanUp,
  compacted,
  CONFIG,
  DESTINATION,
  group,
  identify,
  job,
  KEY,
  track,
  world,
  type HostEvent,
  type Json,
} from '../running-service';

afterEach(cleanUp);

const TOKEN = 'ingest-token-77aa01';
const INGEST = { config: CONFIG, token: TOKEN };

async function watched(options: ServiceOptions = {}, px: SimulatorOptions = {}) {
  const here = await world({ live: {}, ...options }, px);
  const live = async (query = ''): Promise<LiveAnswer> => {
    const { status, body } = await here.get(`/live/events${query}`);
    expect([status, body.error]).toEqual([200, undefined]);
    return body as LiveAnswer;
  };
  const only = async (): Promise<LiveEvent> => {
    const { events } = await live();
    expect(events).toHaveLength(1);
    return events[0]!;
  };
  const processor = (events: readonly HostEvent[]): Promise<unknown> =>
    here.post('/v0/destinations/gainsight_px', compacted(events));
  return { ...here, live, only, processor };
}

const labels = (events: readonly LiveEvent[]): string[] =>
  events.map(({ route, type, code, result }) => `${route} ${type} ${code} ${result}`);

describe('every route', () => {
  test('routerTransform, inline: the event with its plan, its requests and its outcome', async () => {
    const clock = new FakeClock();
    const { route, only } = await watched({ router: { clock } });
    const message = {
      ...identify('u1', { email: 'ada@example.com' }),
      receivedAt: '2023-12-31T23:59:58.500Z',
    };
    await route([job(1, message)]);
    expect(await only()).toEqual({
      id: expect.stringMatching(/^[a-z\d]+-1$/),
      atMs: clock.epochMs(),
      route: 'routerTransform',
      type: 'identify',
      userId: 'u1',
      destinationId: 'dst-1',
      code: 'delivered',
      result: 'delivered',
      message,
      config: { productTagKey: 'AP-TEST-2' },
      steps: [
        {
          id: 'updateUser',
          route: 'users.update',
          method: 'PUT',
          path: '/v1/users/u1',
          body: expect.objectContaining({ email: 'ada@example.com' }),
        },
        {
          id: 'createUser',
          route: 'users.create',
          method: 'POST',
          path: '/v1/users',
          body: expect.anything(),
        },
        expect.objectContaining({ method: 'PUT' }),
      ],
      requests: [
        expect.objectContaining({ step: 'updateUser', status: 404, verdict: 'notFound', waitedMs: 0 }),
        expect.objectContaining({ step: 'createUser', status: 201, verdict: 'ok' }),
      ],
      durationMs: expect.any(Number),
      lagMs: 1_500,
    });
  });

  test('routerTransform, delivery: handed over, with the plan that the host brings back', async () => {
    const { route, live, post } = await watched({ mode: 'delivery' });
    const [item] = await route([job(1, track('u1', 'Signed Up'))]);
    const descriptor = {
      ...(item!.batchedRequest as Json),
      metadata: [job(1, {}).metadata],
      destinationConfig: CONFIG,
    };
    await post('/v1/destinations/gainsight_px/proxy', descriptor);
    await post('/v0/destinations/gainsight_px/proxy', { ...descriptor, metadata: job(2, {}).metadata });
    const { events } = await live();
    expect(labels(events)).toEqual([
      'routerTransform track handed_over handedOver',
      'proxy track delivered delivered',
      'proxy track delivered delivered',
    ]);
    for (const { userId, eventName, steps, destinationId } of events) {
      expect([userId, eventName, destinationId]).toEqual(['u1', 'Signed Up', 'dst-1']);
      expect(steps).toMatchObject([{ route: 'events.create', body: { eventName: 'Signed Up' } }]);
    }
    expect(events[0]!.message).toEqual(track('u1', 'Signed Up'));
    expect(events[1]).not.toHaveProperty('message');
    expect(events.map(({ requests }) => requests.length)).toEqual([0, 1, 1]);
  });

  test('processor: what is run, what the host sends itself, and a batch that comes again', async () => {
    const { processor, live, simulator } = await watched({ router: { maxAttempts: 1 } });
    await processor([job(1, identify('u1')), job(2, track('u1'))]);
    simulator.configure({ faults: [{ fault: { status: 500 } }] });
    await processor([job(3, track('u2', 'Late')), job(4, identify('u2'))]);
    const { events } = await live();
    expect(labels(events)).toEqual([
      'processor identify handed_over handedOver',
      'processor track handed_over handedOver',
      'processor track handed_over retry',
      'processor identify unavailable retry',
    ]);
    expect(events[3]).toMatchObject({
      error: { code: 'unavailable', retryable: true, message: expect.stringContaining('answered 500') },
      requests: [{ status: 500, verdict: 'unavailable' }],
    });
  });

  test('messages that engines post, readable or not', async () => {
    const { post, live } = await watched({ ingest: INGEST });
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/x-ndjson' };
    const lines = `${JSON.stringify(group('u1', 'acme'))}\nnot JSON\n${JSON.stringify({ type: 'alias', userId: 'u1' })}`;
    await post('/v1/deliver', lines, headers);
    const { events } = await live();
    expect(labels(events)).toEqual([
      'deliver group delivered delivered',
      'deliver other event_not_object dropped',
      'deliver alias type_filtered filtered',
    ]);
    expect(events[0]).toMatchObject({ userId: 'u1', groupId: 'acme' });
    expect(events[1]).not.toHaveProperty('message');
    expect(events[1]).toMatchObject({ steps: [], requests: [], error: { retryable: false } });
  });

  test('an erasure is not shown', async () => {
    const { post, live } = await watched();
    await post('/deleteUsers', [
      { destType: 'gainsight_px', config: CONFIG, userAttributes: [{ userId: 'u1' }] },
    ]);
    expect(await live()).toMatchObject({ events: [], kept: 0 });
  });

  test('an event without a plan has its ids, its fault and its configuration with the defaults', async () => {
    const { route, only } = await watched({ configDefaults: { sendIp: true } });
    await route([job(1, { type: 'track', userId: 'u1' })]);
    expect(await only()).toMatchObject({
      userId: 'u1',
      code: 'event_name_missing',
      result: 'dropped',
      steps: [],
      config: { productTagKey: 'AP-TEST-2', sendIp: true },
      error: { code: 'event_name_missing', retryable: false },
    });
  });

  test('a destination that the host did not send changes nothing for the others', async () => {
    const { route, live } = await watched();
    await route([job(1, identify(), {}, null), job(2, identify('u2'), { userId: 'u2' }, { Config: 'none' })]);
    const { events } = await live();
    expect(labels(events)).toEqual([
      'routerTransform identify internal retry',
      'routerTransform identify configuration_invalid dropped',
    ]);
    for (const event of events) expect(event).not.toHaveProperty('config');
  });
});

test('what the service leaves out because PX holds it already is not a repeated event', async () => {
  const { route, live } = await watched({ router: { skipUnchanged: 60_000 } });
  const timestamp = new Date(Date.now() - 60_000).toISOString();
  const message = { ...identify('u1', { email: 'ada@example.com', title: 'Dr' }), timestamp };
  await route([job(1, message)]);
  await route([job(2, message)]);
  await route([job(3, { ...message, traits: { email: 'ada@example.com', title: 'Prof' } })]);
  await route([job(2, message)]);
  const { events } = await live();
  expect(events.map(({ result, requests, unsent }) => [result, requests.length, unsent])).toEqual([
    ['delivered', 2, undefined],
    ['delivered', 0, { steps: 1, unchangedFields: 2, staleFields: 0 }],
    ['delivered', 1, { steps: 0, unchangedFields: 1, staleFields: 0 }],
    ['delivered', 0, undefined],
  ]);
});

describe('the key', () => {
  const spellings = [
    KEY,
    KEY.toUpperCase(),
    encodeURIComponent(KEY),
    `https://example.com/?k=${KEY}&x`,
    JSON.stringify({ key: KEY }),
    Buffer.from(`key ${KEY} key`).toString('base64'),
    KEY.replace('-', '%2D'),
  ];

  test.each(['inline', 'delivery'] as const)(
    'is nowhere, in mode %s, whatever the event holds',
    async (mode) => {
      const { route, post, processor, get, logged } = await watched({ mode });
      const traits = Object.fromEntries([
        ...spellings.map((text, index) => [`t${index}`, text]),
        [KEY, 'a name'],
      ]);
      const config = {
        ...CONFIG,
        userAttributeMap: [
          { from: 't0', to: 'leak' },
          { from: KEY, to: KEY },
        ],
        globalContextMap: [{ from: 'k', to: KEY }],
        otherSecret: KEY,
      };
      const destination = { ...DESTINATION, Config: config };
      const message = { ...identify(KEY, traits), context: { deep: [{ [`x${KEY}`]: KEY }] } };
      const [item] = await route([
        job(1, message, { destinationId: KEY }, destination),
        job(2, { ...track(KEY, KEY), properties: traits }, {}, destination),
      ]);
      await processor([job(3, message, {}, destination)]);
      if (mode === 'delivery') {
        const metadata = [job(1, {}).metadata];
        await post('/v1/destinations/gainsight_px/proxy', {
          ...(item!.batchedRequest as Json),
          metadata,
          destinationConfig: config,
        });
      }
      const { text, body } = await get('/live/events');
      expect((body as LiveAnswer).events.length).toBeGreaterThan(2);
      expect(text).toContain('[redacted]');
      const unescaped = decodeURIComponent(text).toLowerCase();
      expect(unescaped).not.toContain(KEY);
      expect(text).not.toContain(Buffer.from(`key ${KEY}`).toString('base64').slice(8, 20));
      expect(text).not.toContain('otherSecret');
      expect(logged()).not.toContain(KEY);
      // Not found by its letters either.
      for (const filter of ['user', 'event'])
        expect((await get(`/live/events?${filter}=${KEY.slice(0, 10)}`)).body.events).toEqual([]);
    },
  );

  test('of a template is the one that the message fills in', async () => {
    const { route, get } = await watched();
    const Config = { ...CONFIG, apiKey: '{{ message.traits.key || "" }}' };
    await route([
      job(1, identify('u1', { key: KEY }), {}, { ...DESTINATION, hasDynamicConfig: true, Config }),
    ]);
    const { text } = await get('/live/events');
    expect(text).toContain('"key":"[redacted]"');
    expect(text).not.toContain(KEY);
  });

  test('is masked in deep data too, and data that no browser can read is left out', async () => {
    const { post, live, get } = await watched();
    const deep = (levels: number): string => `${'{"a":'.repeat(levels)}"${KEY}"${'}'.repeat(levels)}`;
    const events = [1, 2].map((jobId) => job(jobId, { ...identify(), extra: 'DEEP' }));
    const body = JSON.stringify({ input: events, destType: 'gainsight_px' });
    await post('/routerTransform', body.replace('"DEEP"', deep(2_000)).replace('"DEEP"', deep(11_000)));
    const [shown, leftOut] = (await live()).events;
    expect(JSON.stringify(shown!.message)).toContain('{"a":"[redacted]"}');
    expect(leftOut).toMatchObject({ code: 'delivered', messageTooLargeBytes: expect.any(Number) });
    expect(leftOut!.messageTooLargeBytes).toBeLessThan(64 * 1024 + 20_000);
    expect(leftOut).not.toHaveProperty('message');
    expect((await get('/live/events')).text).not.toContain(KEY);
  });

  test('is masked in an event that cannot be mapped, and in a descriptor whose key is in its headers alone', async () => {
    const { route, post, get } = await watched();
    await route([job(1, { type: 'track', userId: `u ${KEY}`, properties: { key: KEY } })]);
    await post('/v1/destinations/gainsight_px/proxy', {
      ...{
        type: 'REST',
        method: 'PUT',
        endpoint: `https://api.aptrinsic.com/v1/users/u1`,
        params: {},
        files: {},
      },
      headers: { 'X-APTRINSIC-API-KEY': KEY, 'Content-Type': 'application/json' },
      body: { JSON: { title: KEY }, FORM: {}, XML: {}, JSON_ARRAY: {} },
      metadata: [job(2, {}).metadata],
      destinationConfig: {},
    });
    const { text, body } = await get('/live/events');
    expect((body as LiveAnswer).events).toMatchObject([
      { userId: 'u [redacted]', message: { properties: { key: '[redacted]' } }, steps: [] },
      { route: 'proxy', userId: 'u1', steps: [{ path: '/v1/users/u1', body: { title: '[redacted]' } }] },
    ]);
    expect(text).not.toContain(KEY);
  });

  test('of few letters is masked where it is a whole text, and leaves words as they are', async () => {
    const { route, only } = await watched({}, { apiKey: 'ann' });
    const Config = { ...CONFIG, apiKey: 'ann' };
    await route([job(1, identify('u1', { key: 'ann', plan: 'annual' }), {}, { ...DESTINATION, Config })]);
    expect((await only()).message).toMatchObject({ traits: { key: '[redacted]', plan: 'annual' } });
  });
});

describe('what is asked for', () => {
  async function some() {
    const here = await watched();
    await here.route([
      job(1, identify('Ada')),
      job(2, group('ada2', 'Acme')),
      job(3, track('bob', 'Signed Up')),
      job(4, { type: 'track', userId: 'bob' }),
    ]);
    const of = async (query: string): Promise<string[]> =>
      (await here.live(query)).events.map(({ id }) => id.split('-')[1]!);
    return { ...here, of };
  }

  test.each([
    ['?user=ADA', ['1', '2']],
    ['?user=acme', ['2']],
    ['?user=bob&code=name_missing', ['4']],
    ['?code=dropped', ['4']],
    ['?code=delivered', ['1', '2', '3']],
    ['?event=signed%20up', ['3']],
    ['?event=track', ['3', '4']],
    ['?user=nobody', []],
    ['?user=&code=&event=', ['1', '2', '3', '4']],
    ['?limit=2', ['3', '4']],
    ['?limit=1&user=ada', ['2']],
    ['?anything=else', ['1', '2', '3', '4']],
  ])('%s', async (query, numbers) => {
    const { of } = await some();
    expect(await of(query)).toEqual(numbers);
  });

  test('says how many older ones match', async () => {
    const { live } = await some();
    expect(await live('?limit=1&user=bob')).toMatchObject({ left: 1, kept: 4, bound: 300 });
  });

  test('after a cursor come newer events only, whatever the filter was', async () => {
    const { live, route } = await some();
    const { cursor } = await live('?user=nobody');
    expect((await live(`?after=${cursor}`)).events).toEqual([]);
    await route([job(5, identify('eve'))]);
    const next = await live(`?after=${cursor}`);
    expect(next.events).toMatchObject([{ userId: 'eve' }]);
    expect((await live(`?after=${next.cursor}`)).events).toEqual([]);
  });

  test('a cursor of an earlier process gives all events, and is not forgotten', async () => {
    const { live } = await some();
    const { events, cursor } = await live('?after=abc-77');
    expect(events).toHaveLength(4);
    expect(cursor).toMatch(/^abc-77\.[a-z\d]+-4$/);
  });

  test.each([
    '?limit=0',
    '?limit=1001',
    '?limit=-1',
    '?limit=1.5',
    '?limit=1&limit=2',
    '?limit=',
    '?after=',
    '?after=x',
    '?after=a-1&after=b-2',
    '?after=a-1..b-2',
    `?after=${'a-1.'.repeat(200)}a-1`,
    '?user=a&user=b',
    `?event=${'x'.repeat(201)}`,
  ])('%s is 400, and says what is expected', async (query) => {
    const { get } = await watched();
    const { status, body } = await get(`/live/events${query}`);
    expect([status, body.error]).toEqual([400, expect.stringMatching(/^(limit|after|user|event): expected/)]);
  });
});

describe('what happens now', () => {
  test('counts by second, load and lag', async () => {
    const clock = new FakeClock();
    const { route, live, simulator } = await watched({
      router: { clock, maxAttempts: 1, requestsPerSecond: 50 },
    });
    const start = clock.epochMs();
    const at = (ageMs: number, user: string): Json => ({
      ...identify(user),
      receivedAt: new Date(clock.epochMs() - ageMs).toISOString(),
    });
    await route([job(1, at(1_000, 'u1'))]);
    await clock.advance(2_000);
    simulator.configure({ faults: [{ fault: { status: 500 } }] });
    await route([job(2, at(5_000, 'u1'))]);
    const { now } = await live();
    const nothing = { notFound: 0, throttled: 0, refused: 0, serverError: 0, noAnswer: 0, ok: 0 };
    expect(now).toEqual({
      atMs: start + 2_000,
      seconds: [
        { atMs: start, events: 1, failed: 0, requests: 2, ...nothing, notFound: 1, ok: 1 },
        { atMs: start + 2_000, events: 1, failed: 1, requests: 1, ...nothing, serverError: 1 },
      ],
      pending: 0,
      inFlight: 0,
      limit: 50,
      pausedMs: 0,
      lagMs: { p50: 1_000, p95: 5_000, max: 5_000 },
    });
    await clock.advance(60_001);
    expect((await live()).now).not.toHaveProperty('lagMs');
    await clock.advance(300_000);
    expect((await live()).now.seconds).toEqual([]);
  });

  test('no limit is no field', async () => {
    const { live } = await watched();
    expect((await live()).now).not.toHaveProperty('limit');
  });
});
