import { JUNK_IDS } from '../../destinations/gainsight_px/hazardous-ids';
import { FakeClock } from '../../__mocks__/clock.fake';
import { cleanUp, CONFIG, identify, job, world, type Answer, type World } from '../running-service';
import { finish } from '../waiting';

afterEach(cleanUp);

const erase = ({ post }: World, userIds: readonly unknown[], config: unknown = CONFIG): Promise<Answer> =>
  post('/deleteUsers', [
    {
      jobId: '1',
      destType: 'gainsight_px',
      config,
      userAttributes: userIds.map((userId) => ({ userId, email: 'a@b.c' })),
    },
  ]);

test('users are erased for good, and one that PX does not know counts as done: 200, never 404', async () => {
  const here = await world();
  await here.route([job(1, identify('u1')), job(2, identify('a/b'), { userId: 'k2' })]);
  const answer = await erase(here, ['u1', 'a/b', 'unknown', 'u1']);
  expect(answer).toMatchObject({ status: 200, body: [{ statusCode: 200, status: 'successful' }] });
  expect(here.simulator.state.users.size).toBe(0);
  expect(here.simulator.requests.byRoute['users.delete']).toBe(3);
  expect((await erase(here, ['u1', 'a/b'])).status).toBe(200);
});

test('a placeholder is skipped and named as an empty userId is: many people would share it', async () => {
  const here = await world();
  const answer = await erase(here, ['u1', ...JUNK_IDS, 'u2']);
  expect(answer.status).toBe(200);
  expect(answer.body[0].skipped).toEqual(
    JUNK_IDS.map((_id, at) => `userAttributes[${at + 1}]: the userId is a placeholder`),
  );
  expect(here.simulator.requests.total).toBe(2);
});

test('a number that JSON readers round erases nobody, and is not called erased', async () => {
  const here = await world();
  const answer = await erase(here, ['u1', 2 ** 63, 7]);
  expect(answer.status).toBe(400);
  expect(answer.body[0].error).toContain('identifyId is a number that JSON readers round');
  // The others are erased all the same.
  expect(here.simulator.requests.total).toBe(2);
});

test('an empty userId is skipped and named', async () => {
  const here = await world();
  const answer = await erase(here, ['u1', '', ' ', undefined, 'u2']);
  expect(answer.status).toBe(200);
  expect(answer.body[0].skipped).toEqual([1, 2, 3].map((at) => `userAttributes[${at}]: the userId is empty`));
  expect(here.simulator.requests.total).toBe(2);
});

test('5,000 users fit into one request', async () => {
  const here = await world();
  const answer = await erase(
    here,
    Array.from({ length: 5_000 }, (_, at) => `u${at}`),
  );
  expect(answer.status).toBe(200);
  expect(here.simulator.requests.total).toBe(5_000);
});

/** A world on a clock, in which each request to PX takes so long. */
async function clocked(deletionDeadlineMs: number, latencyMs: number) {
  const clock = new FakeClock();
  const sent: string[] = [];
  const here = await world({
    deletionDeadlineMs,
    router: { clock },
    fetch: (url) => {
      sent.push(url);
      return new Promise((resolve) => {
        clock.after(latencyMs, () => {
          resolve(new Response(null, { status: 204 }));
        });
      });
    },
  });
  const eraseInTime = (ids: readonly string[]): ReturnType<typeof erase> => finish(clock, erase(here, ids));
  return { ...here, clock, sent, eraseInTime };
}

const users = (count: number): string[] => Array.from({ length: count }, (_, at) => `u${at}`);

test('at the deadline the answer makes the host come back, and says how far it is', async () => {
  const { eraseInTime, clock } = await clocked(100, 30);
  const answer = await eraseInTime(users(1_000));
  expect(clock.nowMs()).toBe(100);
  expect(answer.status).toBe(503);
  expect(answer.body[0]).toMatchObject({ statusCode: 503, status: 'failed' });
  // 50 at a time, three times.
  expect(answer.body[0].error).toMatch(/^150 of 1000 users are erased/);
  await clock.advance(30);
});

test('a request that hangs does not hold up the answer beyond the deadline', async () => {
  // Without a deadline it would wait for longer than any test may take.
  const here = await world({ deletionDeadlineMs: 100, router: { requestTimeoutMs: 600_000 } });
  here.simulator.configure({ faults: [{ fault: 'hang' }] });
  const { status } = await erase(here, ['u1', 'u2']);
  // Ends the request that hangs.
  await here.simulator.close();
  expect(status).toBe(503);
});

test.each([
  ['error-500', 500],
  ['throttle-429', 429],
  ['html-404', 503],
  [{ status: 401 }, 400],
  [{ status: 400 }, 400],
] as const)(
  'a failure %j fails the job with %i, and never with 404, 405 or another 2xx',
  async (fault, status) => {
    const here = await world();
    here.simulator.configure({ faults: [{ fault, when: ({ id }) => id === 'u2' }] });
    const answer = await erase(here, ['u1', 'u2', 'u3']);
    expect(answer.status).toBe(status);
    expect(answer.body[0]).toMatchObject({ statusCode: status, status: 'failed', error: expect.any(String) });
  },
);

test('the answer is an array always', async () => {
  const here = await world();
  const bodies = [
    '',
    '{',
    '[]',
    '{}',
    [null],
    [{ destType: 'other', userAttributes: [] }],
    [{ destType: 'gainsight_px' }],
    [{}, {}],
  ];
  for (const body of bodies) {
    const answer = await here.post('/deleteUsers', body);
    expect(Array.isArray(answer.body)).toBe(true);
    expect(answer.status).toBe(500);
  }
  const invalid = await erase(here, ['u1'], { productTagKey: 'x' });
  expect([invalid.status, Array.isArray(invalid.body)]).toEqual([400, true]);
  expect(here.simulator.requests.total).toBe(0);
});

test('a list that does not fit into one request gets further each time, and comes to its end', async () => {
  const { eraseInTime, sent } = await clocked(100, 30);
  const statuses: number[] = [];
  while (statuses.at(-1) !== 200) statuses.push((await eraseInTime(users(400))).status);
  expect(statuses).toEqual([503, 503, 503, 200]);
  // What was on its way at a deadline may be asked for once more; what was done is not.
  expect(sent.length).toBeLessThan(2 * 400);
});

test('nothing is remembered of a finished request: whoever comes back to life is erased anew', async () => {
  const here = await world();
  await erase(here, ['u1']);
  await here.route([job(1, identify('u1'))]);
  expect((await erase(here, ['u1'])).status).toBe(200);
  expect(here.simulator.state.users.size).toBe(0);
});

const TEMPLATE = '{{ message.context.x || US }}';

test.each([
  ['apiKey', { apiKey: TEMPLATE }],
  ['dataCenter', { dataCenter: TEMPLATE }],
  ['dataCenter.ios', { dataCenter: { web: 'US', ios: TEMPLATE } }],
  ['dataCenter', { dataCenter: {} }],
  ['dataCenter', { dataCenter: { web: null } }],
])('without a value for %s nobody is called erased', async (path, changed) => {
  const here = await world();
  const answer = await erase(here, ['u1'], { ...CONFIG, ...changed });
  expect(answer.status).toBe(400);
  expect(answer.body[0].error).toContain(`${path}: expected`);
  expect(here.simulator.requests.total).toBe(0);
});

test('the same data center for every source type is one: users are erased once', async () => {
  const here = await world();
  const dataCenter = { web: 'US', android: 'us', cloud: null };
  expect((await erase(here, ['u1'], { ...CONFIG, dataCenter })).status).toBe(200);
  expect(here.simulator.requests.byRoute['users.delete']).toBe(1);
});

test('an id that no user can have fails the job, and all the others are erased', async () => {
  const here = await world();
  const answer = await erase(here, ['\ud800', ...Array.from({ length: 100 }, (_, at) => `u${at}`), 7]);
  expect(answer.status).toBe(400);
  expect(answer.body[0].error).toMatch(/^101 of 102 users are erased/);
  expect(here.simulator.requests.byRoute['users.delete']).toBe(101);
});

test('whom PX does not show yet, a moment after it was told of them, is not called erased', async () => {
  const here = await world();
  await here.route([job(1, identify('u1'))]);
  here.simulator.configure({
    faults: [{ fault: { status: 404 }, when: ({ method }) => method === 'DELETE' }],
  });
  expect((await erase(here, ['u1'])).status).toBe(503);
  expect((await erase(here, ['u2'])).status).toBe(200);
});

test('what is done under one configuration is not done under another: the same users are erased there too', async () => {
  const keys: unknown[] = [];
  let status = 500;
  const here = await world({
    router: { maxAttempts: 1 },
    fetch: (url, { headers }) => {
      keys.push(headers['X-APTRINSIC-API-KEY']);
      return Promise.resolve(new Response(null, { status: url.includes('u2') ? status : 204 }));
    },
  });
  expect((await erase(here, ['u1', 'u2'], { ...CONFIG, apiKey: 'one' })).status).toBe(500);
  expect(keys).toEqual(['one', 'one']);
  status = 204;
  expect((await erase(here, ['u1', 'u2'], { ...CONFIG, apiKey: 'two' })).status).toBe(200);
  expect(keys.slice(2)).toEqual(['two', 'two']);
  expect((await erase(here, ['u1', 'u2'], { ...CONFIG, apiKey: 'one' })).status).toBe(200);
  expect(keys.slice(4)).toEqual(['one']);
});

test('no erasure begins once the deadline is answered', async () => {
  const { eraseInTime, sent, clock } = await clocked(50, 60);
  expect((await eraseInTime(users(200))).status).toBe(503);
  expect(sent).toHaveLength(50);
  await clock.advance(1_000);
  expect(sent).toHaveLength(50);
});

test('a 429 whose Retry-After is longer than the time left is answered 429, at once', async () => {
  const clock = new FakeClock();
  const here = await world({
    deletionDeadlineMs: 50_000,
    router: { clock, backoffMaxMs: 1_000_000, maxPlanTimeMs: Infinity },
    fetch: () => Promise.resolve(new Response(null, { status: 429, headers: { 'retry-after': '51' } })),
  });
  expect((await erase(here, ['u1', 'u2'])).status).toBe(429);
  expect(clock.nowMs()).toBe(0);
});
