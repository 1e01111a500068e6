import fc from 'fast-check';
import { RemoteRateLimits } from '../../../src/cli/serve/workers/remote-rate-limiter';
import { SharedRateLimits } from '../../../src/cli/serve/workers/shared-rate-limits';
import { createMemoryRateLimiter, type RateLimiter } from '../../../src/router';
import { FakeClock } from '../../__mocks__/clock.fake';

const SCOPE = { origin: 'https://px.example', keyFingerprint: '00ff' };
const NEVER = new AbortController().signal;

interface Setting {
  readonly workers: number;
  readonly requestsPerSecond: number;
  readonly requestsPerDay?: number;
  /** How long a message between processes takes. */
  readonly delayMs?: () => number;
}

/** Workers that ask one primary process, on a clock that tests move. */
function processes({ workers, requestsPerSecond, requestsPerDay = Infinity, delayMs = () => 1 }: Setting) {
  const clock = new FakeClock();
  /** Messages of one channel keep their order. */
  const channel = (): ((deliver: () => void) => void) => {
    let lastMs = 0;
    return (deliver) => {
      lastMs = Math.max(lastMs, clock.nowMs() + delayMs());
      clock.after(lastMs - clock.nowMs(), deliver);
    };
  };
  const down = Array.from({ length: workers }, channel);
  const limits = new SharedRateLimits({ requestsPerSecond, requestsPerDay }, clock, (worker, message) => {
    down[worker]!(() => {
      if (message.kind === 'grant' || message.kind === 'refuse') remotes[worker]!.onAnswer(message);
    });
  });
  const remotes = down.map((_, worker) => {
    const up = channel();
    return new RemoteRateLimits(clock, (message) => {
      up(() => {
        if (message.kind === 'ask') limits.ask(worker, message.id, message.scope);
        if (message.kind === 'withdraw') limits.withdraw(worker, message.id);
        if (message.kind === 'left') limits.left(worker, message.id);
      });
    });
  });
  const sentMs: number[] = [];
  const limiters = remotes.map((remote) => remote.limiterFor(SCOPE));
  const send = async (limiter: RateLimiter): Promise<void> => {
    await limiter.acquire(NEVER);
    sentMs.push(clock.nowMs());
    clock.after(5, () => limiter.answered?.());
  };
  return { clock, limits, limiters, sentMs, send };
}

/** The most sends within any second. */
function mostPerSecond(sentMs: readonly number[]): number {
  return Math.max(
    0,
    ...sentMs.map((ms) => sentMs.filter((other) => other >= ms && other < ms + 1_000).length),
  );
}

test('no second of all workers has more requests than the limit, however long messages take', async () => {
  const number = fc.integer({ min: 0, max: 400 });
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 20 }),
      fc.array(number, { minLength: 1, maxLength: 30 }),
      fc.array(fc.tuple(fc.nat(3), fc.nat(3_000), fc.integer({ min: 1, max: 30 })), { maxLength: 8 }),
      async (workers, requestsPerSecond, delays, bursts) => {
        let at = 0;
        const delayMs = (): number => delays[(at += 1) % delays.length]!;
        const { clock, limiters, sentMs, send } = processes({ workers, requestsPerSecond, delayMs });
        let asked = 0;
        for (const [worker, afterMs, count] of bursts) {
          clock.after(afterMs, () => {
            for (let each = 0; each < count; each += 1) void send(limiters[worker % workers]!);
          });
          asked += count;
        }
        await clock.advance(600_000);
        expect(sentMs).toHaveLength(asked);
        expect(mostPerSecond(sentMs)).toBeLessThanOrEqual(requestsPerSecond);
      },
    ),
    { numRuns: 25 },
  );
});

test.each([
  ['one of four workers', [0]],
  ['all of them', [0, 1, 2, 3]],
])('%s can use nearly all of the limit', async (_, busy) => {
  const { clock, limiters, sentMs, send } = processes({ workers: 4, requestsPerSecond: 50 });
  for (const worker of busy) {
    for (let each = 0; each < 1_000 / busy.length; each += 1) void send(limiters[worker]!);
  }
  await clock.advance(10_000);
  expect(sentMs.length).toBeGreaterThanOrEqual(0.95 * 50 * 10);
});

test('workers are served in the order of asking', async () => {
  const { clock, limiters } = processes({ workers: 2, requestsPerSecond: 1 });
  const order: string[] = [];
  for (const name of ['a0', 'b1', 'c0', 'd1']) {
    void limiters[Number(name[1])]!.acquire(NEVER).then(() => order.push(name));
    await clock.advance(5);
  }
  await clock.advance(20_000);
  expect(order).toEqual(['a0', 'b1', 'c0', 'd1']);
});

test('two API keys share nothing', async () => {
  const clock = new FakeClock();
  const granted: number[] = [];
  const limits = new SharedRateLimits(
    { requestsPerSecond: 1, requestsPerDay: Infinity },
    clock,
    (_, { kind, ...rest }) => {
      if (kind === 'grant' && 'id' in rest) granted.push(rest.id);
    },
  );
  limits.ask(0, 1, SCOPE);
  limits.ask(0, 2, { ...SCOPE, keyFingerprint: 'other' });
  limits.ask(0, 3, { ...SCOPE, origin: 'https://other.example' });
  limits.ask(0, 4, SCOPE);
  await clock.advance(0);
  expect(granted).toEqual([1, 2, 3]);
});

test('keys whose limits are free again are forgotten', async () => {
  const clock = new FakeClock();
  const limits = new SharedRateLimits(
    { requestsPerSecond: 1, requestsPerDay: Infinity },
    clock,
    () => undefined,
  );
  for (let key = 0; key < 20; key += 1) {
    limits.ask(0, key, { ...SCOPE, keyFingerprint: String(key) });
    await clock.advance(1);
    limits.left(0, key);
    await clock.advance(2_000);
  }
  expect(limits.size).toBe(1);
});

test('what is not wanted any more takes no permit, whether it waits or its permit is on the way', async () => {
  const { clock, limiters, sentMs, send } = processes({
    workers: 2,
    requestsPerSecond: 1,
    delayMs: () => 50,
  });
  const leave = new AbortController();
  const ended = limiters[0]!.acquire(leave.signal);
  const waits = limiters[0]!.acquire(leave.signal);
  await clock.advance(60); // The primary process has granted the first by now; the grant is on its way.
  leave.abort(new Error('no longer'));
  await expect(ended).rejects.toThrow('no longer');
  await expect(waits).rejects.toThrow('no longer');
  void send(limiters[1]!);
  await clock.advance(200);
  expect(sentMs).toHaveLength(1);
});

test('the permits of a worker that has ended count for a second, and are free after it', async () => {
  const { clock, limits, limiters, sentMs, send } = processes({ workers: 2, requestsPerSecond: 2 });
  for (let each = 0; each < 3; each += 1) void limiters[0]!.acquire(NEVER);
  await clock.advance(10);
  limits.gone(0);
  void send(limiters[1]!);
  await clock.advance(1_000);
  expect(sentMs).toEqual([]);
  await clock.advance(100);
  expect(sentMs).toHaveLength(1);
});

test('the quota of the day is one for all, and its end is told with the wait', async () => {
  const { clock, limiters, sentMs, send } = processes({
    workers: 2,
    requestsPerSecond: 100,
    requestsPerDay: 3,
  });
  for (let each = 0; each < 3; each += 1) void send(limiters[each % 2]!);
  await clock.advance(100);
  const refused = limiters[1]!.acquire(NEVER);
  void refused.catch(() => undefined);
  await clock.advance(100);
  await expect(refused).rejects.toMatchObject({
    code: 'daily_quota_reached',
    retryAfterMs: expect.any(Number) as number,
  });
  const own = createMemoryRateLimiter({ requestsPerSecond: Infinity, requestsPerDay: 1 }, clock);
  await own.acquire(NEVER);
  expect(sentMs).toHaveLength(3);
});

test('requests that wait for a new connection count from their answer on', async () => {
  const { clock, limiters } = processes({ workers: 1, requestsPerSecond: 1 });
  const [limiter] = limiters;
  let second = false;
  await Promise.all([limiter!.acquire(NEVER), clock.advance(10)]);
  void limiter!.acquire(NEVER).then(() => (second = true));
  await clock.advance(500);
  limiter!.answered?.();
  await clock.advance(1_000);
  expect(second).toBe(false);
  await clock.advance(100);
  expect(second).toBe(true);
});
