import {
  cleanUp,
  compacted,
  DESTINATION,
  group,
  identify,
  job,
  KEY,
  track,
  world,
  type HostEvent,
  type Json,
} from './running-service';

/** The rules of the contract that hurt a host if broken, each by its name. */
afterEach(cleanUp);

const TRANSFORMS = ['/routerTransform', '/v0/destinations/gainsight_px'] as const;
const wrap = (url: string, events: readonly HostEvent[]): unknown =>
  url === '/routerTransform' ? { input: events, destType: 'gainsight_px' } : events;

describe.each(['inline', 'delivery'] as const)('%s mode', (mode) => {
  test('HTTP 200 on a transform endpoint carries apiVersion: 2, and so does every other answer', async () => {
    const { post, get } = await world({ mode });
    for (const url of TRANSFORMS) {
      expect((await post(url, wrap(url, [job(1, track())]))).headers.apiversion).toBe('2');
      expect((await post(url, '{')).headers.apiversion).toBe('2');
    }
    for (const url of ['/features', '/health', '/nowhere', '/%zz'])
      expect({ url, version: (await get(url)).headers.apiversion }).toEqual({ url, version: '2' });
    expect((await post('/deleteUsers', [])).headers.apiversion).toBe('2');
    expect((await post('/v1/destinations/gainsight_px/proxy', {})).headers.apiversion).toBe('2');
  });

  test('metadata is echoed verbatim: unknown keys, any recordId, big job ids, __proto__', async () => {
    const { post } = await world({ mode });
    const metadata = JSON.parse(
      '{"recordId":[{"a":null,"b":1.5e-7}],"secret":null,"unknownKey":{"x":["é\u2028"]},"__proto__":{"y":1},"traceparent":"t",' +
        '"workerAssignedTime":"2026-01-02T03:04:05.123456789Z","jobId":9007199254740991,"userId":"u","dontBatch":false}',
    ) as Json;
    const event = { ...job(1, identify()), metadata };
    const failing = { ...job(2, { type: 'identify' }), metadata: { ...metadata, jobId: 7 } };
    const { body } = await post('/routerTransform', wrap('/routerTransform', [event, failing]));
    expect(body.output.map((item: Json) => item.metadata)).toEqual([[metadata], [failing.metadata]]);
    expect(JSON.stringify(body.output[0].metadata)).toBe(JSON.stringify([metadata]));
    const processed = await post(TRANSFORMS[1], [event, failing]);
    expect(processed.body.map((item: Json) => item.metadata)).toEqual([metadata, failing.metadata]);
  });

  test('metadata is echoed however deep it is', async () => {
    const { post } = await world({ mode });
    const deep = '{"a":['.repeat(10_000) + ']}'.repeat(10_000);
    const event = (jobId: number): string =>
      JSON.stringify({ ...job(jobId, track()), metadata: { jobId, recordId: 'DEEP' } }).replace(
        '"DEEP"',
        deep,
      );
    const router = await post('/routerTransform', `{"input":[${event(1)}],"destType":"gainsight_px"}`);
    const processor = await post(TRANSFORMS[1], `[${event(1)}]`);
    for (const { status, text } of [router, processor]) {
      expect(status).toBe(200);
      expect(text.includes(`{"jobId":1,"recordId":${deep}}`)).toBe(true);
    }
  });

  test('each input job id is in exactly one output item', async () => {
    const { route } = await world({ mode });
    const events = [
      job(1, identify()),
      job(2, group()),
      job(3, track()),
      job(4, { type: 'page' }),
      job(5, null),
      job(6, track(), {}, null),
      job(7, track(), {}, { ...DESTINATION, Config: null }),
    ];
    const ids = (await route(events)).flatMap(({ metadata }) =>
      (metadata as Json[]).map(({ jobId }) => jobId),
    );
    expect(ids.sort()).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  test('an item status is 200, 298, 299, 4xx or 5xx, and never another 2xx', async () => {
    const { route, simulator } = await world({ mode });
    const allowed = (status: unknown): boolean =>
      [200, 298, 299].includes(Number(status)) || (Number(status) >= 400 && Number(status) <= 598);
    for (const status of [
      200, 201, 202, 204, 299, 301, 304, 400, 401, 403, 404, 409, 418, 429, 500, 502, 599,
    ]) {
      simulator.configure({ faults: [{ fault: { status } }] });
      for (const item of await route([
        job(10 * status, identify()),
        job(10 * status + 1, group('u2'), { userId: 'k2' }),
        job(10 * status + 2, track('u3'), { userId: 'k3' }),
      ])) {
        expect({ status, item: item.statusCode, ok: allowed(item.statusCode) }).toMatchObject({
          status,
          ok: true,
        });
      }
    }
  });

  test('never a 404, nor a 4xx for the sake of a body, on /routerTransform and /v0/destinations/*', async () => {
    const { post, get } = await world({ mode });
    const bodies = [
      '',
      '{',
      '[',
      'null',
      '5',
      '""',
      '{}',
      '{"input":{}}',
      '[null]',
      '[{}]',
      '[{"metadata":[]}]',
      '\u0000',
    ];
    for (const url of [...TRANSFORMS, '/v0/destinations/other', '/v0/destinations/GAINSIGHT_PX']) {
      for (const body of bodies) {
        const { status } = await post(url, body);
        expect({ url, body, retried: status >= 500 }).toEqual({ url, body, retried: true });
      }
      expect((await get(url)).status).toBeGreaterThanOrEqual(500);
    }
    const other = await post('/routerTransform', { input: [job(1, track())], destType: 'other' });
    expect(other.status).toBe(500);
    expect((await post('/v0/destinations/other', [job(1, track())])).headers['x-rudder-should-retry']).toBe(
      'true',
    );
  });

  test('an empty input has an empty answer', async () => {
    const { post } = await world({ mode });
    expect((await post('/routerTransform', { input: [], destType: 'gainsight_px' })).text).toBe(
      '{"output":[]}',
    );
    expect((await post(TRANSFORMS[1], [])).text).toBe('[]');
  });

  test('descriptors: type REST, files empty, headers texts, params and body objects of objects, one of them filled', async () => {
    const { route, post } = await world({ mode });
    const events = [
      job(1, track()),
      job(2, identify('u2'), { userId: 'k2', rudderId: 'k2' }),
      job(3, group('u2'), { userId: 'k2', rudderId: 'k2' }),
    ];
    const routed = (await route(events))
      .filter(({ statusCode }) => statusCode === 200)
      .map((item) => item.batchedRequest as Json);
    const processed = ((await post(TRANSFORMS[1], events)).body as Json[]).map((item) => item.output as Json);
    expect(routed).toHaveLength(mode === 'inline' ? 0 : 3);
    // Inline, the group's account and its link are a job each.
    expect(processed).toHaveLength(mode === 'inline' ? 4 : 3);
    for (const descriptor of [...routed, ...processed]) {
      expect(descriptor).toMatchObject({ type: 'REST', files: {}, params: {}, userId: '', version: '1' });
      expect(['users', 'accounts', 'events', 'preferences']).toContain(descriptor.endpointPath);
      for (const value of Object.values(descriptor.headers as Json)) expect(typeof value).toBe('string');
      const bodies = Object.values(descriptor.body as Json);
      for (const value of bodies)
        expect(value !== null && typeof value === 'object' && !Array.isArray(value)).toBe(true);
      expect(bodies.filter((value) => Object.keys(value as object).length > 0)).toHaveLength(1);
    }
  });

  test('error, statTags and their values are texts, without NUL', async () => {
    const { route, simulator } = await world({ mode });
    simulator.configure({
      faults: [{ fault: { status: 400, body: '{"externalapierror":{"message":"a\\u0000b"}}' } }],
    });
    const items = await route([
      job(1, identify()),
      job(2, { type: 'x\u0000y', userId: 'u' }),
      job(3, {}),
      job(4, track(), { destinationId: 5 }),
    ]);
    for (const { error, statTags } of items) {
      expect(typeof error).toBe('string');
      expect(error).not.toContain('\u0000');
      expect(error).not.toContain('\\u0000');
      for (const value of Object.values(statTags as Json)) expect(typeof value).toBe('string');
    }
    expect(items[1]!.statTags).toEqual({
      errorCategory: 'dataValidation',
      errorType: 'instrumentation',
      destType: 'GAINSIGHT_PX',
      module: 'destination',
      implementation: 'native',
      feature: 'router',
      destinationId: 'dst-1',
      workspaceId: 'ws-1',
    });
  });

  test('a bad event never changes its neighbours', async () => {
    const { route } = await world({ mode });
    const good = (id: number): HostEvent => job(id, track(`good-${id}`), { userId: `k${id}` });
    const alone = await route([good(1), good(2)]);
    const deep = JSON.parse('{"a":'.repeat(2_000) + '1' + '}'.repeat(2_000)) as Json;
    const bad = [
      null,
      5,
      [],
      {},
      { type: 'track' },
      { ...track(), properties: deep },
      JSON.parse(
        '{"type":"track","userId":"u","event":"E","properties":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}}',
      ),
    ];
    const items = await route([
      good(1),
      ...bad.map((message, at) => job(10 + at, message, { userId: `bad${at}` })),
      good(2),
    ]);
    expect([items[0], items.at(-1)]).toEqual(alone);
    expect(({} as Json).polluted).toBeUndefined();
  });

  test('a batch with __proto__ and constructor keys is not refused', async () => {
    const { post } = await world({ mode });
    const body = `{"input":[{"message":{"type":"track","userId":"u","event":"E","__proto__":{"x":1},"constructor":{"prototype":{}}},"metadata":{"jobId":1},"destination":${JSON.stringify(DESTINATION)}}],"destType":"gainsight_px","__proto__":{}}`;
    const { status, body: reply } = await post('/routerTransform', body);
    expect(status).toBe(200);
    expect(reply.output[0].statusCode).toBe(mode === 'inline' ? 299 : 200);
  });

  test('plain and compacted forms of the same batch give byte-equal output', async () => {
    const { post } = await world({ mode });
    const events = [
      job(1, track()),
      job(2, track('u2')),
      job(3, { type: 'page' }),
      job(4, identify('u3'), { userId: 'k3', rudderId: 'k3' }),
      job(5, track()),
    ];
    const header = { 'x-content-format': 'json+compactedv1' };
    const plain = await post('/routerTransform', { input: events, destType: 'gainsight_px' });
    const small = await post('/routerTransform', { ...compacted(events), destType: 'gainsight_px' }, header);
    expect(small.text).toBe(plain.text);
    expect((await post(TRANSFORMS[1], compacted(events), header)).text).toBe(
      (await post(TRANSFORMS[1], events)).text,
    );
  });

  test.each([
    ['a page message', { type: 'page', userId: 'u' }],
    ['a Screen message', { type: 'Screen', userId: 'u' }],
    ['an alias message', { type: 'alias', userId: 'u', previousId: 'v' }],
    ['a message that is switched off', { ...track(), integrations: { all: 'false' } }],
    [
      'one that is, though it could not be mapped',
      { type: 'identify', integrations: { GAINSIGHT_PX: false } },
    ],
  ])(
    'statuses: %s is filtered: 298 where the host knows it, else 299 from the router and 400',
    async (_, message) => {
      const { route, post, get } = await world({ mode });
      const events = [job(1, message)];
      const knows = { 'x-feature-filter-code': '?1' };
      expect((await route(events, knows))[0]).toMatchObject({ statusCode: 298, statTags: {} });
      const [item] = await route(events);
      expect(item).toMatchObject({ statusCode: 299, statTags: {}, error: expect.stringMatching(/./) });
      expect(item).not.toHaveProperty('batchedRequest');
      expect((await post(TRANSFORMS[1], events, knows)).body[0].statusCode).toBe(298);
      expect((await post(TRANSFORMS[1], events)).body[0].statusCode).toBe(400);
      const counted = (await get('/metrics')).text.split('\n').filter((line) => /_events_total\{/.test(line));
      expect(counted).toHaveLength(2);
      for (const line of counted) expect(line).toMatch(/outcome="filtered".* 2$/);
    },
  );

  test.each([
    [400, 'an unknown type', { type: 'purchase', userId: 'u' }],
    [400, 'no type', { userId: 'u' }],
    [298, 'alias, with pageEvents too', { type: 'alias', userId: 'u' }],
  ])('statuses: %d for %s', async (status, _, message) => {
    const { route, post } = await world({ mode });
    const knows = { 'x-feature-filter-code': '?1' };
    const events = [
      job(1, message, {}, { ...DESTINATION, Config: { ...DESTINATION.Config, pageEvents: true } }),
    ];
    expect((await route(events, knows))[0]!.statusCode).toBe(status);
    expect((await post(TRANSFORMS[1], events, knows)).body[0].statusCode).toBe(status);
  });

  test('nothing secret or personal is logged or counted', async () => {
    const { route, post, get, logged } = await world({ mode });
    await route([job(1, identify('ada@example.com')), job(2, { type: 'ada@example.com' })]);
    await post(`/v0/sources/x?writeKey=${KEY}`, { email: 'ada@example.com' });
    await post('/deleteUsers', [
      { destType: 'gainsight_px', config: { apiKey: KEY }, userAttributes: [{ userId: 'ada@example.com' }] },
    ]);
    const seen = logged() + (await get('/metrics')).text;
    expect(seen).toContain('routerTransform');
    expect(seen).not.toMatch(/ada|anon<<>>/);
    expect(seen).not.toContain(KEY);
  });
});

test('destination: identity for a host that sends itself, configuration for one that uses the proxy', async () => {
  const withVersion = { ...DESTINATION, version: 3 };
  const [inline] = await (await world()).route([job(1, track(), {}, withVersion)]);
  const identity = {
    ID: 'dst-1',
    Name: 'My PX',
    WorkspaceID: 'ws-1',
    DestinationDefinition: { Name: 'GAINSIGHT_PX' },
  };
  expect(inline!.destination).toEqual(identity);
  const [delivery] = await (await world({ mode: 'delivery' })).route([job(1, track(), {}, withVersion)]);
  expect(delivery!.destination).toEqual({ ...identity, Config: DESTINATION.Config, version: 3 });
});

test.each([['EU'], [{ web: 'EU' }], [{ web: 'EU', ios: 'eu' }]])(
  'dataCenter in both forms: %j',
  async (dataCenter) => {
    const { post } = await world();
    const event = job(1, track(), {}, { ...DESTINATION, Config: { ...DESTINATION.Config, dataCenter } });
    const { endpoint } = (await post(TRANSFORMS[1], [event])).body[0].output as Json;
    expect(new URL(String(endpoint)).host).toBe('api-eu.aptrinsic.com');
  },
);
