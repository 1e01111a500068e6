import { identifyPlan, trackPlan } from '../plans';
import { failure, setUp } from '../setup';

const LATER = (seconds: number, status = 429): { status: number; headers: { 'Retry-After': string } } => ({
  status,
  headers: { 'Retry-After': String(seconds) },
});

describe('a Retry-After pauses everything of its API key and base URL', () => {
  it.each([429, 503])('%d: what another plan has to send waits, too', async (status) => {
    const { clock, px, router } = setUp([LATER(10, status), { status: 201 }]);
    const first = router.deliver(trackPlan('u1'));
    await clock.advance(1);
    expect(router.stats().pausedMs).toBe(9_999);
    const others = Array.from({ length: 50 }, (_, index) => router.deliver(trackPlan(`v${index}`)));
    const outcomes = await clock.runUntil(Promise.all([first, ...others]));
    expect(outcomes.filter(({ delivered }) => !delivered)).toEqual([]);
    expect(px.sent[0]!.atMs).toBe(0);
    expect(px.sent.slice(1).every(({ atMs }) => atMs >= 10_000)).toBe(true);
    expect(px.sent).toHaveLength(52);
    expect(router.stats().pausedMs).toBe(0);
  });

  it('what waits for the rate limit when the pause begins is not sent either', async () => {
    const { clock, px, router } = setUp(
      (_, index) => (index === 0 ? { ...LATER(10), latencyMs: 100 } : { status: 201 }),
      { requestsPerSecond: 1 },
    );
    const outcomes = ['u1', 'u2', 'u3'].map((user) => router.deliver(trackPlan(user)));
    await clock.runUntil(Promise.all(outcomes));
    expect(px.sent.slice(1).every(({ atMs }) => atMs >= 10_100)).toBe(true);
    expect(px.inFlight).toBe(0);
    expect(router.stats().inFlight).toBe(0);
  });

  it('a later step of a plan in flight waits as well', async () => {
    const { clock, px, router } = setUp((request) => {
      if (request.method === 'POST' && request.path.endsWith('/custom'))
        return { ...LATER(10), latencyMs: 10 };
      return request.method === 'PUT' ? { status: 404, latencyMs: 20 } : { status: 201 };
    });
    void router.deliver(trackPlan('u1'));
    const identify = router.deliver(identifyPlan('u2'));
    expect(await clock.runUntil(identify)).toMatchObject({ delivered: true });
    expect(px.sent.map(({ path, atMs }) => [path, atMs])).toContainEqual(['/v1/users', 10_010]);
  });

  it('a shorter one never ends a longer one', async () => {
    const { clock, px, router } = setUp([
      { ...LATER(20), latencyMs: 10 },
      { ...LATER(1), latencyMs: 20 },
      { status: 201 },
    ]);
    const outcomes = ['u1', 'u2', 'u3'].map((user) => router.deliver(trackPlan(user)));
    await clock.runUntil(Promise.all(outcomes));
    const third = px.sent.filter(({ atMs }) => atMs > 0).map(({ atMs }) => atMs);
    expect(Math.min(...third)).toBeGreaterThanOrEqual(20_010);
  });

  it('other API keys and base URLs go on', async () => {
    const { clock, px, router } = setUp((request) =>
      request.url.startsWith('https://px.test') && request.path.includes('u1') ? LATER(25) : { status: 204 },
    );
    void router.deliver(identifyPlan('u1'));
    await clock.advance(1);
    const others = [{ apiKey: 'other' }, { baseUrl: 'https://px-eu.test/v1' }];
    await clock.runUntil(Promise.all(others.map((target) => router.deliver(identifyPlan('u2', target)))));
    expect(px.sent.map(({ atMs }) => atMs)).toEqual([0, 1, 1]);
  });

  it.each([408, 500, 302])('%d with it pauses only the plan', async (status) => {
    const { clock, px, router } = setUp([LATER(5, status), { status: 201 }]);
    void router.deliver(trackPlan('u1'));
    await clock.advance(1);
    await clock.runUntil(router.deliver(trackPlan('u2')));
    expect(px.sent[1]!.atMs).toBe(1);
  });

  it('is forgotten after an hour, whatever was asked', async () => {
    const { clock, px, router } = setUp([LATER(999_999_999), { status: 201 }]);
    expect(failure(await clock.runUntil(router.deliver(trackPlan('u1')))).retryAfterMs).toBe(999_999_999_000);
    await clock.advance(3_600_000 - 31_000);
    expect(failure(await router.deliver(trackPlan('u1')))).toMatchObject({
      code: 'throttled',
      retryAfterMs: 31_000,
    });
    await clock.advance(31_000);
    expect(await clock.runUntil(router.deliver(trackPlan('u1')))).toMatchObject({ delivered: true });
    expect(px.sent).toHaveLength(2);
  });

  it('is remembered while many other keys come by', async () => {
    const { clock, px, router } = setUp((_, index) => (index === 0 ? LATER(3_000) : { status: 204 }), {
      requestsPerDay: Infinity,
    });
    await clock.runUntil(router.deliver(identifyPlan('u1')));
    await clock.advance(61_000);
    for (let key = 0; key < 100; key += 1)
      await clock.runUntil(router.deliver(identifyPlan('u1', { apiKey: `key ${key}` })));
    expect(failure(await router.deliver(identifyPlan('u1')))).toMatchObject({ code: 'throttled' });
    expect(px.sent).toHaveLength(101);
  });
});

describe('a pause that is longer than a plan may wait', () => {
  it.each([
    ['the longest wait', {}, 60, 429, 'throttled'],
    ['the time of a plan', { maxPlanTimeMs: 15_000 }, 20, 429, 'throttled'],
    ['the longest wait, after a 503', {}, 60, 503, 'unavailable'],
  ] as const)(
    '%s: all that is pending fails at once and may be sent later',
    async (_, options, seconds, status, code) => {
      const { clock, px, router } = setUp([LATER(seconds, status)], options);
      const outcomes = Array.from({ length: 500 }, (_, index) =>
        router.deliver(trackPlan(`u${index % 100}`)),
      );
      const failures = (await clock.runUntil(Promise.all(outcomes))).map(failure);
      expect(clock.nowMs()).toBe(0);
      expect(new Set(failures.map((outcome) => [outcome.code, outcome.retryable].join()))).toEqual(
        new Set([`${code},true`]),
      );
      expect(failures.every(({ retryAfterMs }) => retryAfterMs === seconds * 1_000)).toBe(true);
      // Those that were in flight already when the answer came.
      expect(px.sent.length).toBeLessThanOrEqual(20);
      expect(failures.at(-1)).toMatchObject({
        status,
        requests: [],
        message: `events.create (step createEvent) was not sent: PX answered ${status} and asks to wait for ${seconds} s`,
      });
    },
  );

  it('the time that the caller has left counts, too', async () => {
    const { clock, px, router } = setUp([LATER(10)]);
    const own = router.deliver(trackPlan('u1'), { timeLeftMs: 9_000 });
    expect(failure(await clock.runUntil(own))).toMatchObject({
      code: 'throttled',
      status: 429,
      retryAfterMs: 10_000,
    });
    await clock.advance(2_000);
    const other = router.deliver(trackPlan('u2'), { timeLeftMs: 7_999 });
    expect(failure(await clock.runUntil(other))).toMatchObject({ code: 'throttled', retryAfterMs: 8_000 });
    expect(px.sent).toHaveLength(1);
  });

  it('a caller that gives up meanwhile hears how long PX asks to wait', async () => {
    const { clock, router } = setUp([LATER(10)]);
    const controller = new AbortController();
    const { signal } = controller;
    const outcomes = ['u1', 'u2', 'u2'].map((user) => router.deliver(trackPlan(user), { signal }));
    await clock.advance(4_000);
    controller.abort();
    for (const outcome of await clock.runUntil(Promise.all(outcomes))) {
      expect(outcome).toMatchObject({ code: 'cancelled', retryAfterMs: 6_000 });
    }
  });
});

describe('maxThrottleWaitMs', () => {
  const patient = { maxThrottleWaitMs: 900_000, maxAttempts: 2, maxPlanTimeMs: 1_000 };

  it('lets plans wait, and counts neither the attempts nor the time', async () => {
    const { clock, px, router } = setUp((_, index) => (index < 10 ? LATER(60) : { status: 201 }), patient);
    const outcomes = Array.from({ length: 100 }, (_, index) => router.deliver(trackPlan(`u${index}`)));
    const all = await clock.runUntil(Promise.all(outcomes));
    expect(all.filter(({ delivered }) => !delivered)).toEqual([]);
    expect(px.sent).toHaveLength(110);
  });

  it('waits for a 429 without Retry-After, too', async () => {
    const { clock, router } = setUp((_, index) => ({ status: index < 10 ? 429 : 201 }), patient);
    const outcome = await clock.runUntil(router.deliver(trackPlan('u1')));
    expect(outcome).toMatchObject({ delivered: true, retries: 10 });
  });

  it('is all that a plan waits', async () => {
    const { clock, px, router } = setUp([LATER(400)], patient);
    expect(failure(await clock.runUntil(router.deliver(trackPlan('u1'))))).toMatchObject({
      code: 'throttled',
      retryAfterMs: 400_000,
    });
    expect(px.sent.map(({ atMs }) => atMs)).toEqual([0, 400_000, 800_000]);
  });

  it('with one attempt, only the others wait', async () => {
    const { clock, px, router } = setUp([LATER(60), { status: 201 }], { ...patient, maxAttempts: 1 });
    const first = router.deliver(trackPlan('u1'));
    await clock.advance(1);
    const other = router.deliver(trackPlan('u2'));
    expect(await clock.runUntil(first)).toMatchObject({ code: 'throttled', retries: 0 });
    expect(await clock.runUntil(other)).toMatchObject({ delivered: true });
    expect(px.sent.map(({ atMs }) => atMs)).toEqual([0, 60_000]);
  });

  it('other failures count as ever', async () => {
    const { clock, px, router } = setUp((_, index) => (index === 0 ? LATER(1) : { status: 500 }), patient);
    expect(failure(await clock.runUntil(router.deliver(trackPlan('u1'))))).toMatchObject({
      code: 'unavailable',
    });
    expect(px.sent).toHaveLength(3);
  });
});

it('closing ends a pause', async () => {
  const { clock, router } = setUp([LATER(20)]);
  const outcomes = ['u1', 'u2'].map((user) => router.deliver(trackPlan(user)));
  await clock.advance(1_000);
  void router.close();
  for (const outcome of await Promise.all(outcomes)) expect(outcome).toMatchObject({ code: 'closed' });
});
