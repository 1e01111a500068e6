import { createMemoryRateLimiter, type Clock } from '../../../src/router';
import { settled } from '../../__mocks__/clock.fake';

/** Three of the ways in which the limiter counts what leaves or arrives late (docs/decisions/0003-late-leaving.md). */
type Way = 'answered' | 'watchLeaving' | 'noteStandstill';

const LIMIT = 180;
const never = new AbortController().signal;

/** The clock of a simulated event loop, in which one way can be switched off. */
class LoopClock implements Clock {
  #nowMs = 0;
  #reading: number | undefined;
  readonly #timers = new Set<{ dueMs: number; callback: () => void }>();
  readonly #soon: (() => void)[] = [];

  constructor(private readonly off: Way | undefined) {}

  nowMs(): number {
    const reading = this.#reading ?? this.#nowMs;
    this.#reading = undefined;
    return reading;
  }

  epochMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    if (delayMs <= 0) {
      if (this.off !== 'watchLeaving') this.#soon.push(callback);
      return () => undefined;
    }
    const timer = { dueMs: this.#nowMs + delayMs, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Timers fire, work takes time, I/O happens, and then what was to run at the end of the round. */
  async round(workMs: number, io: () => void): Promise<void> {
    for (const timer of [...this.#timers]) {
      if (timer.dueMs > this.#nowMs) continue;
      this.#timers.delete(timer);
      // The first reading in a timer of the limiter says how late it is.
      if (this.off === 'noteStandstill') this.#reading = timer.dueMs;
      timer.callback();
      this.#reading = undefined;
    }
    await settled();
    this.#nowMs += workMs;
    const soon = this.#soon.splice(0);
    io();
    await settled();
    for (const callback of soon) callback();
  }
}

interface Scenario {
  readonly concurrency: number;
  /** What a new connection takes. */
  readonly connectMs: number;
  /** What a request takes to PX, and its answer back. */
  readonly latencyMs: number;
  readonly workMs: (round: number, nowMs: number) => number;
  /** When this is given, the network and the server stand still too while a round takes at least 100 ms. */
  readonly standsStill?: true;
  /** One request per 4 ms in the first second, so that requests do not leave all at once later. */
  readonly isSpread?: true;
}

/** When requests arrive at PX. */
async function arrivals(scenario: Scenario, off?: Way): Promise<{ leftMs: number[]; arrivedMs: number[] }> {
  const { concurrency, connectMs, latencyMs, workMs, standsStill, isSpread } = scenario;
  const clock = new LoopClock(off);
  const limiter = createMemoryRateLimiter({ requestsPerSecond: LIMIT, requestsPerDay: Infinity }, clock);
  const requests: { leftMs: number; arriveMs: number; isAnswered: boolean }[] = [];
  let [inFlight, granted, idleConnections, lastAskMs] = [0, 0, 0, -Infinity];
  const ask = (): void => {
    const nowMs = clock.epochMs();
    while (inFlight < concurrency) {
      if (isSpread && nowMs < 1_020 && nowMs - lastAskMs < 4) return;
      lastAskMs = nowMs;
      inFlight += 1;
      void limiter.acquire(never).then(() => (granted += 1));
    }
  };
  for (let round = 0; clock.epochMs() < 5_500; round += 1) {
    ask();
    const beganMs = clock.epochMs();
    const tookMs = workMs(round, beganMs);
    await clock.round(tookMs, () => {
      const nowMs = clock.epochMs();
      for (const request of requests) {
        if (standsStill && tookMs >= 100 && request.arriveMs > beganMs)
          request.arriveMs = Math.max(request.arriveMs, nowMs);
        if (request.isAnswered || request.arriveMs + latencyMs > nowMs) continue;
        request.isAnswered = true;
        inFlight -= 1;
        idleConnections += 1;
        if (off !== 'answered') limiter.answered!();
      }
      for (; granted > 0; granted -= 1) {
        const waitMs = idleConnections > 0 ? 0 : connectMs;
        if (idleConnections > 0) idleConnections -= 1;
        requests.push({ leftMs: nowMs, arriveMs: nowMs + waitMs + latencyMs, isAnswered: false });
      }
    });
  }
  return {
    leftMs: requests.map(({ leftMs }) => leftMs),
    arrivedMs: requests.map(({ arriveMs }) => arriveMs).sort((one, other) => one - other),
  };
}

function mostInASecond(timesMs: readonly number[]): number {
  let first = 0;
  return timesMs.reduce((most, timeMs, index) => {
    while (timeMs - timesMs[first]! >= 1_000) first += 1;
    return Math.max(most, index - first + 1);
  }, 0);
}

const once = (atMs: number, workMs: number): Scenario['workMs'] => {
  return (_round, nowMs) => (nowMs === atMs ? workMs : 1);
};

const STANDSTILL = {
  concurrency: 100,
  connectMs: 0,
  workMs: once(2_500, 300),
  standsStill: true,
  isSpread: true,
} as const;

const SCENARIOS: readonly (Scenario & { way: Way; without: number })[] = [
  { way: 'answered', concurrency: 20, connectMs: 200, latencyMs: 10, workMs: () => 1, without: 200 },
  { way: 'answered', concurrency: 400, connectMs: 200, latencyMs: 10, workMs: () => 1, without: 360 },
  {
    way: 'watchLeaving',
    concurrency: 20,
    connectMs: 0,
    latencyMs: 1,
    workMs: (round) => (round % 100 === 99 ? 150 : 1),
    without: 200,
  },
  {
    way: 'watchLeaving',
    concurrency: 400,
    connectMs: 0,
    latencyMs: 1,
    workMs: (round) => (round % 100 === 99 ? 150 : 1),
    without: 360,
  },
  { way: 'noteStandstill', ...STANDSTILL, latencyMs: 21, without: 185 },
  { way: 'noteStandstill', ...STANDSTILL, latencyMs: 91, without: 202 },
];

test.each(SCENARIOS)(
  'without $way, $without would arrive in one second at concurrency $concurrency; with it at most the limit',
  async ({ way, without, ...scenario }) => {
    expect(mostInASecond((await arrivals(scenario)).arrivedMs)).toBeLessThanOrEqual(LIMIT);
    expect(mostInASecond((await arrivals(scenario, way)).arrivedMs)).toBe(without);
  },
);

test.each([
  [60, 190],
  [80, 195],
  [110, 202],
])(
  'a server that reads nothing for %i ms counts %i in a second, although 180 left',
  async (pauseMs, most) => {
    const { leftMs, arrivedMs } = await arrivals({ ...STANDSTILL, latencyMs: 10, workMs: () => 1 });
    const readMs = arrivedMs.map((ms) => (ms >= 2_600 && ms < 2_600 + pauseMs ? 2_600 + pauseMs : ms));
    expect(mostInASecond(leftMs)).toBe(LIMIT);
    expect(mostInASecond(readMs)).toBe(most);
  },
);
