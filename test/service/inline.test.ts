import {
  cleanUp,
  DESTINATION,
  group,
  identify,
  job,
  jobIdOf,
  statuses,
  track,
  withMissingUser,
  world,
  type HostEvent,
  type Json,
} from './running-service';

afterEach(cleanUp);

test('a known user costs one request, a known account and its user two, a track message one', async () => {
  const { route, simulator } = await world();
  await route([job(1, identify()), job(2, group())]);
  simulator.reset('requests');
  expect(statuses(await route([job(3, identify())]))).toEqual([299]);
  expect(simulator.requests.total).toBe(1);
  expect(statuses(await route([job(4, group())]))).toEqual([299]);
  expect(simulator.requests.total).toBe(3);
  expect(statuses(await route([job(5, track())]))).toEqual([299]);
  expect(simulator.requests.total).toBe(4);
  expect(simulator.state.events.total).toBe(1);
});

test('one batch with a new user and its new account is delivered', async () => {
  const { route, simulator } = await world();
  expect(statuses(await route([job(1, identify()), job(2, group())]))).toEqual([299, 299]);
  expect(simulator.state.users.get('u1')).toMatchObject({ accountId: 'acme' });
  expect(simulator.state.accounts.get('acme')).toBeDefined();
});

test('one batch with a new user twice is delivered, the later one last', async () => {
  const { route, simulator } = await world();
  const events = [job(1, identify('u1', { title: 'first' })), job(2, identify('u1', { title: 'second' }))];
  expect(statuses(await route(events))).toEqual([299, 299]);
  expect(simulator.state.users.get('u1')).toMatchObject({ title: 'second' });
});

test("one batch with two users' groups that create one account is delivered, in the order of the batch", async () => {
  const { route, simulator } = await world();
  await route([job(1, identify('u1'), { userId: 'k1' }), job(2, identify('u2'), { userId: 'k2' })]);
  const events = [
    job(3, group('u1', 'acme', { plan: 'first' }), { userId: 'k1' }),
    job(4, group('u2', 'acme', { plan: 'second' }), { userId: 'k2' }),
  ];
  expect(statuses(await route(events))).toEqual([299, 299]);
  expect(simulator.state.accounts.get('acme')).toMatchObject({ plan: 'second' });
});

test('one PX user under two ordering keys is written in the order of the batch', async () => {
  const { route, simulator } = await world({}, { latencyMs: 5 });
  const titles = Array.from({ length: 12 }, (_, at) => `t${at}`);
  const items = await route(
    titles.map((title, at) => job(at, identify('u1', { title }), { userId: `k${at % 3}` })),
  );
  expect(new Set(statuses(items))).toEqual(new Set([299]));
  expect(simulator.state.users.get('u1')).toMatchObject({ title: 't11' });
});

describe('after a retryable failure later jobs of the same ordering key in the batch get 500 and are not run', () => {
  const failFor = (id: string) => [
    {
      fault: 'error-500' as const,
      when: (request: { id?: string; route: string }) =>
        request.id === id && request.route !== 'events.create',
    },
  ];

  test('later identify, group, track and refused messages of the key, and no others', async () => {
    const { route, simulator } = await world();
    simulator.configure({ faults: failFor('u1') });
    const events = [
      job(1, track()),
      job(2, identify()),
      job(3, identify('u9')),
      job(4, group()),
      job(5, track()),
      job(6, { type: 'page' }),
      job(7, identify('u2'), { userId: 'k2' }),
      job(8, track('u2'), { userId: 'k2' }),
      job(9, identify('u3'), { destinationId: 'other' }),
    ];
    const items = await route(events);
    expect(statuses(items)).toEqual([299, 500, 500, 500, 500, 500, 299, 299, 299]);
    expect(items.every((item) => item.batchedRequest === undefined)).toBe(true);
    expect(simulator.state.events.total).toBe(2);
    expect(simulator.state.users.has('u9')).toBe(false);
    expect(simulator.state.accounts.has('acme')).toBe(false);
  });

  test('another key of the same account is not held back by it', async () => {
    const { route, simulator } = await world();
    await route([job(1, identify('u1')), job(2, identify('u2'), { userId: 'k2' })]);
    simulator.configure({ faults: failFor('u1') });
    const items = await route([job(3, group('u1')), job(4, group('u2'), { userId: 'k2' }), job(5, track())]);
    expect(statuses(items)).toEqual([500, 299, 500]);
  });

  test('a key whose events go to several API keys too', async () => {
    const { route, simulator } = await world({}, { apiKey: undefined as unknown as string });
    const dynamic = {
      ...DESTINATION,
      hasDynamicConfig: true,
      Config: { ...DESTINATION.Config, apiKey: '{{ message.context.key || none }}' },
    };
    const to = (id: number, key: string, userId: string): HostEvent =>
      job(id, { ...identify(userId), context: { key } }, {}, dynamic);
    simulator.configure({ faults: failFor('bad') });
    const items = await route([to(1, 'a', 'u1'), to(2, 'b', 'bad'), to(3, 'a', 'u3'), to(4, 'b', 'u4')]);
    expect(statuses(items)).toEqual([299, 500, 500, 500]);
    expect(simulator.state.users.has('u3')).toBe(false);
  });

  test('a fault of our own counts as one that may pass', async () => {
    const { route, simulator } = await world();
    const items = await route([job(1, identify(), {}, null), job(2, identify()), job(3, track())]);
    expect(statuses(items)).toEqual([500, 500, 500]);
    expect(simulator.requests.total).toBe(0);
  });

  test('after a failure for good the key goes on', async () => {
    const { route } = await world();
    const items = await route([
      job(1, { type: 'identify' }),
      job(2, { type: 'group', userId: 'u1' }),
      job(3, identify()),
      job(4, track()),
    ]);
    expect(statuses(items)).toEqual([400, 400, 299, 299]);
  });
});

describe('what PX does not know may be on its way', () => {
  const failing = withMissingUser('fail');

  test('with fail, the group of a user who comes by another ordering key of the host: two attempts more, then for good', async () => {
    const { route, simulator } = await world();
    const early = (attemptNum: number): HostEvent =>
      job(1, group('u1'), { userId: 'key a', attemptNum }, failing);
    for (const attemptNum of [0, 1]) {
      expect((await route([early(attemptNum)]))[0]).toMatchObject({
        statusCode: 503,
        error: expect.stringContaining('PX knows no such user'),
        statTags: { errorCategory: 'network', errorType: 'retryable' },
      });
    }
    for (const attemptNum of [2, 3, 40]) {
      expect((await route([early(attemptNum)]))[0]).toMatchObject({
        statusCode: 400,
        error: expect.stringContaining('PX knows no such user'),
        statTags: { errorCategory: 'network', errorType: 'aborted' },
      });
    }
    await route([job(2, identify('u1'), { userId: 'key b' }, failing)]);
    expect((await route([early(1)]))[0]!.statusCode).toBe(299);
    expect(simulator.state.users.get('u1')).toMatchObject({ accountId: 'acme' });
  });

  test('with fail, it holds back no later job of its ordering key, its user or its account: one of them may create the user', async () => {
    const { route, simulator } = await world();
    const keys = { userId: 'key b' };
    const jobs = [
      job(1, group('u1', 'acme', { plan: 'old' }), {}, failing),
      job(2, identify('u1', { title: 'Countess' }), {}, failing),
      job(3, group('u1', 'acme', { plan: 'new' }), {}, failing),
      job(4, track(), {}, failing),
      job(5, identify('u2'), keys, failing),
      job(6, group('u2', 'acme', { plan: 'newest' }), keys, failing),
    ];
    simulator.configure({ faults: [{ fault: 'error-500', when: ({ id }) => id === 'u3' }] });
    const items = await route([...jobs, job(7, identify('u3'), { userId: 'key c' }, failing)]);
    expect(statuses(items).slice(0, 3)).toEqual([503, 299, 299]);
    expect([200, 299]).toContain(statuses(items)[3]);
    expect(statuses(items).slice(4)).toEqual([299, 299, 500]);
    expect(simulator.state.users.get('u1')).toMatchObject({ title: 'Countess', accountId: 'acme' });
    expect(simulator.state.accounts.get('acme')).toMatchObject({ plan: 'newest' });
  });

  test('with fail, what failed before it in its key holds it back as ever', async () => {
    const { route, simulator } = await world();
    simulator.configure({ faults: [{ fault: 'error-500', when: ({ id }) => id === 'u9' }] });
    const items = await route([
      job(1, identify('u9'), {}, failing),
      job(2, group('u1'), { attemptNum: 2 }, failing),
      job(3, identify('u1'), {}, failing),
    ]);
    expect(statuses(items)).toEqual([500, 500, 500]);
    expect(simulator.state.accounts.size).toBe(0);
  });

  test('with fail, a key whose events go to several API keys goes on, too', async () => {
    const { route } = await world({}, { apiKey: undefined as unknown as string });
    const to = (apiKey: string): typeof failing => ({
      ...failing,
      ID: `dst-${apiKey}`,
      Config: { ...failing.Config, apiKey },
    });
    const items = await route([
      job(1, group('u1'), {}, to('one')),
      job(2, identify('u1'), {}, to('two')),
      job(3, group('u1'), {}, to('two')),
    ]);
    expect(statuses(items)).toEqual([503, 299, 299]);
  });

  test('with skip, it is delivered without the link, which is counted', async () => {
    const { route, simulator, get } = await world();
    const skipping = withMissingUser('skip');
    const nobody = { type: 'group', groupId: 'beta' };
    const items = await route([job(1, group('u1'), {}, skipping), job(2, nobody, {}, skipping)]);
    expect(statuses(items)).toEqual([299, 299]);
    expect([...simulator.state.accounts.keys()]).toEqual(['acme', 'beta']);
    expect(simulator.state.users.size).toBe(0);
    expect((await get('/metrics')).text).toContain('gainsight_px_links_skipped_total 2');
  });

  test('by default the user is created', async () => {
    const { route, simulator } = await world();
    expect(statuses(await route([job(1, group('u1'))]))).toEqual([299]);
    expect(simulator.state.users.get('u1')).toMatchObject({ accountId: 'acme' });
  });

  test('an event whose address PX does not know is for good, as a refused key is', async () => {
    const { route, simulator } = await world();
    simulator.configure({
      faults: [{ fault: { status: 404, body: '{}' }, when: ({ method }) => method === 'POST' }],
    });
    expect(statuses(await route([job(1, identify('u1'))]))).toEqual([400]);
  });

  test('a create that another replica was faster with, and that PX does not show yet: once more, then for good', async () => {
    const { route, simulator } = await world();
    // What PX answers then, and to a body that it refuses as well: nobody can tell the two apart.
    simulator.configure({
      faults: [{ fault: { status: 400 }, when: ({ method }) => method === 'POST' }],
    });
    const attempt = (attemptNum: number): HostEvent => job(1, identify('u1'), { attemptNum });
    expect((await route([attempt(0)]))[0]!.statusCode).toBe(503);
    expect((await route([attempt(1)]))[0]!.statusCode).toBe(400);
  });

  test.each([{ ms: 30 }, { requests: 1 }])(
    'PX’s read side lags by %j: what one batch creates, the rest of the batch and the next one write to',
    async (readLag) => {
      const { route, simulator } = await world(
        { router: { maxAttempts: 20, backoffBaseMs: 20 } },
        { readLag },
      );
      const optOut = identify('u1', { title: 'second', userPreferences: { surveys: false } });
      const items = await route([
        job(1, identify('u1', { title: 'first' })),
        job(2, group('u1', 'a1')),
        job(3, optOut),
        job(4, identify('u2'), { userId: 'key 2' }),
        job(5, group('u2', 'a1'), { userId: 'key 2' }),
      ]);
      expect(statuses(items)).toEqual([299, 299, 299, 299, 299]);
      expect(simulator.state.users.get('u1')).toMatchObject({ title: 'second', accountId: 'a1' });
      expect(simulator.state.users.get('u2')).toMatchObject({ accountId: 'a1' });
      expect(simulator.state.preferences.get('u1')).toMatchObject({ surveys: false });
    },
  );
});

test.each([
  ['429 stays 429', { status: 429 }, 429],
  ['502 stays 502', { status: 502 }, 502],
  ['599 would be read as a broken descriptor', { status: 599 }, 503],
  ['a redirect is no success', { status: 302, headers: { location: '/' } }, 503],
  ['a gateway page for a 404 is no missing user', 'html-404', 503],
  ['no answer is a 504', 'destroy-before-write', 504],
  ['no answer in time is a 504', 'hang', 504],
  ['a wrong key is for good', { status: 401 }, 400],
  ['a refusal is for good', { status: 422 }, 400],
] as const)('PX status to item status: %s', async (_name, fault, expected) => {
  const { route, simulator } = await world(fault === 'hang' ? { router: { requestTimeoutMs: 300 } } : {});
  simulator.configure({ faults: [{ fault }] });
  expect(statuses(await route([job(1, identify())]))).toEqual([expected]);
});

test('running a batch again is harmless: a lost answer makes the host do so', async () => {
  const { route, simulator } = await world();
  const events = [
    job(1, identify('u1', { title: 'a' })),
    job(2, group()),
    job(3, identify('u1', { title: 'b' })),
  ];
  const first = await route(events);
  const state = simulator.state.snapshot();
  expect(await route(events)).toEqual(first);
  expect(simulator.state.snapshot()).toEqual(state);
  const both = await Promise.all([route(events), route(events)]);
  expect(both).toEqual([first, first]);
  expect(simulator.state.snapshot()).toEqual(state);
});

test('many jobs of many users stay in order per user, whatever fails', async () => {
  const { route, simulator } = await world({ router: { maxAttempts: 3 } });
  simulator.configure({ faults: [{ fault: 'error-500', every: 9 }] });
  let events = Array.from({ length: 400 }, (_, at) =>
    job(at, identify(`u${at % 20}`, { title: `t${at}` }), { userId: `k${at % 20}` }),
  );
  // As the host does: what failed comes again, in order.
  for (let round = 0; events.length > 0 && round < 50; round += 1) {
    const done = new Set((await route(events)).filter(({ statusCode }) => statusCode === 299).map(jobIdOf));
    events = events.filter(({ metadata }) => !done.has(Number(metadata.jobId)));
  }
  expect(events).toEqual([]);
  for (let user = 0; user < 20; user += 1) {
    expect(simulator.state.users.get(`u${user}`)).toMatchObject({ title: `t${380 + user}` });
  }
});

describe('hasDynamicConfig', () => {
  const destination = {
    ...DESTINATION,
    hasDynamicConfig: true,
    Config: { ...DESTINATION.Config, apiKey: '{{ message.context.key || "default-key" }}' },
  };
  /** A world that notes with which keys it sent events of whom. */
  const worldOfKeys = async () => {
    const keys: Record<string, string> = {};
    const here = await world({
      fetch: (_url, { headers, body }) => {
        keys[String((JSON.parse(body!) as Json).identifyId)] = headers['X-APTRINSIC-API-KEY']!;
        return Promise.resolve(new Response(null, { status: 201 }));
      },
    });
    return { ...here, keys };
  };

  test('is resolved per event, and never served to another event from a cache', async () => {
    const { route, get, keys } = await worldOfKeys();
    const with_ = (id: number, context: object): HostEvent =>
      job(id, { ...track(`u${id}`), context }, {}, destination);
    const items = await route([
      with_(1, { key: 'one' }),
      with_(2, {}),
      with_(3, { key: 'three' }),
      with_(4, { key: null }),
    ]);
    expect(statuses(items)).toEqual([299, 299, 299, 299]);
    expect(keys).toEqual({ u1: 'one', u2: 'default-key', u3: 'three', u4: 'default-key' });
    expect((await get('/metrics')).text).toContain('gainsight_px_configuration_cache_entries 0\n');
  });

  test('is validated after resolution as ever', async () => {
    const { route } = await worldOfKeys();
    const items = await route([
      job(1, { ...track(), context: { key: 5 } }, {}, destination),
      job(2, track(), {}, destination),
    ]);
    expect(statuses(items)).toEqual([400, 299]);
    expect(items[0]!.statTags).toMatchObject({ errorType: 'configuration' });
  });

  test('without the flag a template is a text', async () => {
    const { route, keys } = await worldOfKeys();
    await route([job(1, track(), {}, { ...destination, hasDynamicConfig: false })]);
    expect(keys).toEqual({ u1: '{{ message.context.key || "default-key" }}' });
  });
});
