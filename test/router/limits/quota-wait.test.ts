import { quotaUsedUp, type QuotaWarning, type RateLimiter } from '../../../src/router';
import { trackPlan } from '../plans';
import { failure, setUp } from '../setup';

const HOUR_MS = 60 * 60 * 1000;
/** When a request stops counting, at the latest. */
const FREE_MS = 24 * HOUR_MS + HOUR_MS / 6;

describe('onQuotaUsedUp: wait', () => {
  const setUpQuota = (requestsPerDay: number): ReturnType<typeof setUp> & { warnings: QuotaWarning[] } => {
    const warnings: QuotaWarning[] = [];
    const setup = setUp([{ status: 201 }], {
      requestsPerDay,
      onQuotaUsedUp: 'wait',
      onQuota: (warning) => warnings.push(warning),
    });
    return { ...setup, warnings };
  };

  it('sends the rest when the sliding day allows it, and says how long that takes', async () => {
    const { clock, px, router, warnings } = setUpQuota(2);
    const all = Promise.all(['u1', 'u2', 'u3', 'u4', 'u5'].map((user) => router.deliver(trackPlan(user))));
    await clock.advance(HOUR_MS / 2);
    expect(px.sent).toHaveLength(2);
    expect(router.stats().pausedMs).toBeGreaterThan(HOUR_MS / 3);
    expect(warnings).toEqual([{ level: 'used_up', used: 2, limit: 2, waitMs: FREE_MS }]);
    const outcomes = await clock.runUntil(all);
    expect(outcomes.every(({ delivered }) => delivered)).toBe(true);
    expect(px.sent.map(({ atMs }) => atMs)).toEqual([0, 0, FREE_MS, FREE_MS, 2 * FREE_MS]);
  });

  it('waits for what a limiter of your own says, and sends nothing meanwhile', async () => {
    let refusals = 0;
    const rateLimiter = (): RateLimiter => ({
      acquire: () => (refusals++ < 2 ? Promise.reject(quotaUsedUp(HOUR_MS / 4)) : Promise.resolve()),
    });
    const { clock, px, router } = setUp([{ status: 201 }], { rateLimiter, onQuotaUsedUp: 'wait' });
    await clock.runUntil(router.deliver(trackPlan('u1')));
    expect(px.sent.map(({ atMs }) => atMs)).toEqual([HOUR_MS / 2]);
  });

  it('ends a plan whose caller cannot wait so long', async () => {
    const { clock, router } = setUpQuota(1);
    await clock.runUntil(router.deliver(trackPlan('u1')));
    const outcome = await clock.runUntil(router.deliver(trackPlan('u2'), { timeLeftMs: HOUR_MS / 2 }));
    expect(failure(outcome)).toMatchObject({ code: 'daily_quota_reached', retryable: true });
    expect(failure(outcome).retryAfterMs).toBeGreaterThan(0);
  });

  it('is interrupted by close(), also for a plan that has begun', async () => {
    const { clock, router } = setUp([{ status: 503 }], { requestsPerDay: 1, onQuotaUsedUp: 'wait' });
    const outcome = router.deliver(trackPlan('u1'));
    await clock.advance(HOUR_MS);
    await clock.runUntil(router.close());
    expect(failure(await outcome)).toMatchObject({ code: 'closed', requests: [{ status: 503 }] });
    expect(clock.nowMs()).toBe(HOUR_MS);
  });
});

it('onQuotaUsedUp: fail says how long the quota lasts', async () => {
  const { clock, router } = setUp([{ status: 201 }], { requestsPerDay: 1 });
  await clock.runUntil(router.deliver(trackPlan('u1')));
  const outcome = failure(await clock.runUntil(router.deliver(trackPlan('u2'))));
  expect(outcome).toMatchObject({ code: 'daily_quota_reached', retryAfterMs: FREE_MS });
  expect(outcome.status).toBeUndefined();
});

it('onQuota is told which API key it is about', async () => {
  const told: unknown[] = [];
  const { clock, router } = setUp([{ status: 201 }], {
    requestsPerDay: 1,
    onQuota: ({ level }, { origin, keyFingerprint }) => told.push({ level, origin, keyFingerprint }),
  });
  await clock.runUntil(router.deliver(trackPlan('u1')));
  expect(told).toEqual([
    { level: 'used_up', origin: 'https://px.test', keyFingerprint: expect.stringMatching(/^[0-9a-f]{16}$/) },
  ]);
});
