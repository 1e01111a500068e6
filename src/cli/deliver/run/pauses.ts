import type { OutageChange, QuotaWarning } from '../../../router/index.js';
import { count, duration } from '../../output/quantities.js';
import type { PauseLog } from '../record/pause-log.js';

/** Why a run sends nothing, and for how long, in milliseconds. */
export interface Pause {
  /** `asked`: PX asks for it. `outage`: PX does not answer; with 0 ms, a request is under way. `quota`: the requests of the day are used up. */
  readonly why: 'asked' | 'outage' | 'quota';
  readonly ms: number;
}

/** The pauses of a run: for its progress, and as lines for its user. */
export class Pauses {
  #askedUntilMs = 0;
  #quotaUntilMs = 0;
  #nextTryMs: number | undefined;

  /**
   * @param nowMs a clock that never goes back
   * @param show shows a line that says what changes
   * @param log gets the pauses, for a report; default: none
   */
  constructor(
    private readonly nowMs: () => number,
    private show: (line: string) => void,
    private readonly log?: PauseLog,
  ) {}

  /** Shows the lines from now on in another place. */
  showWith(show: (line: string) => void): void {
    this.show = show;
  }

  /** The present pause. In an outage the next try says most, and the quota lasts longest. */
  get current(): Pause | undefined {
    const nowMs = this.nowMs();
    if (this.#quotaUntilMs > nowMs) return { why: 'quota', ms: this.#quotaUntilMs - nowMs };
    if (this.#nextTryMs !== undefined) return { why: 'outage', ms: Math.max(0, this.#nextTryMs - nowMs) };
    return this.#askedUntilMs > nowMs ? { why: 'asked', ms: this.#askedUntilMs - nowMs } : undefined;
  }

  /** PX asks to send nothing for so long. */
  noteAsked(ms: number): void {
    const nowMs = this.nowMs();
    this.#askedUntilMs = Math.max(this.#askedUntilMs, nowMs + ms);
    this.log?.add('asked', nowMs, nowMs + ms);
  }

  noteOutage({ state, nextTryMs, pausedMs, cause }: OutageChange, retryForMs: number): void {
    const wasPaused = this.#nextTryMs !== undefined;
    const nowMs = this.nowMs();
    this.#nextTryMs = state === 'paused' ? nowMs + nextTryMs : undefined;
    this.log?.add('outage', nowMs - pausedMs, nowMs + nextTryMs);
    if (state === 'resumed') this.show(`PX answers again, after ${duration(pausedMs)}`);
    if (state !== 'paused' || wasPaused) return;
    this.show(`PX is not answering (${cause}): waiting for it, for ${duration(retryForMs)} at most`);
  }

  /** @param waits whether the run waits for the next request, or stops */
  noteQuota({ level, used, limit, waitMs }: QuotaWarning, waits: boolean): void {
    if (level === 'low') {
      this.show(`${count(used)} of the ${count(limit)} requests of 24 hours (--requests-per-day) are used`);
      return;
    }
    if (waits) {
      const nowMs = this.nowMs();
      this.#quotaUntilMs = nowMs + waitMs;
      this.log?.add('quota', nowMs, this.#quotaUntilMs);
    }
    const next = `the next one is possible in ${duration(waitMs)}`;
    this.show(`all ${count(limit)} requests of 24 hours (--requests-per-day) are used: ${next}`);
  }
}
