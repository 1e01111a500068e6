import type { ServiceOptions } from '../../../src/service';
import { LiveFigures } from '../../../src/service/live/live-figures';
import { FakeClock } from '../../__mocks__/clock.fake';
import { readCapture } from '../../host/captures';
import {
  cleanUp,
  compacted,
  CONFIG,
  DESTINATION,
  group,
  identify,
  job,
  track,
  world,
  type Json,
} from '../running-service';

afterEach(cleanUp);

const TOKEN = 'ingest-token-77aa01';
const BEARER = { authorization: `Bearer ${TOKEN}` };

/** Nested deeper than a recursive writer reaches. */
const deep = (levels: number): string => '{"a":'.repeat(levels) + '1' + '}'.repeat(levels);

const jobs = [
  job(1, identify('u1', { email: 'ada@example.com' })),
  job(2, group('u1', 'acme'), { attemptNum: 3 }),
  job(3, track('u1', 'Signed Up')),
  job(4, { type: 'alias', userId: 'u1' }),
  job(5, { type: 'track', userId: 'u2' }),
  job(6, null, { userId: 'k6' }),
  job(7, 'text', { userId: 'k7' }),
  job(8, identify('u8'), { userId: 'k8' }, null),
  job(9, identify('u9'), { userId: 'k9' }, { ...DESTINATION, Config: { productTagKey: 'AP-1' } }),
  job(10, identify('u10'), { userId: 'k10', receivedAt: 'not a time', createdAt: 5 }),
  job(11, { ...track('u11', 'Long'), properties: { text: 'x'.repeat(200_000) } }, { userId: 'k11' }),
];
const withDeep = JSON.stringify({ input: jobs, destType: 'gainsight_px' }).replace('"text"', deep(20_000));

type Call = readonly [url: string, body: unknown, headers?: Record<string, string>];

const CALLS: readonly Call[] = [
  ['/routerTransform', { input: jobs, destType: 'gainsight_px' }],
  ['/routerTransform', { ...compacted(jobs), destType: 'gainsight_px' }, { 'x-feature-filter-code': '?1' }],
  ['/routerTransform', withDeep],
  ['/routerTransform', { input: [], destType: 'gainsight_px' }],
  ['/routerTransform', { input: [{}], destType: 'gainsight_px' }],
  ['/routerTransform', 'not JSON'],
  ['/v0/destinations/gainsight_px', jobs.slice(0, 5)],
  ['/v0/destinations/gainsight_px', jobs],
  ['/v0/destinations/gainsight_px', { input: 5 }],
  ['/v1/deliver', jobs.map(({ message }) => message), BEARER],
  ['/v1/deliver', '{"type":"track"}\nnot JSON', { ...BEARER, 'content-type': 'application/x-ndjson' }],
  ['/v1/deliver', '', BEARER],
  ['/deleteUsers', [{ destType: 'gainsight_px', config: CONFIG, userAttributes: [{ userId: 'u1' }] }]],
];

const CAPTURES = [
  'delete-users',
  'processor-compacted',
  'proxy-v1',
  'router-transform-compacted',
  'router-transform-compacted-retry',
];

/** The delivery proxy's calls, made of what a transform answered. */
const proxyCalls = (items: readonly Json[]): Call[] =>
  items
    .filter(({ batchedRequest }) => (batchedRequest as Json | undefined)?.endpoint !== undefined)
    .flatMap((item): Call[] => {
      const descriptor = { ...(item.batchedRequest as Json), destinationConfig: CONFIG };
      return [
        ['/v1/destinations/gainsight_px/proxy', { ...descriptor, metadata: item.metadata }],
        ['/v0/destinations/gainsight_px/proxy', { ...descriptor, metadata: (item.metadata as Json[])[0] }],
        [
          '/v1/destinations/gainsight_px/proxy',
          { ...descriptor, endpoint: 'https://example.com/', metadata: item.metadata },
        ],
      ];
    });

/** All that a client sees of the answers to these calls, to the byte. */
async function answers(options: ServiceOptions): Promise<unknown[]> {
  const here = await world({
    ...options,
    ingest: { config: CONFIG, token: TOKEN },
    router: { clock: new FakeClock(), maxAttempts: 1 },
  });
  const captured = CAPTURES.map(readCapture).map(({ first, headers, body }): Call => {
    const { 'X-Feature-Filter-Code': filter } = headers;
    return [first.split(' ')[1]!, body, filter === undefined ? {} : { 'x-feature-filter-code': filter }];
  });
  const seen: unknown[] = [];
  const post = async ([url, body, headers]: Call): Promise<Json | Json[]> => {
    const answer = await here.post(url, body, headers);
    const { date: _date, ...rest } = answer.headers;
    seen.push([url, answer.status, rest, answer.text]);
    return answer.body as Json;
  };
  for (const call of [...CALLS, ...captured]) {
    const body = (await post(call)) as { readonly output?: unknown } | undefined;
    const items = Array.isArray(body?.output) ? (body.output as Json[]) : [];
    for (const proxied of proxyCalls(items)) await post(proxied);
  }
  seen.push((await here.get('/features')).text, (await here.get('/health')).text);
  return seen;
}

test.each(['inline', 'delivery'] as const)(
  'mode %s: every answer is the same with the live page and without',
  async (mode) => {
    const without = await answers({ mode });
    const withLive = await answers({ mode, live: {} });
    expect(without.length).toBeGreaterThan(CALLS.length);
    expect(withLive).toEqual(without);
  },
);

const RECEIVED = { ...identify('u1'), receivedAt: '2026-01-02T03:04:05Z' };

test('a fault of the live page fails no event, and is logged without its text', async () => {
  const lag = jest.spyOn(LiveFigures.prototype, 'lag').mockImplementation(() => {
    throw new RangeError('about ada@example.com');
  });
  try {
    const { route, logged, get } = await world({ live: {} });
    expect(await route([job(1, RECEIVED)])).toMatchObject([{ statusCode: 299 }]);
    await get('/live/events');
    expect(logged()).toContain(
      '{"error":"RangeError","route":"routerTransform"} events are missing on the live page',
    );
    expect(logged()).not.toContain('ada');
  } finally {
    lag.mockRestore();
  }
});

test('an event is read after its answer is sent, and before the service has stopped', async () => {
  const lag = jest.spyOn(LiveFigures.prototype, 'lag');
  try {
    const { route, service } = await world({ live: {} });
    await route([job(1, RECEIVED)]);
    expect(lag).not.toHaveBeenCalled();
    await service.stop();
    expect(lag).toHaveBeenCalledTimes(1);
  } finally {
    lag.mockRestore();
  }
});
