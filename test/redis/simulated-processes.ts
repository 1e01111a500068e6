import { createClient } from '@redis/client';
import type { QuotaWarning, RateLimiter } from '../../src/router';
import { RedisAway, type Connect, type RedisConnection } from '../../src/redis/connection/connect';
import { RedisLink, type SharedLimits } from '../../src/redis/connection/link';
import type { Script } from '../../src/redis/connection/script';
import { SharedRateLimiters } from '../../src/redis/limiter/shared-rate-limiters';
import { FakeClock, settled } from '../__mocks__/clock.fake';

const SCOPE = { origin: 'https://api.example.com', keyFingerprint: '0123456789abcdef' };

/** Commands without an answer reject after so long, as those of a real connection do. */
const TIMEOUT_MS = 1_000;

/** How long a command takes to Redis, and its answer back, in milliseconds of the simulated time. */
interface Delays {
  readonly thereMs: number;
  readonly backMs: number;
}

/**
 * A real Redis whose clock is simulated: the scripts run there, with the time of the test in place of `TIME`. It can be made to hang, refuse connections and
 * lose its data.
 */
export class ClockedRedis {
  readonly clock = new FakeClock();
  #state: 'up' | 'hanging' | 'down' = 'up';
  #pending = 0;
  readonly #connections = new Set<ClockedConnection>();
  /** What Redis's clock is ahead of the processes' one: nothing may depend on it. */
  clockAheadMs = 1_700_000_000_000;
  /** How many scripts have run. */
  scripts = 0;

  constructor(
    private readonly client: ReturnType<typeof createClient>,
    readonly delays: Delays,
  ) {}

  /** Connects to a server and empties it. */
  static async at(url: string, delays: Delays = { thereMs: 0, backMs: 0 }): Promise<ClockedRedis> {
    const client = createClient({ url, RESP: 2 });
    await client.connect();
    await client.flushAll();
    return new ClockedRedis(client as never, delays);
  }

  readonly connect: Connect = (onLost) => {
    if (this.#state === 'down') {
      return Promise.reject(new RedisAway('connection refused', this.clock.nowMs()));
    }
    if (this.#state === 'hanging') return this.#unanswered();
    const connection = new ClockedConnection(this, onLost);
    this.#connections.add(connection);
    return Promise.resolve(connection);
  };

  /** Connections stay open, and nothing is answered. */
  hang(): void {
    this.#state = 'hanging';
  }

  /** Connections break, and new ones are refused. */
  down(): void {
    this.#state = 'down';
    for (const connection of [...this.#connections]) connection.break();
  }

  up(): void {
    this.#state = 'up';
  }

  async loseData(): Promise<void> {
    await this.client.flushAll();
  }

  async run(command: (time: string) => Promise<unknown>): Promise<unknown> {
    await this.wait(this.delays.thereMs);
    if (this.#state === 'hanging') return this.#unanswered();
    const nowUs = Math.round((this.clock.nowMs() + this.clockAheadMs) * 1_000);
    this.#pending += 1;
    let answer;
    try {
      answer = await command(`{${Math.floor(nowUs / 1_000_000)}, ${nowUs % 1_000_000}}`);
    } finally {
      this.#pending -= 1;
    }
    await this.wait(this.delays.backMs);
    return answer;
  }

  eval(text: string, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    this.scripts += 1;
    return this.client.eval(text, { keys: [...keys], arguments: args.map(String) });
  }

  send(args: readonly string[]): Promise<unknown> {
    return this.client.sendCommand(args);
  }

  wait(ms: number): Promise<void> {
    return ms === 0 ? Promise.resolve() : new Promise((resolve) => this.clock.after(ms, resolve));
  }

  forget(connection: ClockedConnection): void {
    this.#connections.delete(connection);
  }

  /** Lets time pass, millisecond by millisecond. */
  async pass(totalMs: number, eachMs: () => void = () => undefined): Promise<void> {
    for (let ms = 0; ms < totalMs; ms += 1) {
      eachMs();
      do await settled();
      while (this.#pending > 0);
      await this.clock.advance(1);
      while (this.#pending > 0) await settled();
    }
  }

  close(): void {
    this.client.destroy();
  }

  #unanswered(): Promise<never> {
    const sentMs = this.clock.nowMs();
    return new Promise((_, reject) => {
      this.clock.after(TIMEOUT_MS, () => {
        reject(new RedisAway('no answer', sentMs));
      });
    });
  }
}

class ClockedConnection implements RedisConnection {
  #isOver = false;
  readonly #onBreak = new Set<(error: Error) => void>();

  constructor(
    private readonly redis: ClockedRedis,
    private readonly onLost: (error: RedisAway) => void,
  ) {}

  run(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    return this.#do((time) => this.redis.eval(script.text.replace("redis.call('TIME')", time), keys, args));
  }

  command(...args: readonly string[]): Promise<unknown> {
    return this.#do(() => this.redis.send(args));
  }

  close(): void {
    this.#isOver = true;
    this.redis.forget(this);
    for (const reject of this.#onBreak) reject(new RedisAway('closed', this.redis.clock.nowMs()));
  }

  break(): void {
    if (this.#isOver) return;
    this.close();
    this.onLost(new RedisAway('connection closed', this.redis.clock.nowMs()));
  }

  #do(command: (time: string) => Promise<unknown>): Promise<unknown> {
    if (this.#isOver) return Promise.reject(new RedisAway('closed', this.redis.clock.nowMs()));
    return new Promise((resolve, reject) => {
      this.#onBreak.add(reject);
      this.redis
        .run(command)
        .then(resolve, reject)
        .finally(() => this.#onBreak.delete(reject));
    });
  }
}

/** The clock of one process, which can stand still: its timers fire late then. */
class ProcessClock {
  #standsUntilMs = -Infinity;

  constructor(private readonly clock: FakeClock) {}

  nowMs(): number {
    return this.clock.nowMs();
  }

  epochMs(): number {
    return this.clock.epochMs();
  }

  standStill(ms: number): void {
    this.#standsUntilMs = this.clock.nowMs() + ms;
  }

  get isStanding(): boolean {
    return this.clock.nowMs() < this.#standsUntilMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    let cancel = (): unknown => undefined;
    const fire = (): void => {
      if (this.isStanding) cancel = this.clock.after(this.#standsUntilMs - this.clock.nowMs(), fire);
      else callback();
    };
    cancel = this.clock.after(delayMs, fire);
    return () => {
      cancel();
    };
  }
}

/** One process that sends as much as it may, with a number of requests in flight. */
export class SimulatedProcess {
  readonly clock: ProcessClock;
  readonly link: RedisLink;
  readonly changes: string[] = [];
  readonly leftMs: number[] = [];
  readonly refused: unknown[] = [];
  readonly quota: QuotaWarning[] = [];
  limiter!: RateLimiter;
  #inFlight = 0;

  constructor(redis: ClockedRedis, limits: SharedLimits, assumedProcesses = 0) {
    this.clock = new ProcessClock(redis.clock);
    this.link = new RedisLink(redis.connect, this.clock, limits, assumedProcesses, ({ isJoined, reason }) => {
      this.changes.push(isJoined ? 'joined' : `away: ${reason ?? ''}`);
    });
  }

  async start(): Promise<this> {
    await this.link.open();
    this.useLimiter();
    return this;
  }

  startAway(): this {
    this.link.startAway(new RedisAway('connection refused', this.clock.nowMs()));
    this.useLimiter();
    return this;
  }

  useLimiter(): void {
    this.limiter = new SharedRateLimiters(this.link, this.clock, (warning) => this.quota.push(warning)).of(
      SCOPE,
    );
  }

  /** Asks for what it can have in flight. */
  ask(concurrency: number, latencyMs = 20): void {
    while (this.#inFlight < concurrency) {
      this.#inFlight += 1;
      this.limiter.acquire(new AbortController().signal).then(
        () => {
          this.leftMs.push(this.clock.nowMs());
          this.clock.after(latencyMs, () => {
            this.#inFlight -= 1;
            this.limiter.answered!();
          });
        },
        (error: unknown) => {
          this.refused.push(error);
          this.clock.after(latencyMs, () => (this.#inFlight -= 1));
        },
      );
    }
  }
}

/** The largest number of times within a second. */
export function mostInASecond(timesMs: readonly number[]): number {
  const sorted = [...timesMs].sort((one, other) => one - other);
  let first = 0;
  return sorted.reduce((most, timeMs, index) => {
    while (timeMs - sorted[first]! >= 1_000) first += 1;
    return Math.max(most, index - first + 1);
  }, 0);
}
