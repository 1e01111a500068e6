import { systemClock, type OutageChange } from '../../router/index.js';
import type { ServiceLog } from '../../service/index.js';

/** Whether PX answers, for the log, the metrics and `/health`. */
export class OutageState {
  #nextTryAtMs: number | undefined;

  constructor(private readonly log: ServiceLog) {}

  /** Whether PX does not answer, so that nothing is sent but one try now and then. */
  get isAway(): boolean {
    return this.#nextTryAtMs !== undefined;
  }

  /** How long it takes until the next try, in milliseconds. */
  get nextTryMs(): number {
    return Math.max(0, Math.round((this.#nextTryAtMs ?? 0) - systemClock.nowMs()));
  }

  readonly note = ({ state, nextTryMs, pausedMs, cause }: OutageChange): void => {
    const seconds = Math.round(pausedMs / 1_000);
    if (state === 'resumed') this.log.info({ seconds }, 'PX answers again');
    else if (!this.isAway)
      this.log.warn({ cause, nextTryMs: Math.round(nextTryMs) }, 'PX does not answer; the worker waits');
    else this.log.warn({ cause, seconds, nextTryMs: Math.round(nextTryMs) }, 'PX still does not answer');
    this.#nextTryAtMs = state === 'resumed' ? undefined : systemClock.nowMs() + nextTryMs;
  };
}
