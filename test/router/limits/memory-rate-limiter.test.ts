import fc from 'fast-check';
import { createMemoryRateLimiter, type LimitScope, type RateLimiter } from '../../../src/router';
import { DayQuota } from '../../../src/router/limits/day-quota';
import { FakeClock } from '../../__mocks__/clock.fake';
import { identifyPlan, trackPlan } from '../plans';
import { failure, setUp } from '../setup';

const HOUR_MS = 60 * 60 * 1000;
const never = new AbortController().signal;

/** The most of these times that lie within any window of this length, wherever it is laid. */
function mostWithin(windowMs: number, timesMs: readonly number[]): number {
  let first = 0;
  let most = 0;
  timesMs.forEach((timeMs, index) => {
    while (timeMs - timesMs[first]! >= windowMs) first += 1;
    most = Math.max(most, index - first + 1);
  });
  return most;
}

describe('requestsPerSecond', () => {
  it('is never passed in any one second, however the work comes in and however slow PX is', async () => {
    const bursts = fc.array(
      fc.record({ afterMs: fc.integer({ min: 0, max: 1_500 }), count: fc.integer({ min: 1, max: 60 }) }),
      { minLength: 1, maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(
        bursts,
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 0, max: 400 }),
        async (work, requestsPerSecond, slowestMs) => {
          const { clock, px, router } = setUp(
            (_, index) => ({
              status: index % 7 === 0 ? 503 : 201,
              latencyMs: (index * 37) % (slowestMs + 1),
            }),
            { requestsPerSecond, concurrency: 1_000, maxPending: 10_000 },
          );
          const outcomes: Promise<unknown>[] = [];
          for (const { afterMs, count } of work) {
            await clock.advance(afterMs);
            for (let i = 0; i < count; i += 1)
              outcomes.push(router.deliver(trackPlan(`u${outcomes.length}`)));
          }
          await clock.runUntil(Promise.all(outcomes));
          const times = px.sent.map(({ atMs }) => atMs);
          expect(mostWithin(1_000, times)).toBeLessThanOrEqual(requestsPerSecond);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is used to 95 % at least when there is enough work', async () => {
    const { clock, px, router } = setUp([{ status: 201, latencyMs: 20 }], { maxPending: 5_000 });
    const outcomes = Array.from({ length: 3_600 }, (_, index) => router.deliver(trackPlan(`u${index}`)));
    await clock.runUntil(Promise.all(outcomes));
    const { atMs } = px.sent.at(-1)!;
    // The first 180 go at once: what is measured is the rate at which the others follow.
    expect((3_600 - 180) / (atMs / 1_000)).toBeGreaterThanOrEqual(0.95 * 180);
    expect(
      mostWithin(
        1_000,
        px.sent.map((request) => request.atMs),
      ),
    ).toBeLessThanOrEqual(180);
  });

  it('is never passed by requests that wait for their connections, when the fetch tells when they leave', async () => {
    const waits = fc.array(fc.integer({ min: 0, max: 900 }), { minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(waits, fc.integer({ min: 1, max: 20 }), async (waitsMs, requestsPerSecond) => {
        const clock = new FakeClock();
        const limiter = createMemoryRateLimiter({ requestsPerSecond, requestsPerDay: Infinity }, clock);
        const leftMs: number[] = [];
        const all = waitsMs.map(async (waitMs) => {
          const request = {};
          await limiter.acquire(never, request);
          await new Promise<void>((resolve) => clock.after(waitMs, resolve));
          leftMs.push(clock.nowMs());
          limiter.left!(request);
        });
        await clock.runUntil(Promise.all(all));
        expect(mostWithin(1_000, leftMs)).toBeLessThanOrEqual(requestsPerSecond);
      }),
      { numRuns: 100 },
    );
  });

  it('holds up nothing but its own place for a request that leaves late', async () => {
    const clock = new FakeClock();
    const limiter = createMemoryRateLimiter({ requestsPerSecond: 3, requestsPerDay: Infinity }, clock);
    const late = {};
    await limiter.acquire(never, late);
    await limiter.acquire(never, {});
    await limiter.acquire(never, {});
    await clock.advance(510);
    limiter.left!(late);
    const grantedMs: number[] = [];
    for (let i = 0; i < 3; i += 1) void limiter.acquire(never).then(() => grantedMs.push(clock.nowMs()));
    await clock.advance(2_000);
    expect(grantedMs).toEqual([1_020, 1_020, 1_520]);
  });

  it('counts retries, and tells how long each request waited', async () => {
    const { clock, router } = setUp([{ status: 503 }, { status: 201 }], {
      requestsPerSecond: 1,
      backoffBaseMs: 0,
    });
    const outcome = await clock.runUntil(router.deliver(trackPlan('u1')));
    expect(outcome.requests.map(({ waitedMs }) => waitedMs)).toEqual([0, 1_020]);
    expect(router.stats().rateLimitWaits).toEqual({ count: 1, totalMs: 1_020 });
  });

  it('Infinity waits for nothing and sets no timer', async () => {
    const { clock, px, router } = setUp([{ status: 201 }], {
      requestsPerSecond: Infinity,
      requestsPerDay: Infinity,
      maxPending: 1_000,
    });
    await Promise.all(Array.from({ length: 1_000 }, (_, index) => router.deliver(trackPlan(`u${index}`))));
    expect(px.sent).toHaveLength(1_000);
    expect(clock.waiting).toBe(0);
    expect(clock.nowMs()).toBe(0);
  });

  it('requests held up by new connections count from the first answer on', async () => {
    const clock = new FakeClock();
    const limiter = createMemoryRateLimiter({ requestsPerSecond: 10, requestsPerDay: Infinity }, clock);
    for (let i = 0; i < 10; i += 1) await limiter.acquire(never);
    await clock.advance(300);
    limiter.answered!();
    let granted = false;
    void limiter.acquire(never).then(() => (granted = true));
    await clock.advance(1_000);
    expect(granted).toBe(false);
    await clock.advance(20);
    expect(granted).toBe(true);
  });

  it.each([
    [4_000, 1_020, 'at once, over connections that are kept'],
    [4_001, 1_320, 'from the first answer on, as connections are made anew'],
  ])('%d ms after the last answer, requests count %s', async (idleMs, freeMs) => {
    const clock = new FakeClock();
    const limiter = createMemoryRateLimiter({ requestsPerSecond: 10, requestsPerDay: Infinity }, clock);
    limiter.answered!();
    await clock.advance(idleMs);
    for (let i = 0; i < 10; i += 1) await limiter.acquire(never);
    await clock.advance(300);
    limiter.answered!();
    let granted = false;
    void limiter.acquire(never).then(() => (granted = true));
    await clock.advance(freeMs - 301);
    expect(granted).toBe(false);
    await clock.advance(1);
    expect(granted).toBe(true);
  });

  it('requests that a busy process sends late count from then', async () => {
    const clock = new FakeClock();
    const limiter = createMemoryRateLimiter({ requestsPerSecond: 1, requestsPerDay: Infinity }, clock);
    limiter.answered!();
    await limiter.acquire(never);
    // Time passes without the timers coming in between, as it does while other code runs.
    const nowMs = jest.spyOn(clock, 'nowMs').mockReturnValue(200);
    await clock.advance(0);
    nowMs.mockRestore();
    let granted = false;
    void limiter.acquire(never).then(() => (granted = true));
    await clock.advance(1_200);
    expect(granted).toBe(false);
    await clock.advance(20);
    expect(granted).toBe(true);
  });

  it('lets nobody past those who wait, even while their timer is late', async () => {
    const clock = new FakeClock();
    const limiter = createMemoryRateLimiter({ requestsPerSecond: 1, requestsPerDay: Infinity }, clock);
    await limiter.acquire(never);
    const order: string[] = [];
    const first = limiter.acquire(never).then(() => order.push('first'));
    const nowMs = jest.spyOn(clock, 'nowMs').mockReturnValue(1_500);
    const second = limiter.acquire(never).then(() => order.push('second'));
    nowMs.mockRestore();
    await clock.runUntil(Promise.all([first, second]));
    expect(order).toEqual(['first', 'second']);
  });

  it('who stops waiting takes nothing from the others', async () => {
    const clock = new FakeClock();
    const limiter = createMemoryRateLimiter({ requestsPerSecond: 1, requestsPerDay: Infinity }, clock);
    await limiter.acquire(never);
    const controller = new AbortController();
    const given = limiter.acquire(controller.signal);
    const order: string[] = [];
    const next = limiter.acquire(never).then(() => order.push('next'));
    const last = limiter.acquire(never).then(() => order.push('last'));
    controller.abort(new Error('no longer wanted'));
    await expect(given).rejects.toThrow('no longer wanted');
    await clock.runUntil(next);
    expect(clock.nowMs()).toBe(1_020);
    await clock.runUntil(last);
    expect(order).toEqual(['next', 'last']);
    await clock.advance(1);
    expect(clock.waiting).toBe(0);
  });
});

describe('requestsPerDay', () => {
  it('is never passed in any 24 hours', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.array(fc.integer({ min: 0, max: 5 * HOUR_MS }), { maxLength: 200 }),
        (limit, gapsMs) => {
          const quota = new DayQuota(limit);
          const sent: number[] = [];
          let nowMs = 0;
          for (const gapMs of gapsMs) {
            nowMs += gapMs;
            if (quota.isUsedUp(nowMs)) continue;
            quota.add(nowMs);
            sent.push(nowMs);
          }
          expect(mostWithin(24 * HOUR_MS, sent)).toBeLessThanOrEqual(limit);
        },
      ),
    );
  });

  it('is free again after a day and ten minutes at most', () => {
    const quota = new DayQuota(1);
    quota.add(0);
    expect(quota.isUsedUp(24 * HOUR_MS)).toBe(true);
    expect(quota.isUsedUp(24 * HOUR_MS + HOUR_MS / 6)).toBe(false);
  });

  it('when used up, ends a plan at once as throttled instead of waiting for hours', async () => {
    const { clock, px, router } = setUp([{ status: 201 }], { requestsPerDay: 2 });
    const outcomes = ['u1', 'u2', 'u3'].map((user) => router.deliver(trackPlan(user)));
    const third = failure((await clock.runUntil(Promise.all(outcomes)))[2]!);
    expect(third).toMatchObject({ kind: 'throttled', code: 'daily_quota_reached', retryable: true });
    expect(px.sent).toHaveLength(2);
    expect(clock.nowMs()).toBeLessThan(10);
  });

  it('when used up while others wait for the second, ends them too', async () => {
    const { clock, router } = setUp([{ status: 201 }], { requestsPerSecond: 1, requestsPerDay: 2 });
    const outcomes = ['u1', 'u2', 'u3', 'u4'].map((user) => router.deliver(trackPlan(user)));
    const all = await clock.runUntil(Promise.all(outcomes));
    expect(all.filter(({ delivered }) => delivered)).toHaveLength(2);
    expect(router.stats().failed).toEqual({ daily_quota_reached: 2 });
  });
});

describe('limits belong to one API key and one base URL', () => {
  it('two keys do not wait for each other', async () => {
    const { clock, px, router } = setUp([{ status: 204 }], { requestsPerSecond: 1 });
    const targets = [{}, { apiKey: 'other' }, { baseUrl: 'https://px-eu.test/v1' }];
    await clock.runUntil(Promise.all(targets.map((target) => router.deliver(identifyPlan('u1', target)))));
    expect(px.sent.map(({ atMs }) => atMs)).toEqual([0, 0, 0]);
  });

  it('idle ones are forgotten, but not while their limit counts', async () => {
    const { clock, router } = setUp([{ status: 204 }], { requestsPerSecond: 1, requestsPerDay: Infinity });
    const deliver = (key: number): Promise<unknown> =>
      router.deliver(identifyPlan('u1', { apiKey: `key ${key}` }));
    for (let key = 0; key < 1_000; key += 1) {
      await clock.runUntil(deliver(key));
      await clock.advance(1_020);
    }
    expect(router.stats().scopes).toBeLessThanOrEqual(17);

    await Promise.all(Array.from({ length: 100 }, (_, key) => deliver(2_000 + key)));
    const sentMs = clock.nowMs();
    await clock.runUntil(deliver(2_000));
    expect(clock.nowMs() - sentMs).toBe(1_020);
  });

  it('of very many the least used are forgotten, although their day counts', async () => {
    const { clock, router } = setUp([{ status: 204 }], { requestsPerSecond: Infinity, requestsPerDay: 1 });
    const deliver = (key: number): Promise<unknown> =>
      router.deliver(identifyPlan('u1', { apiKey: `key ${key}` }));
    for (let key = 0; key < 10_050; key += 1) await deliver(key);
    expect(router.stats().scopes).toBeLessThanOrEqual(10_000);
    expect(await deliver(10_000)).toMatchObject({ code: 'daily_quota_reached' });
    expect(await clock.runUntil(deliver(0))).toMatchObject({ delivered: true });
  });

  it('but never one in which plans are pending, or their order would be lost', async () => {
    const { clock, px, router } = setUp(
      (_, index) => (index === 0 ? { status: 204, latencyMs: 5_000 } : { status: 204 }),
      { requestsPerSecond: Infinity, requestsPerDay: 1_000 },
    );
    const deliver = (key: number): Promise<unknown> =>
      router.deliver(identifyPlan('u1', { apiKey: `key ${key}` }));
    const first = deliver(0);
    for (let key = 1; key < 10_050; key += 1) await deliver(key);
    const second = deliver(0);
    await clock.advance(4_999);
    expect(px.sent).toHaveLength(10_050);
    await clock.runUntil(Promise.all([first, second]));
    expect(px.sent).toHaveLength(10_051);
  });

  it('the day is remembered, too', async () => {
    const { clock, router } = setUp([{ status: 204 }], { requestsPerDay: 1 });
    const deliver = (key: string): Promise<{ delivered: boolean }> =>
      router.deliver(identifyPlan('u1', { apiKey: key }));
    await clock.runUntil(deliver('the one'));
    await clock.advance(HOUR_MS);
    for (let key = 0; key < 100; key += 1) await clock.runUntil(deliver(`key ${key}`));
    expect(await clock.runUntil(deliver('the one'))).toMatchObject({ code: 'daily_quota_reached' });
  });

  it('a limiter of your own is made for each, and never sees a key', async () => {
    const scopes: LimitScope[] = [];
    const acquire = jest.fn(() => Promise.resolve());
    const rateLimiter = (scope: LimitScope): RateLimiter => {
      scopes.push(scope);
      return { acquire };
    };
    const { clock, router } = setUp([{ status: 204 }], { rateLimiter, requestsPerSecond: 1 });
    const targets = [{}, { apiKey: 'other' }, {}, { baseUrl: 'https://px-eu.test/v1' }];
    for (const target of targets) await clock.runUntil(router.deliver(identifyPlan('u1', target)));

    expect(acquire).toHaveBeenCalledTimes(4);
    expect(scopes.map(({ origin }) => origin)).toEqual([
      'https://px.test',
      'https://px.test',
      'https://px-eu.test',
    ]);
    expect(scopes[0]!.keyFingerprint).toMatch(/^[0-9a-f]{16}$/);
    expect(scopes[0]!.keyFingerprint).toBe(scopes[2]!.keyFingerprint);
    expect(scopes[0]!.keyFingerprint).not.toBe(scopes[1]!.keyFingerprint);
  });

  it('a limiter of your own is told of answers, not of their absence', async () => {
    const answered = jest.fn();
    const rateLimiter = (): RateLimiter => ({ acquire: () => Promise.resolve(), answered });
    const { clock, router } = setUp([{ error: 'ECONNRESET' }, { status: 503 }, { status: 201 }], {
      rateLimiter,
    });
    await clock.runUntil(router.deliver(trackPlan('u1')));
    expect(answered).toHaveBeenCalledTimes(2);
  });

  it('a limiter that breaks loses nothing', async () => {
    const rateLimiter = (): RateLimiter => ({ acquire: () => Promise.reject(new Error('redis is down')) });
    const { clock, router } = setUp([{ status: 204 }], { rateLimiter });
    expect(await clock.runUntil(router.deliver(trackPlan('u1')))).toMatchObject({
      kind: 'bug',
      code: 'internal',
      retryable: true,
    });
    expect(router.stats().inFlight).toBe(0);
  });
});
