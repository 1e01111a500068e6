import { RequestCounters, SlidingSecond } from './counters.js';
import { FaultInjector } from './faults/index.js';
import { problem, type Reply } from './http/index.js';
import type {
  KeyPermissions,
  RateLimit,
  Refusal,
  RequestLogEntry,
  SimulatorOptions,
  SimulatorSettings,
} from './options.js';
import { parseSettings } from './parse-settings.js';
import { Store } from './store/index.js';

const DEFAULT_KEEP_EVENTS = 100_000;
const DEFAULT_MAX_BODY_BYTES = 10 * 1024 * 1024;

/** What all requests to one simulator share: its store, its counters and its current settings. */
export class Engine {
  readonly store: Store;
  readonly counters = new RequestCounters();
  readonly apiKey: string | undefined;
  readonly maxBodyBytes: number;
  readonly now: () => number;
  readonly onRequestEnd: ((entry: RequestLogEntry) => void) | undefined;
  latencyMs = (): number => 0;
  #permissions: KeyPermissions | null = null;
  faults = new FaultInjector([]);
  /** A closed simulator carries out no request, not even one that is in flight. */
  closed = true;
  #faultSettings: SimulatorSettings['faults'] = null;
  #rateLimit: RateLimit | null = null;
  #accepted = new SlidingSecond();

  constructor(options: SimulatorOptions) {
    const { keepEvents = DEFAULT_KEEP_EVENTS, undeclaredAttributes = 'drop', now = Date.now } = options;
    const { products = [] } = options;
    this.store = new Store({ now, keepEvents, undeclaredAttributes, products });
    this.apiKey = options.apiKey;
    this.maxBodyBytes = options.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES;
    this.now = now;
    this.onRequestEnd = options.onRequestEnd;
    for (const model of ['user', 'account'] as const) {
      for (const attribute of options.attributes?.[model] ?? [])
        this.store.attributes.define(model, attribute);
    }
    this.configure(options);
  }

  /**
   * Replaces the given settings.
   *
   * @throws TypeError when one is wrong; then all settings stay as they were.
   */
  configure(input: unknown): void {
    const settings = parseSettings(input);
    const { latencyMs } = settings;
    if (latencyMs !== undefined)
      this.latencyMs = typeof latencyMs === 'function' ? latencyMs : () => latencyMs;
    if (settings.rateLimit !== undefined) this.#rateLimit = settings.rateLimit;
    if (settings.permissions !== undefined) this.#permissions = settings.permissions;
    if (settings.readLag !== undefined) this.store.readLag = settings.readLag;
    if (settings.faults !== undefined) {
      this.#faultSettings = settings.faults;
      this.faults = new FaultInjector(settings.faults ?? []);
    }
  }

  /** Sets the request counters and the counters of the faults to zero; `all` empties the store, too. */
  reset(what: 'all' | 'requests'): void {
    this.counters.clear();
    this.#accepted = new SlidingSecond();
    this.faults = new FaultInjector(this.#faultSettings ?? []);
    if (what === 'all') this.store.clear();
  }

  /**
   * Returns the 429 for a request over the rate limit; otherwise counts the request and returns undefined.
   */
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

  /** How a call is refused that the key may not make; undefined when it may. */
  refusalOf(permission: 'read' | 'write'): Refusal | undefined {
    const permissions = this.#permissions;
    return permissions === null || permissions[permission] ? undefined : (permissions.refusal ?? '403');
  }

  /** Waits; the timer does not keep the process alive. */
  wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      setTimeout(resolve, ms).unref();
    });
  }
}
