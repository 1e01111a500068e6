import { FaultInjector } from './faults/faults.js';
import type { Exchange, RateLimit, SimulatorOptions, SimulatorSettings } from './options.js';
import { readSettings } from './read-settings.js';
import { problem, type Reply } from './http/reply.js';
import { SlidingSecond } from './sliding-second.js';
import { Tally } from './counters.js';
import { World } from './store/store.js';

const DEFAULT_KEEP_EVENTS = 100_000;
const DEFAULT_MAX_BODY_BYTES = 10 * 1024 * 1024;

/** What all exchanges of one simulator share: its world, its counts and its settings of the moment. */
export class Engine {
  readonly world: World;
  readonly tally = new Tally();
  readonly apiKey: string | undefined;
  readonly maxBodyBytes: number;
  readonly now: () => number;
  readonly onExchange: ((exchange: Exchange) => void) | undefined;
  latencyMs = 0;
  faults = new FaultInjector([]);
  /** Whether no more is to be carried out. */
  closed = true;
  #faultSettings: SimulatorSettings['faults'] = null;
  #rateLimit: RateLimit | null = null;
  #accepted = new SlidingSecond();

  constructor(options: SimulatorOptions) {
    const { keepEvents = DEFAULT_KEEP_EVENTS, undeclaredAttributes = 'drop', now = Date.now } = options;
    this.world = new World({ now, keepEvents, undeclaredAttributes });
    this.apiKey = options.apiKey;
    this.maxBodyBytes = options.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES;
    this.now = now;
    this.onExchange = options.onExchange;
    for (const model of ['user', 'account'] as const) {
      for (const attribute of options.attributes?.[model] ?? [])
        this.world.attributes.define(model, attribute);
    }
    this.configure(options);
  }

  /** Replaces the settings that are given. @throws TypeError when one is wrong; then none is replaced. */
  configure(input: unknown): void {
    const settings = readSettings(input);
    if (settings.latencyMs !== undefined) this.latencyMs = settings.latencyMs;
    if (settings.rateLimit !== undefined) this.#rateLimit = settings.rateLimit;
    if (settings.readLag !== undefined) this.world.readLag = settings.readLag;
    if (settings.faults !== undefined) {
      this.#faultSettings = settings.faults;
      this.faults = new FaultInjector(settings.faults ?? []);
    }
  }

  /** Counts and fault counters start from zero; with `all`, the world is empty again too. */
  reset(what: 'all' | 'requests'): void {
    this.tally.clear();
    this.#accepted = new SlidingSecond();
    this.faults = new FaultInjector(this.#faultSettings ?? []);
    if (what === 'all') this.world.clear();
  }

  /** The 429 for a request over the rate limit, or nothing, and then it counts against the limit. */
  throttle(): Reply | undefined {
    if (this.#rateLimit === null) return undefined;
    const { requestsPerSecond, retryAfterSeconds } = this.#rateLimit;
    const nowMs = this.now();
    if (this.#accepted.count(nowMs) < requestsPerSecond) {
      this.#accepted.add(nowMs);
      return undefined;
    }
    const reply = problem(429, 'Too many requests');
    if (retryAfterSeconds === undefined) return reply;
    return { ...reply, headers: { ...reply.headers, 'retry-after': String(retryAfterSeconds) } };
  }

  /** Waits, without keeping the process alive for it. */
  wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      setTimeout(resolve, ms).unref();
    });
  }
}
