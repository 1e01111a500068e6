import fc from 'fast-check';
import { createMemoryRateLimiter, parseDayUsage, type QuotaWarning } from '../../../src/router';
import { DayQuota } from '../../../src/router/limits/day-quota';
import { FakeClock } from '../../__mocks__/clock.fake';

const MINUTE_MS = 60 * 1000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const never = new AbortController().signal;

/** A limiter of the day alone. */
function limiterOf(
  requestsPerDay: number,
  clock = new FakeClock(),
  usedToday?: unknown,
): { clock: FakeClock; warnings: QuotaWarning[]; limiter: ReturnType<typeof createMemoryRateLimiter> } {
  const warnings: QuotaWarning[] = [];
  const limiter = createMemoryRateLimiter({ requestsPerSecond: Infinity, requestsPerDay }, clock, {
    usedToday: parseDayUsage(usedToday),
    onQuota: (warning) => warnings.push(warning),
  });
  return { clock, warnings, limiter };
}

async function send(limiter: { acquire(signal: AbortSignal): Promise<void> }, times: number): Promise<void> {
  for (let i = 0; i < times; i += 1) await limiter.acquire(never);
}

describe('the use of the day outlives the process', () => {
  it('as JSON: what was sent counts until it is a day old, wherever the clock of the new process begins', async () => {
    const before = limiterOf(3);
    await send(before.limiter, 1);
    await before.clock.advance(2 * HOUR_MS);
    await send(before.limiter, 1);
    const stored: unknown = JSON.parse(JSON.stringify(before.limiter.dayUsage()));

    const later = new FakeClock(before.clock.epochMs() + HOUR_MS);
    const after = limiterOf(3, later, stored);
    await send(after.limiter, 1);
    await expect(after.limiter.acquire(never)).rejects.toMatchObject({
      code: 'daily_quota_reached',
      retryAfterMs: 21 * HOUR_MS + 10 * MINUTE_MS,
    });
    await later.advance(21 * HOUR_MS + 10 * MINUTE_MS - 1);
    await expect(after.limiter.acquire(never)).rejects.toMatchObject({ retryAfterMs: 1 });
    await later.advance(1);
    await after.limiter.acquire(never);
  });

  it('is never passed in any 24 hours, however often the process starts again', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.record({ gapMs: fc.integer({ min: 0, max: 3 * HOUR_MS }), restart: fc.boolean() }), {
          maxLength: 200,
        }),
        (limit, steps) => {
          let quota = new DayQuota(limit);
          let epochMs = Date.UTC(2024, 0, 1);
          let startedMs = epochMs;
          const sent: number[] = [];
          for (const { gapMs, restart } of steps) {
            epochMs += gapMs;
            if (restart) {
              const usage = quota.usage({ nowMs: epochMs - startedMs, epochMs });
              startedMs = epochMs - 0.5;
              quota = new DayQuota(limit);
              quota.restore(usage, { nowMs: 0.5, epochMs });
            }
            const nowMs = epochMs - startedMs;
            if (quota.isUsedUp(nowMs)) continue;
            quota.add(nowMs);
            sent.push(epochMs);
            const within = sent.filter((timeMs) => timeMs > epochMs - DAY_MS);
            expect(within.length).toBeLessThanOrEqual(limit);
          }
        },
      ),
    );
  });

  it('what a wrong wall clock dates after now counts as sent now', async () => {
    const { clock, limiter } = limiterOf(1, undefined, {
      sent: [{ sinceMs: Date.UTC(2030, 0, 1), count: 1 }],
    });
    await expect(limiter.acquire(never)).rejects.toMatchObject({ retryAfterMs: DAY_MS + 10 * MINUTE_MS });
    await clock.advance(DAY_MS + 10 * MINUTE_MS);
    await limiter.acquire(never);
  });

  it('is empty without a limit for the day', () => {
    expect(limiterOf(Infinity).limiter.dayUsage()).toEqual({ sent: [] });
  });

  it.each([
    [undefined],
    [null],
    [[]],
    [{}],
    [{ sent: {} }],
    [{ sent: [null] }],
    [{ sent: [{ sinceMs: 'x', count: 1 }] }],
    [{ sent: [{ sinceMs: 1, count: -1 }] }],
    [{ sent: [{ sinceMs: 1, count: 0.5 }] }],
    [{ sent: [{ sinceMs: null, count: 1 }] }],
  ])('%j is not a use of the day', (value) => {
    expect(parseDayUsage(value)).toBeUndefined();
  });
});

describe('the observer of the quota', () => {
  it('is told once at 80 % and once at 100 %, however many requests are refused then', async () => {
    const { limiter, warnings } = limiterOf(10);
    await send(limiter, 7);
    expect(warnings).toEqual([]);
    await send(limiter, 2);
    expect(warnings).toEqual([{ level: 'low', used: 8, limit: 10, waitMs: 0 }]);
    await send(limiter, 1);
    for (let i = 0; i < 3; i += 1) await expect(limiter.acquire(never)).rejects.toThrow();
    const waitMs = DAY_MS + 10 * MINUTE_MS;
    expect(warnings.slice(1)).toEqual([{ level: 'used_up', used: 10, limit: 10, waitMs }]);
  });

  it('is told again on another day', async () => {
    const { clock, limiter, warnings } = limiterOf(10);
    await send(limiter, 10);
    await clock.advance(2 * DAY_MS);
    await send(limiter, 10);
    expect(warnings.map(({ level }) => level)).toEqual(['low', 'used_up', 'low', 'used_up']);
  });

  it('is told of the higher level alone when both are reached at once', async () => {
    const { limiter, warnings } = limiterOf(1);
    await send(limiter, 1);
    expect(warnings.map(({ level }) => level)).toEqual(['used_up']);
  });

  it('is told at the first request of a process whose day is used up already', async () => {
    const { limiter, warnings } = limiterOf(5, undefined, {
      sent: [{ sinceMs: Date.UTC(2024, 0, 1), count: 9 }],
    });
    await expect(limiter.acquire(never)).rejects.toThrow();
    expect(warnings).toMatchObject([{ level: 'used_up', used: 9, limit: 5 }]);
  });

  it('may throw', async () => {
    const limiter = createMemoryRateLimiter({ requestsPerSecond: 10, requestsPerDay: 1 }, new FakeClock(), {
      onQuota: () => {
        throw new Error('of the observer');
      },
    });
    await limiter.acquire(never);
  });
});
