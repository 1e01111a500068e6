import type { RequestPlan } from '../../../src/core';
import type { OutageChange, Outcome, RouterOptions } from '../../../src/router';
import type { ScriptedAnswer, SentRequest } from '../../__mocks__/px-api.fake';
import { groupPlan, identifyPlan, trackPlan } from '../plans';
import { failure, setUp, type Setup } from '../setup';

const MINUTE_MS = 60_000;
const OK: ScriptedAnswer = { status: 201 };
const REFUSED: ScriptedAnswer = { error: 'ECONNREFUSED' };

/** Who a request is about. */
const userOf = ({ body }: SentRequest): string => (body as { identifyId: string }).identifyId;

interface OutageSetup extends Setup {
  readonly changes: OutageChange[];
  readonly states: () => string[];
}

/** A router as `deliver` uses it. */
function setUpOutage(
  script: (request: SentRequest, nowMs: number) => ScriptedAnswer,
  options: RouterOptions = {},
  retryForMs = 15 * MINUTE_MS,
): OutageSetup {
  const changes: OutageChange[] = [];
  const setup: Setup = setUp((request) => script(request, setup.clock.nowMs()), {
    onRetryableFailure: 'blockLanes',
    maxThrottleWaitMs: 15 * MINUTE_MS,
    ...options,
    outage: { retryForMs, onChange: (change) => changes.push(change) },
  });
  return { ...setup, changes, states: () => changes.map(({ state }) => state) };
}

/** Delivers plans that are handed in together; resolves with their outcomes. */
function deliverAll({ router, clock }: Setup, plans: readonly RequestPlan[]): Promise<Outcome[]> {
  return clock.runUntil(Promise.all(plans.map((plan) => router.deliver(plan))));
}

const users = (count: number): string[] => Array.from({ length: count }, (_, index) => `u${index}`);
const codes = (outcomes: readonly Outcome[]): string[] =>
  outcomes.map((outcome) => (outcome.delivered ? 'ok' : outcome.code));

/** Everything that does not decide anything, and that everybody gets in an outage. */
const OUTAGES: readonly [string, ScriptedAnswer][] = [
  ['refuses connections', REFUSED],
  ['resets connections', { error: 'ECONNRESET' }],
  ['answers 500', { status: 500 }],
  ['answers 502', { status: 502 }],
  ['answers 503', { status: 503 }],
  ['answers 504', { status: 504 }],
  ['answers 429', { status: 429 }],
  ['answers 408', { status: 408 }],
  ['answers 503 and asks to wait', { status: 503, headers: { 'Retry-After': '7' } }],
  ['answers 429 and asks to wait', { status: 429, headers: { 'Retry-After': '7' } }],
  ['answers with a 404 page', { status: 404, headers: { 'content-type': 'text/html' } }],
];

describe.each(OUTAGES)('a destination that %s', (_, away) => {
  it('for five minutes after a while: everything is delivered, in a few requests', async () => {
    const setup = setUpOutage((__, nowMs) => (nowMs >= 1_000 && nowMs < 5 * MINUTE_MS ? away : OK));
    const outcomes = await deliverAll(
      setup,
      users(1_000).map((user) => trackPlan(user)),
    );
    expect(new Set(codes(outcomes))).toEqual(new Set(['ok']));
    expect(setup.states().at(-1)).toBe('resumed');
    // The twenty in flight fail five times at most; then one at a time is tried.
    const sentInVain = setup.px.sent.filter(({ atMs }) => atMs >= 1_000 && atMs < 5 * MINUTE_MS);
    expect(sentInVain.length).toBeLessThan(400);
    const sentInPause = sentInVain.filter(({ atMs }) => atMs > MINUTE_MS);
    expect(sentInPause.length).toBeLessThan(10);
    expect(sentInPause.length).toBeGreaterThan(3);
  });

  it('from the beginning, to a single user: the later messages of the user are neither sent nor ended', async () => {
    const setup = setUpOutage((__, nowMs) => (nowMs < 5 * MINUTE_MS ? away : OK));
    const outcomes = await deliverAll(
      setup,
      ['a', 'b', 'c'].map((event) => trackPlan('u1', event)),
    );
    expect(codes(outcomes)).toEqual(['ok', 'ok', 'ok']);
  });

  it('in the middle of the messages of one user, or of one account: the same', async () => {
    const ofUser = setUpOutage((__, nowMs) => (nowMs >= 10_000 && nowMs < 5 * MINUTE_MS ? away : OK), {
      requestsPerSecond: 5,
    });
    const events = Array.from({ length: 100 }, (__, index) => trackPlan('u1', `event ${index}`));
    expect(new Set(codes(await deliverAll(ofUser, events)))).toEqual(new Set(['ok']));

    const ofAccount = setUpOutage(
      (__, nowMs) => (nowMs >= 10_000 && nowMs < 5 * MINUTE_MS ? away : { status: 204 }),
      { requestsPerSecond: 5 },
    );
    const groups = users(100).map((user) => groupPlan(user, 'acme'));
    expect(new Set(codes(await deliverAll(ofAccount, groups)))).toEqual(new Set(['ok']));
  });

  it('for longer than retryForMs: what had begun is retryable, the rest is not sent', async () => {
    const setup = setUpOutage(() => away, {}, 10 * MINUTE_MS);
    const outcomes = await deliverAll(
      setup,
      users(500).map((user) => trackPlan(user)),
    );
    expect(outcomes.every((outcome) => !outcome.delivered && outcome.retryable)).toBe(true);
    const begun = outcomes.filter(({ requests }) => requests.length > 0);
    expect(begun.length).toBeLessThan(500);
    expect(new Set(codes(outcomes.filter(({ requests }) => requests.length === 0)))).toEqual(
      new Set(['outage']),
    );
    expect(setup.states().at(-1)).toBe('givenUp');
    expect(setup.changes.at(-1)!.pausedMs).toBeGreaterThanOrEqual(10 * MINUTE_MS);
    expect(setup.clock.waiting).toBe(0);
  });
});

/** What one message can be answered with although all others succeed. */
const POISONS = OUTAGES.filter(
  ([, answer]) => answer !== REFUSED && answer.headers?.['Retry-After'] === undefined,
);

describe.each(POISONS.filter(([, { status }]) => status !== 429))(
  'one message to which the destination %s for ever',
  (_, poison) => {
    const isPoison = (request: SentRequest): boolean => userOf(request) === 'poison';
    const script = (request: SentRequest): ScriptedAnswer =>
      isPoison(request) ? poison : { ...OK, latencyMs: 20 };
    const others = users(50).map((user) => trackPlan(user));

    it.each([
      ['first', [trackPlan('poison'), ...others]],
      ['in the middle', [...others.slice(0, 25), trackPlan('poison'), ...others.slice(25)]],
      ['last', [...others, trackPlan('poison')]],
    ])('%s of the input: ends after its attempts, without a pause', async (__, plans) => {
      const setup = setUpOutage(script);
      const outcomes = await deliverAll(setup, plans);
      expect(codes(outcomes).filter((code) => code !== 'ok')).toHaveLength(1);
      expect(setup.px.sent.filter(isPoison)).toHaveLength(5);
      expect(setup.states()).toEqual([]);
    });

    it('with later messages of its user behind it: these are blocked, as without the breaker', async () => {
      const setup = setUpOutage(script);
      const plans = [...others, ...['a', 'b', 'c'].map((event) => trackPlan('poison', event))];
      const outcomes = await deliverAll(setup, plans);
      expect(codes(outcomes).slice(-2)).toEqual(['blocked', 'blocked']);
      expect(setup.states()).toEqual([]);
    });

    it('alone: ends after its attempts', async () => {
      const setup = setUpOutage(script);
      await deliverAll(setup, [trackPlan('poison')]);
      expect(setup.px.sent).toHaveLength(5);
      expect(setup.states()).toEqual([]);
    });

    it('handed in when everything else is delivered: the same', async () => {
      const setup = setUpOutage(script);
      await deliverAll(setup, others);
      await deliverAll(setup, [trackPlan('poison', 'a'), trackPlan('poison', 'b')]);
      expect(setup.px.sent.filter(isPoison)).toHaveLength(5);
      expect(setup.states()).toEqual([]);
    });
  },
);

describe('several messages that the destination cannot take', () => {
  it.each([1, 20, 1_000])('end after their attempts, concurrency %d', async (concurrency) => {
    const isPoison = (request: SentRequest): boolean => Number(userOf(request).slice(1)) % 10 === 3;
    const setup = setUpOutage((request) => (isPoison(request) ? { status: 500 } : OK), { concurrency });
    const outcomes = await deliverAll(
      setup,
      users(200).map((user) => trackPlan(user)),
    );
    expect(codes(outcomes).filter((code) => code === 'unavailable')).toHaveLength(20);
    expect(setup.states()).toEqual([]);
  });

  it('end when an outage comes and goes meanwhile', async () => {
    const isPoison = (request: SentRequest): boolean => userOf(request) === 'u7';
    const setup = setUpOutage((request, nowMs) =>
      isPoison(request) || (nowMs > 500 && nowMs < MINUTE_MS) ? { status: 500 } : OK,
    );
    const outcomes = await deliverAll(
      setup,
      users(1_000).map((user) => trackPlan(user)),
    );
    expect(codes(outcomes).filter((code) => code !== 'ok')).toEqual(['unavailable']);
    expect(setup.states().filter((state) => state === 'resumed')).toHaveLength(1);
  });
});

describe('a pause', () => {
  it('grows from 1 s to 60 s, and tells each wait and its cause', async () => {
    const setup = setUpOutage(() => REFUSED, {}, 10 * MINUTE_MS);
    const outcomes = deliverAll(
      setup,
      users(100).map((user) => trackPlan(user)),
    );
    await outcomes;
    // Jitter is half of what it may be: seven eighths of the wait.
    const waits = setup.changes.map(({ nextTryMs }) => Math.round(nextTryMs / 0.875));
    expect(waits.slice(0, 8)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    expect(new Set(setup.changes.map(({ cause }) => cause))).toEqual(new Set(['ECONNREFUSED']));
  });

  it('tries another message each time, so that one poisoned message does not keep it up', async () => {
    const setup = setUpOutage((request, nowMs) =>
      nowMs < 30_000 || userOf(request) === 'u0' ? { status: 503 } : OK,
    );
    const outcomes = await deliverAll(
      setup,
      users(40).map((user) => trackPlan(user)),
    );
    expect(codes(outcomes).filter((code) => code !== 'ok')).toEqual(['unavailable']);
    const tried = setup.px.sent.filter(({ atMs }) => atMs > 6_000 && atMs < 30_000).map(userOf);
    expect(new Set(tried).size).toBe(tried.length);
    expect(tried.length).toBeGreaterThan(1);
  });

  it.each(['ok', 'notFound', 'rejected', 'denied'])('ends with an answer that is %s', async (verdict) => {
    const status = { ok: 200, notFound: 404, rejected: 422, denied: 403 }[verdict]!;
    const setup = setUpOutage((_, nowMs) => (nowMs < MINUTE_MS ? REFUSED : { status }));
    await deliverAll(
      setup,
      users(40).map((user) => trackPlan(user)),
    );
    expect(setup.states().at(-1)).toBe('resumed');
    expect(setup.px.sent.length).toBeLessThan(40 * 6);
  });

  it('does not count: after it, a plan has all of its attempts and time again', async () => {
    // The first try succeeds; then each of the others fails four more times.
    const failed = new Map<string, number>();
    const setup = setUpOutage((request, nowMs) => {
      if (nowMs < 10 * MINUTE_MS) return { error: 'TIMEOUT', latencyMs: 9_000 };
      if (failed.size === 0) {
        failed.set(userOf(request), 4);
        return OK;
      }
      const times = failed.get(userOf(request)) ?? 0;
      failed.set(userOf(request), times + 1);
      return times < 4 ? { status: 503 } : OK;
    });
    const outcomes = await deliverAll(
      setup,
      users(10).map((user) => trackPlan(user)),
    );
    expect(codes(outcomes)).toEqual(users(10).map(() => 'ok'));
  });

  it('keeps the order within a lane', async () => {
    const setup = setUpOutage((_, nowMs) => (nowMs < MINUTE_MS ? { status: 503 } : OK));
    const plans = users(5).flatMap((user) => ['a', 'b', 'c'].map((event) => trackPlan(user, event)));
    await deliverAll(setup, plans);
    for (const user of users(5)) {
      const events = setup.px.sent
        .filter((request) => userOf(request) === user)
        .map(({ body }) => (body as { eventName: string }).eventName);
      expect([...new Set(events)]).toEqual(['a', 'b', 'c']);
    }
  });

  it('counts an event that is repeated after it as a possible duplicate, where it may have landed', async () => {
    const landed = setUpOutage((_, nowMs) => (nowMs < MINUTE_MS ? { error: 'ECONNRESET' } : OK));
    const outcomes = await deliverAll(
      landed,
      users(4).map((user) => trackPlan(user)),
    );
    expect(outcomes.map(({ mayBeDuplicate }) => mayBeDuplicate)).toEqual([true, true, true, true]);

    const refused = setUpOutage((_, nowMs) => (nowMs < MINUTE_MS ? REFUSED : OK));
    const [outcome] = await deliverAll(refused, [trackPlan('u1')]);
    expect(outcome!.mayBeDuplicate).toBe(false);
  });

  it('holds up one API key and base URL, and no other', async () => {
    const setup = setUpOutage((request) => (request.url.startsWith('https://px.test') ? REFUSED : OK));
    const away = users(10).map((user) => setup.router.deliver(trackPlan(user)));
    await setup.clock.advance(MINUTE_MS);
    expect(setup.router.stats()).toMatchObject({ outages: 1, pending: 10 });
    const other = setup.router.deliver(trackPlan('u1', 'clicked', { baseUrl: 'https://px-eu.test/v1' }));
    await setup.clock.advance(1);
    expect(await other).toMatchObject({ delivered: true });
    await setup.clock.runUntil(Promise.all(away));
  });

  it('gives plans back when the router closes, or their signal aborts', async () => {
    const setup = setUpOutage(() => REFUSED);
    const controller = new AbortController();
    const cancelled = setup.router.deliver(trackPlan('u0'), { signal: controller.signal });
    const others = users(10).map((user) => setup.router.deliver(trackPlan(`v${user}`)));
    await setup.clock.advance(MINUTE_MS);
    controller.abort();
    expect(await cancelled).toMatchObject({ code: 'cancelled', retryable: true });
    await setup.clock.runUntil(setup.router.close());
    expect(new Set(codes(await Promise.all(others)))).toEqual(new Set(['closed']));
    expect(setup.clock.waiting).toBe(0);
  });

  it('ends a plan when its caller needs the outcome', async () => {
    const setup = setUpOutage(() => REFUSED);
    const others = users(10).map((user) => setup.router.deliver(trackPlan(user)));
    const outcome = await setup.clock.runUntil(
      setup.router.deliver(trackPlan('hurry'), { timeLeftMs: 20_000 }),
    );
    expect(failure(outcome)).toMatchObject({ code: 'unreachable', retryable: true });
    expect(setup.clock.nowMs()).toBeLessThanOrEqual(20_000);
    await setup.clock.runUntil(setup.router.close());
    await Promise.all(others);
  });

  it('begins although plans have attempts left, after 20 requests over a second', async () => {
    const setup = setUpOutage((_, nowMs) => (nowMs < 5 * MINUTE_MS ? { status: 503 } : OK), {
      maxAttempts: 1_000,
      maxPlanTimeMs: Infinity,
      backoffMaxMs: 4_000,
    });
    const outcomes = deliverAll(
      setup,
      users(30).map((user) => trackPlan(user)),
    );
    await outcomes;
    const paused = setup.changes.find(({ state }) => state === 'paused');
    expect(paused).toBeDefined();
    expect(setup.px.sent.filter(({ atMs }) => atMs > 15_000).length).toBeLessThan(30 + 10);
  });

  it('begins, too, when nothing is sent twice (maxAttempts: 1)', async () => {
    const setup = setUpOutage((_, nowMs) => (nowMs < 2_000 ? { status: 503, latencyMs: 50 } : OK), {
      maxAttempts: 1,
    });
    const outcomes = await deliverAll(
      setup,
      users(200).map((user) => trackPlan(user)),
    );
    expect(outcomes.every(({ requests }) => requests.length === 1)).toBe(true);
    expect(codes(outcomes).filter((code) => code === 'unavailable').length).toBeLessThan(30);
  });

  it('ends at once when the destination asks for a longer one than retryForMs', async () => {
    const setup = setUpOutage(() => ({ status: 503, headers: { 'Retry-After': '7200' } }), {
      maxThrottleWaitMs: 15 * MINUTE_MS,
    });
    const outcomes = await deliverAll(
      setup,
      users(30).map((user) => trackPlan(user)),
    );
    expect(new Set(codes(outcomes))).toEqual(new Set(['unavailable']));
    expect(setup.clock.nowMs()).toBeLessThan(1_000);
  });

  it('is off by default, and with retryForMs 0', async () => {
    for (const options of [{}, { outage: { retryForMs: 0 } }]) {
      const setup = setUp(() => REFUSED, options);
      const outcomes = await deliverAll(
        setup,
        users(30).map((user) => trackPlan(user)),
      );
      expect(outcomes.every(({ requests }) => requests.length === 5)).toBe(true);
    }
  });
});

describe('a pause that was given up', () => {
  it('is told before the outcomes', async () => {
    const order: string[] = [];
    const setup = setUp(() => REFUSED, {
      outage: { retryForMs: MINUTE_MS, onChange: ({ state }) => order.push(state) },
    });
    await setup.clock.runUntil(setup.router.deliver(trackPlan('u1')).then(() => order.push('outcome')));
    expect(order.slice(-2)).toEqual(['givenUp', 'outcome']);
  });

  it('ends later plans unsent, but tries one a minute until the destination answers', async () => {
    const setup = setUpOutage((_, nowMs) => (nowMs < 5 * MINUTE_MS ? REFUSED : OK), {}, MINUTE_MS);
    await deliverAll(setup, [identifyPlan('u1')]);
    expect(setup.states().at(-1)).toBe('givenUp');
    const before = setup.px.sent.length;
    const [first, second] = await deliverAll(setup, [trackPlan('u2'), trackPlan('u3')]);
    expect([first, second].filter((outcome) => outcome!.requests.length > 0).length).toBeLessThanOrEqual(1);
    expect(setup.px.sent.length).toBeLessThanOrEqual(before + 1);
    await setup.clock.advance(10 * MINUTE_MS);
    expect(await setup.clock.runUntil(setup.router.deliver(trackPlan('u4')))).toMatchObject({
      delivered: true,
    });
    expect(setup.states().at(-1)).toBe('resumed');
    expect(await setup.clock.runUntil(setup.router.deliver(trackPlan('u5')))).toMatchObject({
      delivered: true,
    });
  });
});
