import {
  cleanUp,
  CONFIG,
  DESTINATION,
  group,
  identify,
  job,
  jobIdOf,
  KEY,
  statuses,
  track,
  withMissingUser,
  world,
  type Answer,
  type HostEvent,
  type Json,
  type World,
} from '../running-service';

afterEach(cleanUp);

/** Does with an item what the host does: the descriptor without `version`, and the metadata without the user. */
function proxyBody(item: Json, version: 'v0' | 'v1', destinationConfig: unknown): Json {
  const descriptor = { ...((item.batchedRequest ?? item.output) as Json) };
  delete descriptor.version;
  const jobs = [item.metadata]
    .flat()
    .map((metadata) => ({ ...(metadata as Json), userId: '', secret: null, dontBatch: false }));
  return { ...descriptor, metadata: version === 'v1' ? jobs : jobs[0], destinationConfig };
}

async function deliver(
  { post }: World,
  item: Json,
  version: 'v0' | 'v1' = 'v1',
  config?: unknown,
  headers = {},
): Promise<Answer> {
  const destinationConfig = config ?? (item.destination as Json | undefined)?.Config ?? null;
  return post(
    `/${version}/destinations/gainsight_px/proxy`,
    proxyBody(item, version, destinationConfig),
    headers,
  );
}

const entries = ({ body }: Answer): Json[] => body.output.response as Json[];
const only = async (here: World, message: unknown, destination: unknown = DESTINATION): Promise<Json> =>
  (await here.route([job(7, message, {}, destination)]))[0]!;

test('delivery mode: the transform sends nothing, and the proxy runs the whole plan', async () => {
  const here = await world({ mode: 'delivery' });
  const items = await here.route([job(1, identify('u1', { title: 'T' })), job(2, group()), job(3, track())]);
  expect(here.simulator.requests.total).toBe(0);
  for (const item of items) {
    const answer = await deliver(here, item);
    expect(answer.status).toBe(200);
    expect(entries(answer)).toMatchObject([
      {
        statusCode: 200,
        error: '',
        metadata: { jobId: (item.metadata as Json[])[0]!.jobId, dontBatch: false },
      },
    ]);
  }
  expect(here.simulator.state.users.get('u1')).toMatchObject({ title: 'T', accountId: 'acme' });
  expect(here.simulator.state.events.total).toBe(1);
});

test('delivery mode: what comes after an event that has to be done again is held back, for its own user alone', async () => {
  const here = await world({ mode: 'delivery' });
  const items = await here.route([
    job(1, track('u1'), { userId: 'k1' }, null),
    job(2, track('u1'), { userId: 'k1' }),
    job(3, track('u2'), { userId: 'k2' }),
    job(4, { type: 'page' }, { userId: 'k1' }),
  ]);
  expect(statuses(items)).toEqual([500, 500, 200, 500]);
  expect(items.find((item) => jobIdOf(item) === 2)).not.toHaveProperty('batchedRequest');
});

test('no URL of PX and no key travel; the endpoint is on an .invalid host and labelled for throttling', async () => {
  const here = await world({ mode: 'delivery' });
  for (const [message, label] of [
    [identify('a/b?c'), 'users'],
    [group(), 'accounts'],
    [track(), 'events'],
  ] as const) {
    const { batchedRequest } = await only(here, message);
    expect(new URL(String((batchedRequest as Json).endpoint)).hostname).toMatch(/\.invalid$/);
    expect((batchedRequest as Json).endpointPath).toBe(label);
    expect(JSON.stringify(batchedRequest)).not.toMatch(/aptrinsic/i);
    expect(JSON.stringify(batchedRequest)).not.toContain(KEY);
  }
});

test('v1: N jobs, N entries, HTTP 200, each metadata as it came', async () => {
  const here = await world({ mode: 'delivery' });
  const item = await only(here, track());
  const metadata = [1, 2, 3].map((jobId) => ({ jobId, dontBatch: true, other: { x: null } }));
  const answer = await here.post('/v1/destinations/gainsight_px/proxy', {
    ...proxyBody(item, 'v1', CONFIG),
    metadata,
  });
  expect(answer.status).toBe(200);
  expect(entries(answer).map((entry) => entry.metadata)).toEqual(metadata);
  expect(typeof answer.body.output.message).toBe('string');
});

test.each([
  [{ status: 500 }, 500],
  [{ status: 429 }, 429],
  [{ status: 400 }, 400],
  ['destroy-before-write', 504],
  ['html-404', 503],
] as const)(
  'a failure %j is status %i: of the job in v1, of the call in v0; never 404',
  async (fault, expected) => {
    const here = await world({ mode: 'delivery' });
    const item = await only(here, group());
    here.simulator.configure({ faults: [{ fault }] });
    const v1 = await deliver(here, item, 'v1');
    expect(v1.status).toBe(200);
    expect(entries(v1)[0]!.statusCode).toBe(expected);
    expect(typeof entries(v1)[0]!.error).toBe('string');
    expect(v1.body.output.statTags).toMatchObject({ destType: 'GAINSIGHT_PX', feature: 'dataDelivery' });
    const v0 = await deliver(here, item, 'v0');
    expect(v0.status).toBe(expected);
    expect(v0.body.output).toMatchObject({ status: expected, message: expect.any(String) });
  },
);

test("v0: what became of the one job stands in destinationResponse, as the host's older delivery reads it", async () => {
  const here = await world({ mode: 'delivery' });
  const item = await only(here, track());
  const delivered = await deliver(here, item, 'v0');
  expect([delivered.status, delivered.body]).toEqual([
    200,
    {
      output: {
        status: 200,
        message: 'delivered to Gainsight PX',
        destinationResponse: { status: 200, response: 'delivered to Gainsight PX' },
      },
    },
  ]);
  here.simulator.configure({ faults: [{ fault: { status: 400 } }] });
  const other = await only(here, track('u2'));
  const { output } = (await deliver(here, other, 'v0')).body as { output: Json };
  expect(output.message).toMatch(/./);
  expect(output.destinationResponse).toEqual({ status: 400, response: output.message });
});

test('with fail, a group whose user PX does not know is tried three times, then it fails for good', async () => {
  const here = await world({ mode: 'delivery' });
  const item = await only(here, group(), withMissingUser('fail'));
  const attempt = (attemptNum: number): Promise<Answer> =>
    deliver(here, { ...item, metadata: [{ jobId: 1, attemptNum }] });
  for (const [attemptNum, status] of [0, 1, 2, 3].map((count) => [count, count < 2 ? 503 : 400] as const)) {
    const [entry] = entries(await attempt(attemptNum));
    expect(entry).toMatchObject({ statusCode: status, error: expect.stringContaining('no such user') });
  }
});

test('with fail, so is the update of a user that the processor gave the host to send', async () => {
  const here = await world({ mode: 'inline' });
  const { body } = await here.post('/v0/destinations/gainsight_px', [
    job(1, group(), {}, withMissingUser('fail')),
  ]);
  const link = { batchedRequest: (body as Json[])[1]!.output } as Json;
  const attempt = async (attemptNum: number): Promise<unknown> =>
    entries(await deliver(here, { ...link, metadata: [{ jobId: 1, attemptNum }] }))[0]!.statusCode;
  expect([await attempt(0), await attempt(1), await attempt(2)]).toEqual([503, 503, 400]);
});

test('with skip, it is delivered without the link', async () => {
  const here = await world({ mode: 'delivery' });
  const item = await only(here, group(), withMissingUser('skip'));
  expect(entries(await deliver(here, item))[0]!.statusCode).toBe(200);
  expect(here.simulator.state.users.size).toBe(0);
  expect((await here.get('/metrics')).text).toContain('gainsight_px_links_skipped_total 1');
});

test('preferences of a user that PX has just written and does not find are tried once more', async () => {
  const here = await world({ mode: 'delivery' });
  const item = await only(here, identify('u1', { userPreferences: { surveys: false } }));
  here.simulator.configure({
    faults: [
      { fault: { status: 204 }, route: 'users.update' },
      { fault: { status: 404, body: '{}' }, route: 'preferences.set' },
    ],
  });
  const attempt = async (attemptNum: number): Promise<unknown> =>
    entries(await deliver(here, { ...item, metadata: [{ jobId: 1, attemptNum }] }))[0]!.statusCode;
  expect([await attempt(0), await attempt(1)]).toEqual([503, 400]);
});

test('its deadline is RdProxy-Timeout', async () => {
  // Without a deadline it would wait for longer than any test may take.
  const here = await world({ mode: 'delivery', router: { requestTimeoutMs: 600_000 } });
  const item = await only(here, identify());
  here.simulator.configure({ faults: [{ fault: 'hang' }] });
  const answer = await deliver(here, item, 'v1', undefined, { 'rdproxy-timeout': '150' });
  // Ends the request that hangs.
  await here.simulator.close();
  expect(entries(answer)[0]!.statusCode).toBe(504);
});

/** In delivery mode, with a PX everywhere, and the hosts that are called. */
async function worldOfHosts(): Promise<{ here: World; seen: string[] }> {
  const seen: string[] = [];
  const here = await world({
    mode: 'delivery',
    fetch: (url) => {
      seen.push(new URL(url).host);
      return Promise.resolve(new Response(null, { status: 204 }));
    },
  });
  return { here, seen };
}

test('the data center of destinationConfig holds, whatever it was when the plan was made', async () => {
  const { here, seen } = await worldOfHosts();
  const stored = { ...CONFIG, dataCenter: { web: 'US2', ios: 'us2' } };
  const [item] = await here.route([job(1, track(), {}, { ...DESTINATION, Config: stored })]);
  await deliver(here, item!); // as echoed
  await deliver(here, { ...item!, metadata: [{ jobId: 2 }] }, 'v1', stored);
  await deliver(here, item!, 'v1', { ...CONFIG, dataCenter: 'eu' });
  expect(seen).toEqual(['api-us2.aptrinsic.com', 'api-us2.aptrinsic.com', 'api-eu.aptrinsic.com']);
});

const PLACE = '{{ message.context.place || US }}';

test.each([
  ['as a whole', PLACE],
  ['for the only source type', { web: PLACE }],
  ['for one of several source types', { ios: 'EU', web: PLACE }],
])(
  'a data center that is a template %s is resolved when the event is transformed, and holds',
  async (_where, dataCenter) => {
    const { here, seen } = await worldOfHosts();
    const Config = { ...CONFIG, dataCenter };
    const message = { ...track(), context: { place: 'EU' } };
    const destination = { ...DESTINATION, hasDynamicConfig: true, Config };
    const { body } = await here.post('/v0/destinations/gainsight_px', [
      job(1, message, { transformAt: 'processor' }, destination),
    ]);
    expect(entries(await deliver(here, body[0] as Json, 'v1', Config))[0]!.statusCode).toBe(200);
    expect(seen).toEqual(['api-eu.aptrinsic.com']);
  },
);

test('a templated key of the event arrives resolved, and an unresolved one is never sent', async () => {
  const keys: unknown[] = [];
  const here = await world({
    mode: 'delivery',
    fetch: (_url, { headers }) => {
      keys.push((headers as Json)['X-APTRINSIC-API-KEY']);
      return Promise.resolve(new Response(null, { status: 204 }));
    },
  });
  const Config = { ...CONFIG, apiKey: '{{ message.context.key || d }}' };
  const item = await only(
    here,
    { ...track(), context: { key: 'from-event' } },
    { ...DESTINATION, hasDynamicConfig: true, Config },
  );
  await deliver(here, item);
  expect(entries(await deliver(here, item, 'v1', Config))[0]!.statusCode).toBe(400);
  expect(keys).toEqual(['from-event']);
});

describe('plain descriptors of inline mode', () => {
  test('are delivered, in the path form and in the body form', async () => {
    const here = await world();
    for (const event of [
      job(1, identify()),
      job(2, identify('a/b')),
      job(3, group()),
      job(4, track()),
    ] as HostEvent[]) {
      const { body } = await here.post('/v0/destinations/gainsight_px', [event]);
      here.simulator.reset('requests');
      expect(entries(await deliver(here, body[0] as Json))[0]).toMatchObject({ statusCode: 200 });
      expect(here.simulator.requests.total).toBe(1);
    }
  });

  const plain = (endpoint: string, method = 'PUT', body: Json = { x: 1 }): Json => ({
    type: 'REST',
    method,
    endpoint,
    headers: { 'X-APTRINSIC-API-KEY': KEY },
    params: {},
    body: { JSON: body },
    files: {},
    userId: '',
    metadata: [{ jobId: 1 }],
    destinationConfig: CONFIG,
  });

  test.each([
    ['another host', 'https://evil.example/v1/users/u'],
    ['http', 'http://api.aptrinsic.com/v1/users/u'],
    ['another port', 'https://api.aptrinsic.com:8443/v1/users/u'],
    ['a host that looks like it', 'https://api.aptrinsic.com.evil.example/v1/users/u'],
    ['a user in the URL', 'https://a:b@api.aptrinsic.com/v1/users/u'],
    ['a query', 'https://api.aptrinsic.com/v1/users/u?hardDelete=true'],
    ['another route', 'https://api.aptrinsic.com/v1/admin/model'],
    ['the denylist', 'https://api.aptrinsic.com/v1/users/denylist/u'],
    ['another object by dots', 'https://api.aptrinsic.com/v1/users/../admin/x'],
    ['the cloud metadata address', 'http://169.254.169.254/latest/meta-data'],
    ['an id that nothing decodes', 'https://api.aptrinsic.com/v1/users/%E0%A4%A'],
    ['the body form without an id', 'https://api.aptrinsic.com/v1/users/update'],
    ['no URL', 'nonsense'],
  ])('a URL that it was sent is never called: %s', async (_name, endpoint) => {
    const called: string[] = [];
    const here = await world({
      fetch: (url) => {
        called.push(url);
        return Promise.resolve(new Response(null, { status: 204 }));
      },
    });
    const answer = await here.post('/v1/destinations/gainsight_px/proxy', plain(endpoint));
    expect(called).toEqual([]);
    expect(entries(answer)[0]!.statusCode).toBe(400);
  });

  test.each([
    ['users', 'https://api.aptrinsic.com/v1/users/u', 'PUT', {}],
    ['users by their body form', 'https://api.aptrinsic.com/v1/users/update', 'PUT', { identifyId: 'u' }],
    ['accounts', 'https://api.aptrinsic.com/v1/accounts/a', 'PUT', {}],
    ['new accounts', 'https://api.aptrinsic.com/v1/accounts', 'POST', { id: 'a' }],
  ])(
    '%s: one that was given up, and is still on its way, is not overtaken',
    async (_what, endpoint, method, id) => {
      const sent: unknown[] = [];
      let release = (): void => undefined;
      const here = await world({
        router: { requestTimeoutMs: 600_000 },
        fetch: (_url, { body }) => {
          sent.push((JSON.parse(body!) as Json).plan);
          const answer = new Response(null, { status: 204 });
          if (sent.length > 1) return Promise.resolve(answer);
          return new Promise((resolve) => {
            release = () => resolve(answer);
          });
        },
      });
      const send = (plan: string, timeoutMs: string): Promise<Answer> =>
        here.post('/v1/destinations/gainsight_px/proxy', plain(endpoint, method, { ...id, plan }), {
          'rdproxy-timeout': timeoutMs,
        });
      expect(entries(await send('old', '20'))[0]!.statusCode).toBe(504);
      const newer = send('new', '5000');
      await send('', '1');
      expect(sent).toEqual(['old']);
      release();
      expect(entries(await newer)[0]!.statusCode).toBe(200);
      expect(sent).toEqual(['old', 'new']);
    },
  );

  test.each(['v1', 'v2'])(
    'preferences keep the version %s of their path, in the path form and in the body form',
    async (version) => {
      const called: unknown[] = [];
      const here = await world({
        fetch: (url) => {
          called.push(url);
          return Promise.resolve(new Response(null, { status: 204 }));
        },
      });
      const url = `https://api.aptrinsic.com/${version}/user/preferences`;
      await here.post('/v1/destinations/gainsight_px/proxy', plain(`${url}/u1`));
      await here.post('/v1/destinations/gainsight_px/proxy', plain(url, 'PUT', { identifyId: 'u1', x: 1 }));
      expect(called).toEqual([`${url}/u1`, `${url}/u1`]);
    },
  );

  test.each(['x-aptrinsic-api-key', 'X-APTRINSIC-API-KEY', 'X-Aptrinsic-Api-Key'])(
    'the key is found in a header %s',
    async (name) => {
      const keys: unknown[] = [];
      const here = await world({
        fetch: (_url, { headers }) => {
          keys.push(headers['X-APTRINSIC-API-KEY']);
          return Promise.resolve(new Response(null, { status: 204 }));
        },
      });
      const answer = await here.post('/v1/destinations/gainsight_px/proxy', {
        ...plain('https://api.aptrinsic.com/v1/users/u'),
        headers: { 'content-type': 'application/json', [name]: 'of-header' },
      });
      expect(entries(answer)[0]!.statusCode).toBe(200);
      expect(keys).toEqual(['of-header']);
    },
  );

  test('users are not erased by a descriptor', async () => {
    const here = await world();
    const answer = await here.post(
      '/v1/destinations/gainsight_px/proxy',
      plain('https://api.aptrinsic.com/v1/users/u', 'DELETE'),
    );
    expect(entries(answer)[0]!.statusCode).toBe(400);
    expect(here.simulator.requests.total).toBe(0);
  });
});

test('a plan in another form, or a call in none, is tried again', async () => {
  const here = await world({ mode: 'delivery' });
  const item = await only(here, group());
  const good = proxyBody(item, 'v1', CONFIG);
  const plan = (good.body as Json).JSON as Json;
  const broken: Json[] = [
    { ...plan, format: 2 },
    { ...plan, dataCenter: 'https://evil.example' },
    { ...plan, steps: [] },
    { ...plan, calls: [{ route: 'users.delete', target: 'u', body: {} }] },
    { ...plan, steps: [{ id: 'a', call: 99 }] },
    { ...plan, steps: [{ id: 'a', call: 0, on: { ok: { to: 'step', id: 'a' } } }] },
    { ...plan, lanes: null },
    { ...plan, preferencesApiVersion: 'v3' },
  ];
  for (const JSON_ of broken) {
    const { status } = await here.post('/v1/destinations/gainsight_px/proxy', {
      ...good,
      body: { JSON: JSON_ },
    });
    expect({ JSON_, status }).toEqual({ JSON_, status: 500 });
  }
  for (const body of [
    '{',
    '[]',
    '{}',
    { ...good, metadata: [] },
    { ...good, metadata: null },
    { ...good, endpoint: 5 },
    { ...good, destinationConfig: undefined },
    { ...good, destinationConfig: null },
    { ...good, destinationConfig: 'text' },
  ]) {
    expect((await here.post('/v1/destinations/gainsight_px/proxy', body)).status).toBe(500);
    expect((await here.post('/v0/destinations/gainsight_px/proxy', body)).status).toBe(500);
  }
  expect(here.simulator.requests.total).toBe(0);
});

test('both modes and both routes leave PX in the same state', async () => {
  const messages = [
    identify('u1', { email: 'a@b.c', userPreferences: { surveys: false } }),
    group('u1', 'acme', { plan: 'pro' }),
    track('u1'),
    identify('x/../victim', { title: 'T' }),
    group('x/../victim', 'c?d=e'),
    track('x/../victim', 'E2'),
    identify('u1', { email: 'later@b.c' }),
  ];
  const events = messages.map((message, at) => job(at, message, { rudderId: 'k', userId: 'k' }));
  const states: unknown[] = [];
  for (const mode of ['inline', 'delivery'] as const) {
    for (const route of ['router', 'processor'] as const) {
      const here = await world({ mode });
      const items =
        route === 'router'
          ? await here.route(events)
          : ((await here.post('/v0/destinations/gainsight_px', events)).body as Json[]);
      for (const item of items) {
        if (item.statusCode === 200)
          expect(entries(await deliver(here, item, 'v1', CONFIG))[0]!.statusCode).toBe(200);
        else expect(item.statusCode).toBe(299);
      }
      states.push(here.simulator.state.snapshot());
    }
  }
  for (const state of states) expect(state).toEqual(states[0]);
});
