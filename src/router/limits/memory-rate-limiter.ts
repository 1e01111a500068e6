import { waitFor, type Clock } from '../../runtime/index.js';
import { DayQuota, type DayUsage } from './day-quota.js';
import { QuotaWarnings, type QuotaObserver } from './quota-warnings.js';
import { quotaUsedUp, type RateLimiter } from './rate-limiter.js';
import { SlidingWindow, type LoggedSend } from './sliding-window.js';

/**
 * The second of `requestsPerSecond`, with a little over: a request that is let through leaves the process a moment later, and the
 * next ones may leave sooner. Costs 2 % of the rate.
 */
const SECOND_MS = 1_020;

/** The extra time in `SECOND_MS`: the delay between grant and arrival may vary by this much without passing the limit. */
const MARGIN_MS = SECOND_MS - 1_000;

/** A timer that is later than this says that the whole machine stood still. */
const STANDSTILL_MS = 100;

/** Connections are closed when nothing was heard on them for so long (`createHttpFetch`, and the default of Node's `fetch`): then new ones must be made. */
const KEEP_ALIVE_MS = 4_000;

/** Limits of the rate; `Infinity` is none. */
export interface RateLimits {
  /** Below 1, it is one request in a longer time: 0.25 is one in four seconds. */
  readonly requestsPerSecond: number;
  readonly requestsPerDay: number;
}

/** How a limiter begins, and whom it tells of the day's quota. */
export interface MemoryRateLimiterOptions {
  /** What earlier processes sent with this API key, from their {@link MemoryRateLimiter.dayUsage}. Default: nothing. */
  readonly usedToday?: DayUsage | undefined;
  /** Told at 80 % and at 100 % of `requestsPerDay`. */
  readonly onQuota?: QuotaObserver | undefined;
}

/** A limiter that knows what this process has sent. */
export interface MemoryRateLimiter extends RateLimiter {
  /** The requests of the last 24 hours, to be given to a later process. Empty without a limit for the day. */
  dayUsage(): DayUsage;
}

/** A limiter for one process; what it knows is lost with it, unless its user keeps `dayUsage()`. */
export function createMemoryRateLimiter(
  limits: RateLimits,
  clock: Clock,
  options: MemoryRateLimiterOptions = {},
): MemoryRateLimiter {
  const unlimited = limits.requestsPerSecond === Infinity && limits.requestsPerDay === Infinity;
  return unlimited ? UNLIMITED : new SlidingRateLimiter(limits, clock, options);
}

const UNLIMITED: MemoryRateLimiter = {
  acquire: () => Promise.resolve(),
  dayUsage: () => ({ sent: [] }),
};

interface Waiting {
  readonly request: object | undefined;
  readonly grant: () => void;
  readonly refuse: (error: Error) => void;
}

class SlidingRateLimiter implements MemoryRateLimiter {
  readonly #clock: Clock;
  readonly #second: SlidingWindow | undefined;
  readonly #day: DayQuota | undefined;
  readonly #requestsPerDay: number;
  readonly #warnings: QuotaWarnings;
  readonly #waiting = new Set<Waiting>();
  /** What was let through, until it has left. */
  readonly #leaving = new WeakMap<object, LoggedSend>();
  #cancelTimer: (() => void) | undefined;
  #answeredMs = -Infinity;
  /** Sends that had to wait for a connection, none of which was answered yet. */
  #connecting = 0;

  constructor(
    { requestsPerSecond, requestsPerDay }: RateLimits,
    clock: Clock,
    { usedToday, onQuota }: MemoryRateLimiterOptions,
  ) {
    this.#clock = clock;
    this.#requestsPerDay = requestsPerDay;
    this.#warnings = new QuotaWarnings(requestsPerDay, onQuota);
    if (requestsPerSecond !== Infinity) {
      const limit = Math.max(1, requestsPerSecond);
      this.#second = new SlidingWindow(limit, (SECOND_MS * limit) / requestsPerSecond);
    }
    if (requestsPerDay !== Infinity) this.#day = new DayQuota(requestsPerDay);
    if (usedToday !== undefined) this.#day?.restore(usedToday, this.#now());
  }

  acquire(signal: AbortSignal, request?: object): Promise<void> {
    const nowMs = this.#clock.nowMs();
    const refusal = this.#refusal(nowMs);
    if (refusal !== undefined) return Promise.reject(refusal);
    if (this.#waiting.size === 0 && this.#mayGrant(nowMs)) {
      this.#note(nowMs, request);
      return Promise.resolve();
    }
    return this.#wait(signal, request);
  }

  /** What waited for a connection counts from when it left; see `#watchLeaving` for the margin. */
  left(request: object): void {
    const send = this.#leaving.get(request);
    const nowMs = this.#clock.nowMs();
    if (send !== undefined && nowMs - send.ms > MARGIN_MS / 2)
      this.#second?.redate(send, nowMs - MARGIN_MS / 2);
  }

  /**
   * The first requests after a pause are held up by their new connections, and arrive together with later ones: measured at a server, 200
   * in one second where 180 are allowed. So they count from the first answer on.
   */
  answered(): void {
    this.#answeredMs = this.#clock.nowMs();
    if (this.#connecting === 0) return;
    this.#second?.postpone(this.#connecting, this.#answeredMs);
    this.#connecting = 0;
  }

  isIdle(): boolean {
    const nowMs = this.#clock.nowMs();
    const free = (log: SlidingWindow | DayQuota | undefined): boolean => log?.isEmpty(nowMs) ?? true;
    return this.#waiting.size === 0 && free(this.#second) && free(this.#day);
  }

  usedShare(): number {
    return (this.#day?.used(this.#clock.nowMs()) ?? 0) / this.#requestsPerDay;
  }

  dayUsage(): DayUsage {
    return this.#day?.usage(this.#now()) ?? { sent: [] };
  }

  #now(): { nowMs: number; epochMs: number } {
    return { nowMs: this.#clock.nowMs(), epochMs: this.#clock.epochMs() };
  }

  /** Why no request may be sent for hours; `undefined` when that is not so. */
  #refusal(nowMs: number): Error | undefined {
    const day = this.#day;
    if (day?.isUsedUp(nowMs) !== true) return undefined;
    this.#warn(day, nowMs);
    return quotaUsedUp(day.waitMs(nowMs));
  }

  #warn(day: DayQuota, nowMs: number): void {
    this.#warnings.note({ used: day.used(nowMs), waitMs: day.waitMs(nowMs) });
  }

  #mayGrant(nowMs: number): boolean {
    return this.#second === undefined || this.#second.nextMs <= nowMs;
  }

  #note(nowMs: number, request: object | undefined): void {
    if (nowMs - this.#answeredMs > KEEP_ALIVE_MS) this.#connecting += 1;
    if (this.#day !== undefined) {
      this.#day.add(nowMs);
      this.#warn(this.#day, nowMs);
    }
    if (this.#second === undefined) return;
    const send = this.#second.add(nowMs);
    if (request !== undefined) this.#leaving.set(request, send);
    this.#watchLeaving(this.#second, send, nowMs);
  }

  /**
   * A busy process writes to its sockets late, too: what was let through counts from when it left. Half of the margin is spent by then at most, and
   * the other half stays: with all of it, lateness would count twice.
   */
  #watchLeaving(second: SlidingWindow, send: LoggedSend, nowMs: number): void {
    this.#clock.after(0, () => {
      const laterMs = this.#clock.nowMs();
      if (laterMs - nowMs > MARGIN_MS / 2) second.postponeFrom(send, laterMs - MARGIN_MS / 2);
    });
  }

  #wait(signal: AbortSignal, request: object | undefined): Promise<void> {
    return waitFor(signal, (grant, refuse) => {
      const waiting: Waiting = { request, grant, refuse };
      this.#waiting.add(waiting);
      this.#startTimer();
      return () => {
        this.#waiting.delete(waiting);
        if (this.#waiting.size === 0) this.#stopTimer();
      };
    });
  }

  #startTimer(): void {
    if (this.#cancelTimer !== undefined || this.#second === undefined) return;
    // Whole milliseconds, rounded up: a timer drops the fraction, and would come too soon.
    const delayMs = Math.max(1, Math.ceil(this.#second.nextMs - this.#clock.nowMs()));
    const dueMs = this.#clock.nowMs() + delayMs;
    this.#cancelTimer = this.#clock.after(delayMs, () => {
      this.#cancelTimer = undefined;
      this.#noteStandstill(dueMs);
      this.#grantWaiting();
    });
  }

  /** What left shortly before a machine stood still may arrive only now, together with what leaves now. */
  #noteStandstill(dueMs: number): void {
    const nowMs = this.#clock.nowMs();
    if (nowMs - dueMs > STANDSTILL_MS) this.#second?.postponeSince(dueMs - STANDSTILL_MS, nowMs);
  }

  #stopTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #grantWaiting(): void {
    for (const waiting of this.#waiting) {
      const nowMs = this.#clock.nowMs();
      const refusal = this.#refusal(nowMs);
      if (refusal !== undefined) {
        this.#waiting.delete(waiting);
        waiting.refuse(refusal);
      } else if (this.#mayGrant(nowMs)) {
        this.#waiting.delete(waiting);
        this.#note(nowMs, waiting.request);
        waiting.grant();
      } else {
        this.#startTimer();
        return;
      }
    }
  }
}
