import { ThrottledError } from '../core/errors.js';
import type { Clock } from './clock.js';
import { DayQuota } from './day-quota.js';
import type { RateLimiter } from './rate-limiter.js';
import { SlidingWindow } from './sliding-window.js';

/**
 * The second of `requestsPerSecond`, with a little over: a request that is let through leaves the process a moment later, and the
 * next ones may leave sooner. Costs 2 % of the rate.
 */
const SECOND_MS = 1_020;

/** Limits of the rate; `Infinity` is none. */
export interface RateLimits {
  readonly requestsPerSecond: number;
  readonly requestsPerDay: number;
}

/** A limiter for one process; what it knows is lost with it. */
export function createMemoryRateLimiter(limits: RateLimits, clock: Clock): RateLimiter {
  const unlimited = limits.requestsPerSecond === Infinity && limits.requestsPerDay === Infinity;
  return unlimited ? UNLIMITED : new MemoryRateLimiter(limits, clock);
}

const UNLIMITED: RateLimiter = { acquire: () => Promise.resolve() };

interface Waiting {
  readonly grant: () => void;
  readonly refuse: (error: Error) => void;
}

class MemoryRateLimiter implements RateLimiter {
  readonly #clock: Clock;
  readonly #second: SlidingWindow | undefined;
  readonly #day: DayQuota | undefined;
  readonly #waiting = new Set<Waiting>();
  #cancelTimer: (() => void) | undefined;

  constructor({ requestsPerSecond, requestsPerDay }: RateLimits, clock: Clock) {
    this.#clock = clock;
    if (requestsPerSecond !== Infinity) this.#second = new SlidingWindow(requestsPerSecond, SECOND_MS);
    if (requestsPerDay !== Infinity) this.#day = new DayQuota(requestsPerDay);
  }

  acquire(signal: AbortSignal): Promise<void> {
    const nowMs = this.#clock.nowMs();
    if (this.#day?.isUsedUp(nowMs) === true) return Promise.reject(quotaReached());
    if (this.#waiting.size === 0 && this.#mayGrant(nowMs)) {
      this.#note(nowMs);
      return Promise.resolve();
    }
    return this.#wait(signal);
  }

  isIdle(): boolean {
    const nowMs = this.#clock.nowMs();
    const free = (log: SlidingWindow | DayQuota | undefined): boolean => log?.isEmpty(nowMs) ?? true;
    return this.#waiting.size === 0 && free(this.#second) && free(this.#day);
  }

  #mayGrant(nowMs: number): boolean {
    return this.#second === undefined || this.#second.nextMs <= nowMs;
  }

  #note(nowMs: number): void {
    this.#second?.add(nowMs);
    this.#day?.add(nowMs);
  }

  #wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#waiting.delete(waiting);
        if (this.#waiting.size === 0) this.#stopTimer();
        reject(signal.reason as Error);
      };
      const settle = (how: () => void): void => {
        signal.removeEventListener('abort', onAbort);
        how();
      };
      const waiting: Waiting = {
        grant: () => {
          settle(resolve);
        },
        refuse: (error) => {
          settle(() => {
            reject(error);
          });
        },
      };
      this.#waiting.add(waiting);
      signal.addEventListener('abort', onAbort, { once: true });
      if (signal.aborted) onAbort();
      else this.#startTimer();
    });
  }

  #startTimer(): void {
    if (this.#cancelTimer !== undefined || this.#second === undefined) return;
    // Whole milliseconds, rounded up: a timer drops the fraction, and would come too soon.
    const delayMs = Math.max(1, Math.ceil(this.#second.nextMs - this.#clock.nowMs()));
    this.#cancelTimer = this.#clock.after(delayMs, () => {
      this.#cancelTimer = undefined;
      this.#grantWaiting();
    });
  }

  #stopTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #grantWaiting(): void {
    for (const waiting of this.#waiting) {
      const nowMs = this.#clock.nowMs();
      if (this.#day?.isUsedUp(nowMs) === true) {
        this.#waiting.delete(waiting);
        waiting.refuse(quotaReached());
      } else if (this.#mayGrant(nowMs)) {
        this.#waiting.delete(waiting);
        this.#note(nowMs);
        waiting.grant();
      } else {
        this.#startTimer();
        return;
      }
    }
  }
}

function quotaReached(): ThrottledError {
  return new ThrottledError(
    'daily_quota_reached',
    'not sent: the requests of the last 24 hours reach requestsPerDay',
  );
}
