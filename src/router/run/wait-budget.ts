import type { RouterSettings } from '../options.js';

/** A wait of a plan, and whether the destination asked for it. */
export interface Wait {
  readonly delayMs: number;
  readonly isThrottle: boolean;
}

type Limits = Pick<RouterSettings, 'clock' | 'maxThrottleWaitMs' | 'backoffMaxMs' | 'maxPlanTimeMs'>;

/** The time that one plan may still take. */
export class WaitBudget {
  /** In requests and in waits between attempts. */
  #spentMs = 0;
  /** In waits that the destination asked for, where these have a limit of their own. */
  #throttledMs = 0;

  /** @param deadlineMs when the caller needs the outcome, on the clock of the limits */
  constructor(
    private readonly limits: Limits,
    private readonly deadlineMs: number,
  ) {}

  /** Whether waits that the destination asks for, and the attempts before them, have a limit of their own. */
  get waitsForThrottle(): boolean {
    return this.limits.maxThrottleWaitMs !== undefined;
  }

  allows({ delayMs, isThrottle }: Wait): boolean {
    const { maxThrottleWaitMs, backoffMaxMs, maxPlanTimeMs } = this.limits;
    if (this.isTooLate(delayMs)) return false;
    return isThrottle && maxThrottleWaitMs !== undefined
      ? this.#throttledMs + delayMs <= maxThrottleWaitMs
      : delayMs <= backoffMaxMs && this.#spentMs + delayMs <= maxPlanTimeMs;
  }

  noteWait({ delayMs, isThrottle }: Wait): void {
    if (isThrottle && this.waitsForThrottle) this.#throttledMs += delayMs;
    else this.#spentMs += delayMs;
  }

  /** Begins anew: what was spent in an outage does not count. */
  reset(): void {
    this.#spentMs = 0;
    this.#throttledMs = 0;
  }

  /** Whether the caller needs the outcome before such a wait ends. */
  isTooLate(delayMs: number): boolean {
    return this.limits.clock.nowMs() + delayMs > this.deadlineMs;
  }

  noteRequest(durationMs: number): void {
    this.#spentMs += durationMs;
  }
}
