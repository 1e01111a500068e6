import type { Clock } from '../../runtime/index.js';

/** After this time something is sent again, however long the destination asked to wait: one wrong header must not stop a service for good. */
const LONGEST_MS = 60 * 60 * 1000;

/** Whether an answer asks all requests of its API key to wait (RFC 9110, section 10.2.3; RFC 6585, section 4). */
export function asksForPause(status: number | undefined, retryAfterMs: number): boolean {
  return (status === 429 || status === 503) && retryAfterMs > 0;
}

/**
 * Until when nothing is sent with one API key to one base URL: the destination asks for a pause with `Retry-After`, or the day's quota is used
 * up and plans wait for it.
 */
export class ScopePause {
  #askedUntilMs = -Infinity;
  #quotaUntilMs = -Infinity;
  #status = 0;

  constructor(private readonly clock: Pick<Clock, 'nowMs'>) {}

  /** The status of the answer that asks for the longest wait; `undefined`: the day's quota is what lasts longest. */
  get status(): number | undefined {
    return this.#quotaUntilMs > this.#askedUntilMs ? undefined : this.#status;
  }

  /** How long nothing is to be sent from now on, in milliseconds; 0 when there is no pause. */
  get remainingMs(): number {
    return this.#until(Math.max(this.#askedUntilMs, this.#quotaUntilMs));
  }

  /** The same for what the destination asks for: a request that the quota still allowed waits for nothing else. */
  get askedMs(): number {
    return this.#until(this.#askedUntilMs);
  }

  /** Notes an answer. A shorter wait never ends a longer one. */
  note(status: number | undefined, retryAfterMs = 0): void {
    if (status === undefined || !asksForPause(status, retryAfterMs)) return;
    const untilMs = this.#from(retryAfterMs);
    if (untilMs <= this.#askedUntilMs) return;
    this.#askedUntilMs = untilMs;
    this.#status = status;
  }

  /** Notes that the day's quota is used up for so long. */
  noteQuota(waitMs: number): void {
    // At least a moment: who asked must not ask again at once.
    this.#quotaUntilMs = Math.max(this.#quotaUntilMs, this.#from(Math.max(1, waitMs)));
  }

  #from(waitMs: number): number {
    return this.clock.nowMs() + Math.min(waitMs, LONGEST_MS);
  }

  #until(timeMs: number): number {
    return Math.max(0, timeMs - this.clock.nowMs());
  }
}
