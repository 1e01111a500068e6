import type { ServerResponse } from 'node:http';
import type { Clock } from '../../runtime/index.js';

/** The time in which a request is to be answered. It is over when it has passed, and when nobody waits for the answer any longer. */
export class TimeLimit {
  /** Resolves when the time has passed, and what gives way to that has done so. */
  readonly passed: Promise<void>;
  readonly #controller = new AbortController();
  readonly #endMs: number;
  readonly #cancelTimer: () => void;
  #hasPassed = false;

  /**
   * @param ms from now
   * @param answer the answer that is waited for
   */
  constructor(
    private readonly clock: Clock,
    ms: number,
    private readonly answer: ServerResponse,
  ) {
    this.#endMs = clock.nowMs() + ms;
    let cancelTimer!: () => void;
    this.passed = new Promise((resolve) => {
      cancelTimer = clock.after(ms, () => {
        this.#hasPassed = true;
        this.giveUp();
        setImmediate(resolve);
      });
    });
    this.#cancelTimer = cancelTimer;
    // The host will send its request again.
    answer.once('close', this.giveUp);
  }

  /** Aborted when it is over: nothing more is to be begun. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get leftMs(): number {
    return Math.max(0, this.#endMs - this.clock.nowMs());
  }

  /** Whether the time has passed; not when only the client has gone. */
  get hasPassed(): boolean {
    return this.#hasPassed;
  }

  readonly giveUp = (): void => {
    this.#controller.abort();
  };

  /** Forgets the limit, once the answer is made. */
  end(): void {
    this.#cancelTimer();
    this.answer.off('close', this.giveUp);
  }
}
