import { OrderBarrier } from '../../../src/router/ordering/order-barrier';
import type { SentRequest } from '../../__mocks__/px-api.fake';
import { groupPlan, identifyPlan, trackPlan } from '../plans';
import { setUp } from '../setup';

/** PX fails for user u1 and works for all others. */
const failsForU1 = ({ path, body }: SentRequest): { status: number } => {
  const about = `${path} ${JSON.stringify(body)}`;
  return { status: /\bu1\b/.test(about) ? 503 : 204 };
};
const codes = (outcomes: readonly object[]): unknown[] =>
  outcomes.map((outcome) => ('code' in outcome ? outcome.code : 'delivered'));

describe('after a failure that may pass, a lane is blocked', () => {
  it('so that sending the failed plan again overwrites nothing newer', async () => {
    const { clock, px, router } = setUp(failsForU1, { onRetryableFailure: 'blockLanes', maxAttempts: 2 });
    const outcomes = [identifyPlan('u1'), trackPlan('u1'), trackPlan('u2')].map((plan) =>
      router.deliver(plan),
    );
    expect(codes(await clock.runUntil(Promise.all(outcomes)))).toEqual([
      'unavailable',
      'blocked',
      'delivered',
    ]);
    expect(px.sent).toHaveLength(3);

    const later = await clock.runUntil(router.deliver(trackPlan('u1')));
    expect(later).toMatchObject({ kind: 'retryable', code: 'blocked', retryable: true, requests: [] });
    expect(router.stats().blockedLanes).toBe(1);
  });

  it('and with it the other lanes of the plans that are not sent for it', async () => {
    const { clock, px, router } = setUp(failsForU1, { onRetryableFailure: 'blockLanes', maxAttempts: 1 });
    const plans = [
      groupPlan('u2', 'a1'),
      identifyPlan('u1'),
      groupPlan('u1', 'a1'),
      groupPlan('u3', 'a1'),
      trackPlan('u3'),
      trackPlan('u4'),
    ];
    const outcomes = await clock.runUntil(Promise.all(plans.map((plan) => router.deliver(plan))));
    expect(codes(outcomes)).toEqual([
      'delivered',
      'unavailable',
      'blocked',
      'blocked',
      'blocked',
      'delivered',
    ]);
    expect(router.stats().blockedLanes).toBe(3);
    expect(px.sent.filter(({ path }) => path.includes('u3'))).toHaveLength(0);
  });

  it('but not by a refusal, which no repetition changes', async () => {
    const { clock, router } = setUp([{ status: 400 }, { status: 201 }], { onRetryableFailure: 'blockLanes' });
    const outcomes = [trackPlan('u1'), trackPlan('u1')].map((plan) => router.deliver(plan));
    expect(codes(await clock.runUntil(Promise.all(outcomes)))).toEqual(['rejected', 'delivered']);
  });

  it('but not by a user who is missing: a later plan may be what creates the user', async () => {
    let known = false;
    const { clock, px, router } = setUp(
      ({ method, path }) => {
        if (method === 'POST' && path === '/v1/users') known = true;
        return { status: path === '/v1/users/u1' && !known ? 404 : 204 };
      },
      { onRetryableFailure: 'blockLanes' },
    );
    const plans = [groupPlan('u1', 'a1'), groupPlan('u2', 'a1'), identifyPlan('u1'), trackPlan('u1')];
    const outcomes = await clock.runUntil(Promise.all(plans.map((plan) => router.deliver(plan))));
    expect(codes(outcomes)).toEqual(['user_not_found', 'delivered', 'delivered', 'delivered']);
    expect(outcomes[0]).toMatchObject({ retryable: true, retries: 0, requests: [{}, { status: 404 }] });
    expect(router.stats().blockedLanes).toBe(0);
    expect(px.sent).toHaveLength(2 + 2 + 2 + 1);
    // The router did not repeat it by itself; whoever does is served.
    expect(codes([await clock.runUntil(router.deliver(plans[0]!))])).toEqual(['delivered']);
  });

  it('but not at another key', async () => {
    const { clock, router } = setUp(
      ({ url }) => ({ status: url.startsWith('https://px.test') ? 503 : 204 }),
      {
        onRetryableFailure: 'blockLanes',
        maxAttempts: 1,
      },
    );
    await clock.runUntil(router.deliver(identifyPlan('u1')));
    const other = router.deliver(identifyPlan('u1', { baseUrl: 'https://px-eu.test/v1' }));
    expect(await clock.runUntil(other)).toMatchObject({ delivered: true });
  });

  it('by what was cancelled or not accepted, too', async () => {
    const { clock, router } = setUp([{ status: 204, latencyMs: 10 }], {
      onRetryableFailure: 'blockLanes',
      maxPending: 1,
    });
    const cancelled = await router.deliver(trackPlan('u1'), { signal: AbortSignal.abort() });
    expect(cancelled).toMatchObject({ code: 'cancelled' });
    expect(await clock.runUntil(router.deliver(trackPlan('u1')))).toMatchObject({ code: 'blocked' });

    const pending = Array.from({ length: 10 }, (_, index) => router.deliver(trackPlan(`p${index}`)));
    expect(await router.deliver(trackPlan('u2'))).toMatchObject({ code: 'overloaded' });
    await clock.runUntil(Promise.all(pending));
    expect(await clock.runUntil(router.deliver(trackPlan('u2')))).toMatchObject({ code: 'blocked' });
  });

  it('only when asked for: by default the later plans are sent', async () => {
    const { clock, router } = setUp([{ status: 503 }, { status: 201 }], { maxAttempts: 1 });
    const outcomes = [trackPlan('u1'), trackPlan('u1')].map((plan) => router.deliver(plan));
    expect(codes(await clock.runUntil(Promise.all(outcomes)))).toEqual(['unavailable', 'delivered']);
    expect(router.stats().blockedLanes).toBe(0);
  });
});

describe('a scope with blocked lanes is not forgotten', () => {
  it('however many other API keys are used', async () => {
    const { clock, router } = setUp([{ status: 503 }, { status: 201 }], {
      onRetryableFailure: 'blockLanes',
      maxAttempts: 1,
    });
    await clock.runUntil(router.deliver(trackPlan('u1')));
    for (let key = 0; key < 50; key += 1) {
      await clock.runUntil(router.deliver(identifyPlan('u1', { apiKey: `key ${key}` })));
      await clock.advance(24 * 3_600_000);
    }
    expect(codes([await clock.runUntil(router.deliver(trackPlan('u1')))])).toEqual(['blocked']);
    expect(router.stats().blockedLanes).toBe(1);
  });
});

describe('OrderBarrier', () => {
  it('does not block what came before the failure', () => {
    const barrier = new OrderBarrier();
    barrier.block(['a'], 5);
    expect([4, 5, 6].map((number) => barrier.blocks(['b', 'a'], number))).toEqual([false, false, true]);
    barrier.block(['a'], 9);
    expect(barrier.blocks(['a'], 6)).toBe(true);
  });

  it('is bounded: beyond 100,000 names all are blocked', () => {
    const barrier = new OrderBarrier();
    for (let number = 0; number <= 100_000; number += 1) barrier.block([`lane ${number}`], number);
    expect(barrier.size).toBe(100_000);
    expect(barrier.blocks(['never seen'], 100_001)).toBe(true);
    expect(barrier.blocks(['never seen'], 100_000)).toBe(false);
    expect(barrier.blocks([], 100_001)).toBe(false);
  });

  it.each([
    [150_000, 200_000],
    [200_000, 150_000],
  ])('and then from the first failure on: %d, %d', (...numbers) => {
    const barrier = new OrderBarrier();
    for (let number = 0; number < 100_000; number += 1) barrier.block([`lane ${number}`], number);
    for (const number of numbers) barrier.block([`lane ${number}`], number);
    expect(barrier.blocks(['never seen'], 150_001)).toBe(true);
    expect(barrier.blocks(['never seen'], 150_000)).toBe(false);
  });
});
