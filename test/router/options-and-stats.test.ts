import { createRouter, type RouterOptions } from '../../src/router';
import { StatsCollector, type RouterStats } from '../../src/router/stats';
import { API_KEY, identifyPlan, trackPlan } from './plans';
import { setUp } from './setup';

describe('options', () => {
  it('are refused with all their issues at once', () => {
    const options = {
      requestsPerSecond: 0,
      requestsPerDay: 1.5,
      concurrency: Infinity,
      maxAttempts: -1,
      maxPending: '7',
      requestTimeoutMs: 0,
      backoffBaseMs: 2 ** 31,
      backoffMaxMs: NaN,
      maxPlanTimeMs: -1,
      fetch: 'fetch',
      onRetryableFailure: 'stop',
      skipUnchanged: 0,
    };
    const create = (): unknown => createRouter(options as unknown as RouterOptions);
    expect(create).toThrow(expect.objectContaining({ kind: 'configuration', code: 'configuration_invalid' }));
    let issues: string[] = [];
    try {
      create();
    } catch (error) {
      issues = (error as { issues: { path: string; message: string }[] }).issues.map(
        ({ path, message }) => `${path}: ${message}`,
      );
    }
    expect(issues.map((fault) => fault.split(':')[0]).sort()).toEqual(Object.keys(options).sort());
    expect(issues).toContain('requestsPerSecond: expected an integer of at least 1, or Infinity, found 0');
    expect(issues).toContain('maxPending: expected an integer of at least 1, found string');
  });

  it('of the object memory are checked one by one', () => {
    const issuesOf = (skipUnchanged: unknown): string[] => {
      try {
        createRouter({ skipUnchanged } as RouterOptions);
        return [];
      } catch (error) {
        return (error as { issues: { path: string }[] }).issues.map(({ path }) => path);
      }
    };
    expect(issuesOf({ forMs: 1, maxObjects: 1, maxBytes: 1, store: { open: () => undefined } })).toEqual([]);
    expect(issuesOf(600_000)).toEqual([]);
    for (const wrong of [0, -1, NaN, Infinity, '10m', null, true, [600_000]])
      expect(issuesOf(wrong)).toEqual(['skipUnchanged']);
    expect(issuesOf({ forMs: '1', maxObjects: 0, maxBytes: 1.5, store: {} })).toEqual([
      'skipUnchanged.forMs',
      'skipUnchanged.maxObjects',
      'skipUnchanged.maxBytes',
      'skipUnchanged.store',
    ]);
    expect(issuesOf({})).toEqual(['skipUnchanged.forMs']);
  });

  it('that are undefined count as absent', () => {
    expect(() => createRouter({ concurrency: undefined } as unknown as RouterOptions)).not.toThrow();
  });
});

describe('stats()', () => {
  it('say what was done and hold no key', async () => {
    const { clock, router } = setUp(
      [{ status: 500, latencyMs: 100 }, { status: 201, latencyMs: 10 }, { status: 404 }, { status: 401 }],
      { backoffBaseMs: 0 },
    );
    for (const plan of [trackPlan('u1'), identifyPlan('u1')]) await clock.runUntil(router.deliver(plan));

    const stats = router.stats();
    expect(stats).toMatchObject({
      pending: 0,
      running: 0,
      inFlight: 0,
      delivered: 1,
      failed: { denied: 1 },
      requests: { 'events.create': 2, 'users.update': 1, 'users.create': 1 },
      retries: 1,
      mayBeDuplicates: 1,
      rateLimitWaits: { count: 0, totalMs: 0 },
      blockedLanes: 0,
      scopes: 1,
    });
    expect(JSON.stringify(stats)).not.toContain(API_KEY);
  });

  it('tell what is going on', async () => {
    const { clock, router } = setUp([{ status: 201, latencyMs: 100 }], { concurrency: 2 });
    const plans = ['u1', 'u1', 'u2', 'u3'].map((user) => router.deliver(trackPlan(user)));
    await clock.advance(50);
    expect(router.stats()).toMatchObject({ pending: 4, running: 3, inFlight: 2, latencyMs: { p50: null } });
    await clock.runUntil(Promise.all(plans));
    expect(router.stats().latencyMs.p95).toBeGreaterThan(97);
    expect(router.stats().latencyMs.p95).toBeLessThan(103);
  });
});

describe('the latency in the statistics', () => {
  const latency = (...durationsMs: number[]): RouterStats['latencyMs'] => {
    const collector = new StatsCollector();
    for (const durationMs of durationsMs) {
      collector.request({
        step: 'a',
        route: 'events.create',
        effect: 'append',
        method: 'POST',
        verdict: 'ok',
        durationMs,
        waitedMs: 0,
      });
    }
    const now = {
      pending: 0,
      running: 0,
      inFlight: 0,
      blockedLanes: 0,
      pausedMs: 0,
      outages: 0,
      usedShare: 0,
      scopes: 0,
    };
    return collector.snapshot(now).latencyMs;
  };

  it('is right within 1 %', () => {
    const { p50, p95 } = latency(...Array.from({ length: 10_000 }, (_, index) => index + 1));
    expect(Math.abs(p50! / 5_000 - 1)).toBeLessThan(0.01);
    expect(Math.abs(p95! / 9_500 - 1)).toBeLessThan(0.01);
  });

  it('takes any duration, and is null before the first', () => {
    expect(latency()).toEqual({ p50: null, p95: null });
    expect(latency(0)).toEqual({ p50: 0, p95: 0 });
    expect(latency(1e-9).p50).toBeLessThanOrEqual(0.1);
    expect(Math.abs(latency(1e12).p95! / 3_600_000 - 1)).toBeLessThan(0.01);
  });
});
