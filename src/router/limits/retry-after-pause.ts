import type { Clock } from '../../runtime/index.js';

/** After this time something is sent again, however long the destination asked to wait: one wrong header must not stop a service for good. */
const LONGEST_MS = 60 * 60 * 1000;

/** Whether an answer asks all requests of its API key to wait (RFC 9110, section 10.2.3; RFC 6585, section 4). */
export function asksForPause(status: number | undefined, retryAfterMs: number): boolean {
  return (status === 429 || status === 503) && retryAfterMs > 0;
}

/** The pause that the destination asks one API key and base URL for with `Retry-After`: meanwhile nothing of that scope is sent. */
export class ScopePause {
  #untilMs = -Infinity;
  #status = 0;

  constructor(private readonly clock: Pick<Clock, 'nowMs'>) {}

  /** The status of the answer that asks for the longest wait. */
  get status(): number {
    return this.#status;
  }

  /** How long nothing is to be sent from now on, in milliseconds; 0 when no pause is asked for. */
  get remainingMs(): number {
    return Math.max(0, this.#untilMs - this.clock.nowMs());
  }

  /** Notes an answer. A shorter wait never ends a longer one. */
  note(status: number | undefined, retryAfterMs = 0): void {
    if (status === undefined || !asksForPause(status, retryAfterMs)) return;
    const untilMs = this.clock.nowMs() + Math.min(retryAfterMs, LONGEST_MS);
    if (untilMs <= this.#untilMs) return;
    this.#untilMs = untilMs;
    this.#status = status;
  }
}
