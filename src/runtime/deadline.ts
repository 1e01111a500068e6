import type { Clock } from './clock.js';
import type { Signal } from './signal.js';

/** What can end a {@link Deadline} before its time. */
export interface EarlyEnds {
  readonly signal?: Signal | undefined;
  /** A response or socket: nobody waits for the result after its `close` event. */
  readonly connection?: {
    once(event: 'close', listener: () => void): unknown;
    off(event: 'close', listener: () => void): unknown;
  };
}

/** A time limit with an abort signal. The signal also aborts when a connection closes or another signal aborts. */
export class Deadline {
  /** Resolves when the time has passed, just before the signal aborts; not when the deadline is released before. */
  readonly passed: Promise<void>;
  readonly #controller = new AbortController();
  readonly #endMs: number;
  readonly #cancelTimer: () => void;
  #hasPassed = false;

  /** @param ms the time from now, in milliseconds */
  constructor(
    private readonly clock: Clock,
    ms: number,
    private readonly earlyEnds: EarlyEnds = {},
  ) {
    this.#endMs = clock.nowMs() + ms;
    let pass!: () => void;
    this.passed = new Promise((resolve) => {
      pass = resolve;
    });
    this.#cancelTimer = clock.after(ms, () => {
      this.#hasPassed = true;
      pass();
      this.abort();
    });
    earlyEnds.connection?.once('close', this.abort);
    earlyEnds.signal?.addEventListener('abort', this.abort, { once: true });
    if (earlyEnds.signal?.aborted === true) this.abort();
  }

  get signal(): Signal {
    return this.#controller.signal;
  }

  get leftMs(): number {
    return Math.max(0, this.#endMs - this.clock.nowMs());
  }

  /** Whether the time has passed; false when the deadline only ended early. */
  get hasPassed(): boolean {
    return this.#hasPassed;
  }

  /** Aborts the signal now; the time limit itself stays. */
  readonly abort = (): void => {
    this.#controller.abort();
  };

  /** Stops the timer and the listeners, once the result is there. */
  release(): void {
    this.#cancelTimer();
    this.earlyEnds.connection?.off('close', this.abort);
    this.earlyEnds.signal?.removeEventListener('abort', this.abort);
  }
}
