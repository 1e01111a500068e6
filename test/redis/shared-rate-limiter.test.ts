import { SharedRateLimiters } from '../../src/redis/limiter/shared-rate-limiters';
import { startRedis, type RedisServer } from '../engines/redis-server';
import { ClockedRedis, mostInASecond, SimulatedProcess } from './simulated-processes';

const LIMITS = { requestsPerSecond: 180, requestsPerDay: Infinity };

let server: RedisServer | undefined;
let redis: ClockedRedis;

beforeAll(async () => {
  server = await startRedis(['--appendonly', 'no']);
});
afterAll(() => server?.stop());
afterEach(() => redis?.close());

/** A Redis with data, and processes that have joined. */
async function started(
  count: number,
  limits = LIMITS,
  delays = { thereMs: 0, backMs: 0 },
): Promise<SimulatedProcess[]> {
  redis = await ClockedRedis.at(server!.url, delays);
  const processes = Array.from({ length: count }, () => new SimulatedProcess(redis, limits));
  const starting = processes.map((process) => process.start());
  await redis.pass(3_000);
  await Promise.all(starting);
  return processes;
}

const all = (processes: readonly SimulatedProcess[]): number[] => processes.flatMap(({ leftMs }) => leftMs);

/** Of what is allowed, from a time on. */
function share(processes: readonly SimulatedProcess[], fromMs: number, limit = 180): number {
  const nowMs = redis.clock.nowMs();
  return all(processes).filter((ms) => ms >= fromMs).length / ((limit * (nowMs - fromMs)) / 1_000);
}

/** A test that needs Redis; `startRedis` says loudly when it is missing. */
const testWithRedis = (name: string, run: () => Promise<void>): void => {
  test(name, async () => {
    if (server !== undefined) await run();
  });
};

testWithRedis('four processes together send at most the limit, and use it, fairly', async () => {
  const processes = await started(4, LIMITS, { thereMs: 1, backMs: 1 });
  const fromMs = redis.clock.nowMs() + 1_000;
  await redis.pass(6_000, () => {
    for (const process of processes) process.ask(20);
  });
  expect(mostInASecond(all(processes))).toBeLessThanOrEqual(180);
  expect(share(processes, fromMs)).toBeGreaterThanOrEqual(0.95);
  const counts = processes.map(({ leftMs }) => leftMs.length);
  expect(Math.min(...counts) / Math.max(...counts)).toBeGreaterThan(0.6);
});

testWithRedis('the limit holds while Redis is far away, and answers slowly', async () => {
  const processes = await started(3, LIMITS, { thereMs: 15, backMs: 45 });
  await redis.pass(4_000, () => {
    for (const process of processes) process.ask(20);
  });
  expect(mostInASecond(all(processes))).toBeLessThanOrEqual(180);
  expect(share(processes, 5_000)).toBeGreaterThan(0.85);
});

testWithRedis('the limit holds when processes stand still now and then', async () => {
  const processes = await started(4, LIMITS, { thereMs: 1, backMs: 1 });
  await redis.pass(8_000, () => {
    for (const [index, process] of processes.entries()) {
      if (process.clock.isStanding) continue;
      // Different lengths, at different times.
      if (redis.clock.nowMs() % 1_300 === 300 * index) process.clock.standStill([60, 150, 400, 700][index]!);
      process.ask(20);
    }
  });
  expect(mostInASecond(all(processes))).toBeLessThanOrEqual(180);
});

testWithRedis('a process that always stands still gets on', async () => {
  const [process] = (await started(1)) as [SimulatedProcess];
  await redis.pass(12_000, () => {
    if (process.clock.isStanding) return;
    process.ask(20);
    process.clock.standStill(1_000);
  });
  expect(process.leftMs.length).toBeGreaterThan(0);
});

/** Lets processes send for a while, does something, lets them send for a while more. */
async function sendWhile(
  processes: readonly SimulatedProcess[],
  steps: readonly (number | (() => unknown))[],
): Promise<void> {
  for (const step of steps) {
    if (typeof step !== 'number') await step();
    else
      await redis.pass(step, () => {
        for (const process of processes) process.ask(20);
      });
  }
}

testWithRedis(
  'while Redis hangs, each process sends its share, and the limit holds at both changes',
  async () => {
    const processes = await started(4);
    await sendWhile(processes, [3_000, () => redis.hang(), 5_000]);
    const awayMs = redis.clock.nowMs() - 3_000;
    expect(share(processes, awayMs)).toBeGreaterThan(0.95);
    await sendWhile(processes, [() => redis.up(), 4_000]);
    expect(mostInASecond(all(processes))).toBeLessThanOrEqual(180);
    expect(share(processes, redis.clock.nowMs() - 2_000)).toBeGreaterThan(0.95);
    expect(processes[0]!.changes).toEqual(['joined', 'away: no answer', 'joined']);
  },
);

testWithRedis('one process that used all of the limit, and another that begins on its share', async () => {
  const [busy, other] = (await started(2)) as [SimulatedProcess, SimulatedProcess];
  await sendWhile([busy], [2_500, () => redis.down()]);
  await sendWhile([busy, other], [4_000, () => redis.up(), 3_000]);
  expect(mostInASecond([...busy.leftMs, ...other.leftMs])).toBeLessThanOrEqual(180);
});

testWithRedis('a break of the connection that is shorter than the last grants count', async () => {
  const processes = await started(2);
  await sendWhile(processes, [2_000, () => redis.down(), 30, () => redis.up(), 3_000]);
  expect(mostInASecond(all(processes))).toBeLessThanOrEqual(180);
  expect(processes[0]!.changes).toEqual(['joined', 'away: connection closed', 'joined']);
});

testWithRedis('Redis loses its data while it is away, and a new process is there first', async () => {
  const processes = await started(3);
  await sendWhile(processes, [2_500, () => redis.down(), 4_100, () => redis.loseData()]);
  redis.up();
  const first = new SimulatedProcess(redis, LIMITS);
  const starting = first.start();
  await sendWhile(processes, [20]);
  await starting;
  await sendWhile([...processes, first], [6_000]);
  expect(mostInASecond(all([...processes, first]))).toBeLessThanOrEqual(180);
  expect(share([...processes, first], redis.clock.nowMs() - 3_000)).toBeGreaterThan(0.95);
});

testWithRedis(
  'Redis comes back, and a new process is there before those that send on their shares',
  async () => {
    const processes = await started(3);
    await sendWhile(processes, [2_500, () => redis.down(), 4_100, () => redis.up()]);
    const first = new SimulatedProcess(redis, LIMITS);
    const starting = first.start();
    await sendWhile(processes, [1]);
    await starting;
    await sendWhile([...processes, first], [4_000]);
    expect(mostInASecond(all([...processes, first]))).toBeLessThanOrEqual(180);
  },
);

testWithRedis('Redis loses its data, and nobody notices a break', async () => {
  const processes = await started(2);
  await sendWhile([processes[0]!], [2_500, () => redis.loseData()]);
  await sendWhile(processes, [6_000]);
  expect(mostInASecond(all(processes))).toBeLessThanOrEqual(180);
  expect(share(processes, redis.clock.nowMs() - 2_000)).toBeGreaterThan(0.95);
});

testWithRedis('the clock of Redis is set back, and forth', async () => {
  const processes = await started(2);
  await sendWhile(processes, [2_000, () => (redis.clockAheadMs -= 3_600_000), 4_000]);
  expect(mostInASecond(all(processes))).toBeLessThanOrEqual(180);
  expect(share(processes, redis.clock.nowMs() - 2_000)).toBeGreaterThan(0.95);
  await sendWhile(processes, [() => (redis.clockAheadMs += 3_600_000), 3_000]);
  expect(share(processes, redis.clock.nowMs() - 2_000)).toBeGreaterThan(0.95);
});

testWithRedis(
  'the lowest limit of all processes holds for all, for as long as its process is there',
  async () => {
    const [lower] = (await started(1, { requestsPerSecond: 50, requestsPerDay: Infinity })) as [
      SimulatedProcess,
    ];
    const higher = new SimulatedProcess(redis, LIMITS);
    const starting = higher.start();
    await redis.pass(500);
    await starting;
    await sendWhile([lower, higher], [4_000]);
    expect(mostInASecond(all([lower, higher]))).toBeLessThanOrEqual(50);
    expect(lower.leftMs.length).toBeGreaterThan(50);
    const closing = lower.link.close();
    await redis.pass(1);
    await closing;
    await sendWhile([higher], [4_000]);
    expect(mostInASecond(higher.leftMs)).toBe(180);
  },
);

testWithRedis(
  'more processes than requests in a second: their shares are one request in a longer time',
  async () => {
    const processes = await started(4, { requestsPerSecond: 2, requestsPerDay: Infinity });
    await sendWhile(processes, [2_000, () => redis.down(), 10_000]);
    expect(mostInASecond(all(processes))).toBeLessThanOrEqual(2 + 2);
    const late = all(processes).filter((ms) => ms >= redis.clock.nowMs() - 8_000);
    expect(late.length).toBeGreaterThanOrEqual(12);
    expect(late.length).toBeLessThanOrEqual(20);
  },
);

testWithRedis('a process that starts without Redis sends its share of what the user says', async () => {
  redis = await ClockedRedis.at(server!.url);
  redis.down();
  const process = new SimulatedProcess(redis, LIMITS, 3).startAway();
  await sendWhile([process], [5_000]);
  expect(mostInASecond(process.leftMs)).toBe(60);
  await sendWhile([process], [() => redis.up(), 6_000]);
  expect(mostInASecond(process.leftMs)).toBe(180);
});

const HOUR_MS = 3_600_000;

describe('the quota of a day', () => {
  const limits = { requestsPerSecond: Infinity, requestsPerDay: 100 };

  testWithRedis('is shared, and used up for all', async () => {
    const processes = await started(3, limits);
    await sendWhile(processes, [200]);
    expect(all(processes)).toHaveLength(100);
    for (const { refused } of processes) {
      expect(refused[0]).toMatchObject({ code: 'daily_quota_reached', kind: 'throttled' });
      const { retryAfterMs } = refused.at(-1) as { retryAfterMs: number };
      expect(retryAfterMs).toBeGreaterThan(23 * HOUR_MS);
      expect(retryAfterMs).toBeLessThanOrEqual(24 * HOUR_MS + 600_000);
    }
  });

  testWithRedis(
    'is free again after a day, and remembered until then, over a restart of all processes',
    async () => {
      const [first] = (await started(1, limits)) as [SimulatedProcess];
      await sendWhile([first], [200]);
      const closing = first.link.close();
      await redis.pass(1);
      await closing;
      redis.clockAheadMs += 23.9 * HOUR_MS;
      const second = new SimulatedProcess(redis, limits);
      const starting = second.start();
      await sendWhile([], [3_000]);
      await starting;
      await sendWhile([second], [50]);
      expect(second.leftMs).toHaveLength(0);
      const { retryAfterMs } = second.refused.at(-1) as { retryAfterMs: number };
      redis.clockAheadMs += retryAfterMs - 100;
      await sendWhile([second], [50]);
      expect(second.leftMs).toHaveLength(0);
      redis.clockAheadMs += 100;
      await sendWhile([second], [200]);
      expect(second.leftMs).toHaveLength(100);
    },
  );

  testWithRedis('warns each process at 80 % and at 100 %', async () => {
    const [one, other] = (await started(2, limits)) as [SimulatedProcess, SimulatedProcess];
    one.ask(79);
    await redis.pass(5);
    expect(one.quota).toEqual([]);
    other.ask(1);
    await redis.pass(5);
    expect(other.quota).toMatchObject([{ level: 'low', used: 80, limit: 100, waitMs: 0 }]);
    one.ask(79 + 21);
    await redis.pass(5);
    expect(one.quota.at(-1)).toMatchObject({ level: 'used_up', used: 100, limit: 100 });
    expect(one.quota.at(-1)!.waitMs).toBeGreaterThan(23 * HOUR_MS);
  });

  testWithRedis('what was left is divided while Redis is away, and counted when it is back', async () => {
    const processes = await started(2, limits);
    processes[0]!.ask(41);
    processes[1]!.ask(1);
    await redis.pass(30);
    processes[0]!.ask(1);
    await redis.pass(30);
    redis.down();
    await sendWhile(processes, [3_000]);
    const sentAway = processes.map(
      ({ leftMs }) => leftMs.filter((ms) => ms > redis.clock.nowMs() - 2_900).length,
    );
    // The second one heard of the use last after its only request: 42.
    expect(sentAway).toEqual([28, 29]);
    await sendWhile(processes, [() => redis.up(), 3_000]);
    expect(all(processes)).toHaveLength(100);
  });

  testWithRedis('survives a Redis that loses its data, as far as the processes live', async () => {
    const processes = await started(2, limits);
    await redis.pass(1);
    processes[0]!.ask(30);
    processes[1]!.ask(30);
    await redis.pass(50);
    await redis.loseData();
    await sendWhile(processes, [6_000]);
    expect(all(processes)).toHaveLength(100);
  });
});

testWithRedis(
  'requests of one process are let through in the order they asked; a cancelled one loses its turn only',
  async () => {
    const [process] = (await started(1, { requestsPerSecond: 4, requestsPerDay: Infinity })) as [
      SimulatedProcess,
    ];
    const order: string[] = [];
    const cancel = new AbortController();
    const reason = new Error('not wanted any longer');
    for (let number = 0; number < 10; number += 1) {
      const { signal } = [5, 6].includes(number) ? cancel : new AbortController();
      process.limiter.acquire(signal).then(
        () => order.push(`${number}`),
        (error: unknown) => order.push(error === reason ? `not ${number}` : 'wrong error'),
      );
    }
    await redis.pass(900);
    expect(order).toEqual(['0', '1', '2', '3']);
    cancel.abort(reason);
    await redis.pass(200);
    expect(order).toEqual(['0', '1', '2', '3', 'not 5', 'not 6', '4', '7', '8', '9']);
  },
);

testWithRedis('a signal that aborted before is refused, and takes nothing', async () => {
  const [process] = (await started(1, { requestsPerSecond: 1, requestsPerDay: Infinity })) as [
    SimulatedProcess,
  ];
  await expect(process.limiter.acquire(AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
  await redis.pass(5);
  process.ask(1);
  await redis.pass(5);
  expect(process.leftMs).toHaveLength(1);
});

testWithRedis('what is granted and not wanted any longer goes to another process', async () => {
  const [one, other] = (await started(2, { requestsPerSecond: 10, requestsPerDay: 100 })) as [
    SimulatedProcess,
    SimulatedProcess,
  ];
  one.ask(10);
  await redis.pass(850);
  const cancel = new AbortController();
  const waiting = [1, 2].map(() => one.limiter.acquire(cancel.signal));
  await redis.pass(5); // Now a grant for later is there.
  cancel.abort(new Error('not wanted'));
  await Promise.all(waiting.map((each) => expect(each).rejects.toThrow('not wanted')));
  await redis.pass(400);
  other.ask(10);
  await redis.pass(5);
  expect(other.leftMs).toHaveLength(10);
});

testWithRedis('what is sent over new connections counts from the first answer on', async () => {
  const [process] = (await started(1, { requestsPerSecond: 10, requestsPerDay: Infinity })) as [
    SimulatedProcess,
  ];
  const sentMs: number[] = [];
  const send = (): void =>
    void process.limiter.acquire(new AbortController().signal).then(() => sentMs.push(redis.clock.nowMs()));
  for (let number = 0; number < 10; number += 1) send();
  await redis.pass(300);
  expect(sentMs).toHaveLength(10);
  const answeredMs = redis.clock.nowMs();
  process.limiter.answered!();
  send();
  await redis.pass(2_000);
  expect(sentMs[10]! - answeredMs).toBeGreaterThanOrEqual(1_000);
});

testWithRedis('a limiter is idle when nothing that it remembers counts', async () => {
  const [process] = (await started(1)) as [SimulatedProcess];
  expect(process.limiter.isIdle!()).toBe(true);
  process.ask(1);
  expect(process.limiter.isIdle!()).toBe(false);
  await redis.pass(500);
  expect(process.limiter.isIdle!()).toBe(false);
  await redis.pass(1_000);
  expect(process.limiter.isIdle!()).toBe(true);
});

testWithRedis('two scopes share nothing, and no key names the API key', async () => {
  const [process] = (await started(1, { requestsPerSecond: 5, requestsPerDay: 10 })) as [SimulatedProcess];
  const limiters = new SharedRateLimiters(process.link, redis.clock);
  const other = limiters.of({ origin: 'https://api.example.com', keyFingerprint: 'fedcba9876543210' });
  expect(limiters.of({ origin: 'https://api.example.com', keyFingerprint: 'fedcba9876543210' })).toBe(other);
  process.ask(5);
  await redis.pass(5);
  let granted = 0;
  for (let count = 0; count < 5; count += 1)
    void other.acquire(new AbortController().signal).then(() => (granted += 1));
  await redis.pass(5);
  expect([process.leftMs.length, granted]).toEqual([5, 5]);
  const keys = (await redis.send(['KEYS', '*'])) as string[];
  expect(keys.every((key) => key.startsWith('{gainsight-px}:'))).toBe(true);
  expect(keys.join()).not.toMatch(/0123456789abcdef|fedcba9876543210/);
});

testWithRedis('waiting for the rate asks Redis seldom', async () => {
  const processes = await started(4, LIMITS, { thereMs: 1, backMs: 1 });
  await sendWhile(processes, [2_000]);
  const before = redis.scripts;
  await sendWhile(processes, [5_000]);
  const sent = all(processes).filter((ms) => ms >= redis.clock.nowMs() - 5_000).length;
  expect((redis.scripts - before) / sent).toBeLessThan(1);
});

testWithRedis('what waits for a connection counts from when it leaves, for all processes', async () => {
  const [one, other] = (await started(2, { requestsPerSecond: 10, requestsPerDay: Infinity })) as [
    SimulatedProcess,
    SimulatedProcess,
  ];
  one.limiter.answered!();
  const requests = Array.from({ length: 10 }, () => ({}));
  for (const request of requests) void one.limiter.acquire(new AbortController().signal, request);
  await redis.pass(300);
  const leftMs = redis.clock.nowMs();
  for (const request of requests) one.limiter.left!(request);
  other.ask(5);
  await redis.pass(2_000);
  expect(other.leftMs).not.toHaveLength(0);
  expect(Math.min(...other.leftMs) - leftMs).toBeGreaterThanOrEqual(1_000);
});

testWithRedis('and so it does while Redis is away', async () => {
  const [process] = (await started(1, { requestsPerSecond: 2, requestsPerDay: Infinity })) as [
    SimulatedProcess,
  ];
  redis.down();
  await redis.pass(1_500);
  const requests = [{}, {}];
  for (const request of requests) void process.limiter.acquire(new AbortController().signal, request);
  await redis.pass(300);
  const leftMs = redis.clock.nowMs();
  for (const request of requests) process.limiter.left!(request);
  process.ask(1);
  await redis.pass(2_000);
  expect(process.leftMs[0]! - leftMs).toBeGreaterThanOrEqual(1_000);
});
