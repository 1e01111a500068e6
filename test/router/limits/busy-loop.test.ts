import { createMemoryRateLimiter, systemClock, type Clock } from '../../../src/router';
import { settled } from '../../__mocks__/clock.fake';

/**
 * An event loop that is busy: in each round its timers fire, then other work takes time, and then requests that were let through leave, as undici
 * lets them: after what is ready was read.
 */
class BusyLoop implements Clock {
  #nowMs = 0;
  readonly #timers = new Set<{ dueMs: number; callback: () => void }>();
  #soon: (() => void)[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  epochMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    if (delayMs <= 0) {
      this.#soon.push(callback);
      return () => undefined;
    }
    const timer = { dueMs: this.#nowMs + delayMs, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** @param check what happens at the end of the round, before what was queued for it: it leaves at the end of the next one */
  async round(workMs: number, leave: () => void, check = (): void => undefined): Promise<void> {
    for (const timer of [...this.#timers]) {
      if (timer.dueMs > this.#nowMs) continue;
      this.#timers.delete(timer);
      timer.callback();
    }
    await settled();
    this.#nowMs += workMs;
    const soon = this.#soon.splice(0);
    leave();
    check();
    await settled();
    for (const callback of soon) callback();
  }
}

const LIMIT = 180;
const never = new AbortController().signal;

/** When requests leave, of which there are always enough, in a loop whose rounds take this long. */
async function leavingTimes(
  workMs: (round: number) => number,
  totalMs: number,
  askAt: 'the beginning' | 'the end' = 'the beginning',
): Promise<number[]> {
  const loop = new BusyLoop();
  const limiter = createMemoryRateLimiter({ requestsPerSecond: LIMIT, requestsPerDay: Infinity }, loop);
  const left: number[] = [];
  let granted = 0;
  let waiting = 0;
  const ask = (): void => {
    for (; waiting < 300; waiting += 1) {
      void limiter.acquire(never).then(() => {
        granted += 1;
        waiting -= 1;
      });
    }
  };
  const leave = (): void => {
    for (; granted > 0; granted -= 1) left.push(loop.nowMs());
    limiter.answered!();
  };
  limiter.answered!();
  for (let round = 0; loop.nowMs() < totalMs; round += 1) {
    if (askAt === 'the beginning') ask();
    await loop.round(workMs(round), leave, askAt === 'the end' ? ask : undefined);
  }
  return left;
}

function mostInASecond(timesMs: readonly number[]): number {
  let first = 0;
  return timesMs.reduce((most, timeMs, index) => {
    while (timeMs - timesMs[first]! >= 1_000) first += 1;
    return Math.max(most, index - first + 1);
  }, 0);
}

/** Of what is allowed, after the first second, in which all goes at once. */
function share(timesMs: readonly number[], totalMs: number): number {
  const later = timesMs.filter((timeMs) => timeMs >= 1_000);
  return later.length / (LIMIT * (totalMs / 1_000 - 1));
}

const wave = (round: number): number => [1, 1, 18, 1, 3, 9, 24, 1][round % 8]!;

test.each<[string, (round: number) => number]>([
  ['1 ms', () => 1],
  ['10 ms', () => 10],
  ['20 ms', () => 20],
  ['22 ms', () => 22],
  ['1 to 24 ms', wave],
])('rounds of %s: at least 95 %% of the limit, and never more than all of it', async (_, workMs) => {
  const times = await leavingTimes(workMs, 20_000);
  expect(mostInASecond(times)).toBeLessThanOrEqual(LIMIT);
  expect(mostInASecond(await leavingTimes(workMs, 20_000, 'the end'))).toBeLessThanOrEqual(LIMIT);
  expect(share(times, 20_000)).toBeGreaterThanOrEqual(0.95);
});

test.each<[string, (round: number) => number]>([
  ['60 ms', () => 60],
  ['1 ms, and 600 ms at first', (round) => (round === 1 ? 600 : 1)],
  ['5 ms, and 400 ms now and then', (round) => (round % 70 === 0 ? 400 : 5)],
])('rounds of %s: never more than the limit', async (_, workMs) => {
  expect(mostInASecond(await leavingTimes(workMs, 20_000))).toBeLessThanOrEqual(LIMIT);
  expect(mostInASecond(await leavingTimes(workMs, 20_000, 'the end'))).toBeLessThanOrEqual(LIMIT);
});

test('what left just before a machine stood still counts from when it goes on', async () => {
  const loop = new BusyLoop();
  const limiter = createMemoryRateLimiter({ requestsPerSecond: 2, requestsPerDay: Infinity }, loop);
  limiter.answered!();
  let granted = 0;
  const acquire = (): void => void limiter.acquire(never).then(() => (granted += 1));
  const pass = async (totalMs: number): Promise<void> => {
    for (let ms = 0; ms < totalMs; ms += 1) await loop.round(1, () => undefined);
  };
  acquire();
  await pass(950);
  acquire();
  acquire();
  await pass(60); // The second left at 950 ms, and a timer for the third is due at 1,020 ms.
  await loop.round(300, () => undefined);
  await pass(1);
  expect(granted).toBe(3);
  acquire();
  // From the standstill on, not from 950 ms.
  await pass(800);
  expect(granted).toBe(3);
  await pass(300);
  expect(granted).toBe(4);
});

test('after 0 ms, the clock of the machine calls back behind what was queued for the end of the round meanwhile', async () => {
  const order: string[] = [];
  await new Promise<void>((resolve) => {
    systemClock.after(0, () => {
      order.push('later');
      resolve();
    });
    void Promise.resolve()
      .then(() => undefined)
      .then(() => setImmediate(() => order.push('written')));
  });
  expect(order).toEqual(['written', 'later']);
});

test('and does not, when it was taken back', async () => {
  const callback = jest.fn();
  systemClock.after(0, callback)();
  await settled();
  await settled();
  expect(callback).not.toHaveBeenCalled();
});
