import {
  cleanUp,
  DESTINATION,
  group,
  identify,
  job,
  track,
  withMissingUser,
  world,
  type Json,
} from '../running-service';

afterEach(cleanUp);
const URL_ = '/v0/destinations/gainsight_px';

test('inline: a plan is run, and its idempotent PUTs are the descriptors, in order, of as many jobs', async () => {
  const { post, simulator } = await world();
  const preferences = identify('u1', { userPreferences: { surveys: false } });
  const { status, body } = await post(URL_, [
    job(1, identify()),
    job(2, group()),
    job(3, preferences),
    job(4, track()),
  ]);
  expect(status).toBe(200);
  const outputs = (body as Json[]).map(({ output }) => output as Json);
  expect(
    outputs.map(({ method, endpoint }) => `${String(method)} ${new URL(String(endpoint)).pathname}`),
  ).toEqual([
    'PUT /v1/users/u1',
    'PUT /v1/accounts/acme',
    'PUT /v1/users/u1',
    'PUT /v1/users/u1',
    'PUT /v1/user/preferences/u1',
    'POST /v1/events/custom',
  ]);
  expect(outputs[2]!.body).toMatchObject({ JSON: { accountId: 'acme' } });
  expect(simulator.state.users.get('u1')).toMatchObject({ accountId: 'acme' });
  expect(simulator.state.events.total).toBe(0);
});

test('inline: a failure that may pass answers the whole request with 503 and X-Rudder-Should-Retry: true', async () => {
  const { post, simulator } = await world();
  simulator.configure({ faults: [{ fault: 'error-500', when: ({ id }) => id === 'u2' }] });
  const events = [job(1, track()), job(2, identify('u2')), job(3, { type: 'page' })];
  const refused = await post(URL_, events);
  expect(refused.status).toBe(503);
  expect(refused.headers).toMatchObject({ 'x-rudder-should-retry': 'true', apiversion: '2' });
  expect(typeof refused.headers['x-rudder-error-reason']).toBe('string');
  simulator.configure({ faults: null });
  expect((await post(URL_, events)).body.map(({ statusCode }: Json) => statusCode)).toEqual([200, 200, 400]);
});

test('inline: the group of a user of another batch, which comes at the same time, is left to the host, which sends it later', async () => {
  const { post, get, logged } = await world();
  const failing = withMissingUser('fail');
  const events = [
    job(1, group('u9'), {}, failing),
    job(2, track()),
    job(3, group('u8'), { userId: 'k8', attemptNum: 2 }, failing),
  ];
  const { body } = await post(URL_, events);
  expect((body as Json[]).map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 200, 200]);
  const paths = (body as Json[]).map(({ output }) => new URL(String((output as Json).endpoint)).pathname);
  const account = '/v1/accounts/acme';
  expect(paths).toEqual([account, '/v1/users/u9', '/v1/events/custom', account, '/v1/users/u8']);
  // One line a request.
  expect(logged().match(/left to the host/g)).toHaveLength(1);
  expect(logged()).toContain('{"events":2,"code":"user_not_found"}');
  // They are handed over, and so not counted as failed.
  expect((await get('/metrics')).text).not.toContain('gainsight_px_event_reasons_total{');
});

test.each(['inline', 'delivery'] as const)(
  '%s: any item status but 200 and 298 is never an error that may pass',
  async (mode) => {
    const { post, simulator } = await world({ mode, router: { requestTimeoutMs: 300 } });
    for (const fault of [
      'error-500',
      'throttle-429',
      'hang',
      'html-404',
      { status: 302 },
      { status: 400 },
      { status: 403 },
    ] as const) {
      simulator.configure({ faults: [{ fault }] });
      const { status, body } = await post(URL_, [job(1, identify()), job(2, group('u2')), job(3, track())]);
      if (status !== 200) expect(status).toBe(503);
      else for (const { statusCode } of body as Json[]) expect([200, 298, 400]).toContain(statusCode);
    }
  },
);

test('a missing destination is the fault of the request, and not of the event', async () => {
  const { post } = await world();
  expect((await post(URL_, [job(1, track()), job(2, track(), {}, null)])).status).toBe(503);
  expect(
    (
      await post(URL_, {
        input: [{ message: track(), metadata: { destinationId: 'constructor' } }],
        destinations: {},
      })
    ).status,
  ).toBe(503);
});

test('delivery: nothing is sent, and every event is one descriptor', async () => {
  const { post, simulator } = await world({ mode: 'delivery' });
  const { body } = await post(URL_, [job(1, identify()), job(2, group()), job(3, track())]);
  expect((body as Json[]).map(({ statusCode }) => statusCode)).toEqual([200, 200, 200]);
  expect(simulator.requests.total).toBe(0);
});

test('delivery: a key that depends on the event is refused, as it would be lost by the time of the delivery', async () => {
  const { post } = await world({ mode: 'delivery' });
  const Config = { ...DESTINATION.Config, apiKey: '{{ message.context.key || k }}' };
  const { body } = await post(URL_, [
    job(1, track(), {}, { ...DESTINATION, hasDynamicConfig: true, Config }),
  ]);
  expect(body[0]).toMatchObject({ statusCode: 400, statTags: { errorType: 'configuration' } });
});

test('the reason in the header names the kind of trouble alone; what PX said is in the body', async () => {
  const { post, simulator } = await world();
  const body = '{"externalapierror":{"message":"duplicate user jane@example.com"}}';
  simulator.configure({ faults: [{ fault: { status: 503, body } }] });
  const refused = await post(URL_, [job(1, identify())]);
  expect(refused.status).toBe(503);
  expect(refused.headers['x-rudder-error-reason']).toBe('unavailable');
});

test('a base URL with a slash at its end leads to the same routes', async () => {
  const { post } = await world();
  const answer = await post(`/${URL_}`, [job(1, track())]);
  expect(answer).toMatchObject({ status: 200, body: [{ statusCode: 200 }] });
  for (const path of [`/${URL_}`, `//v0//destinations/other`, `${URL_}/`]) {
    const refused = await post(path, '{');
    expect([path, refused.status, refused.headers['x-rudder-should-retry']]).toEqual([path, 503, 'true']);
  }
});

test('a filtered event is no failure: its item has a status of its own, and no tags that count it as one', async () => {
  const { post } = await world();
  const page = [job(1, { type: 'page' })];
  const { body } = await post(URL_, page, { 'x-feature-filter-code': '?1' });
  expect(body[0]).toMatchObject({ statusCode: 298, error: expect.stringMatching(/./) });
  expect(body[0].statTags).toEqual({});
  expect((await post(URL_, page)).body[0].statTags).toMatchObject({ errorType: 'instrumentation' });
});
