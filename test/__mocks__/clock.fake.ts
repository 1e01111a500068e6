import type { Clock } from '../../src/runtime/clock';

interface Timer {
  readonly dueMs: number;
  readonly callback: () => void;
}

/** A clock whose time passes only when a test advances it. */
export class FakeClock implements Clock {
  readonly #timers = new Set<Timer>();
  #nowMs = 0;

  /** @param startEpochMs the wall clock at the start, in milliseconds since 1970 */
  constructor(private readonly startEpochMs = Date.UTC(2024, 0, 1)) {}

  nowMs(): number {
    return this.#nowMs;
  }

  epochMs(): number {
    return this.startEpochMs + this.#nowMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { dueMs: this.#nowMs + delayMs, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** The number of pending timers. */
  get waiting(): number {
    return this.#timers.size;
  }

  /** Advances the time and fires every timer that becomes due. */
  async advance(byMs: number): Promise<void> {
    const endMs = this.#nowMs + byMs;
    await settled();
    for (let next = this.#next(); next !== undefined && next.dueMs <= endMs; next = this.#next()) {
      await this.#fire(next);
    }
    this.#nowMs = endMs;
  }

  /** Advances the time to the next timer; false when there is none. */
  async step(): Promise<boolean> {
    const next = this.#next();
    if (next !== undefined) await this.#fire(next);
    return next !== undefined;
  }

  /** Advances the time from timer to timer until the promise settles. @throws when no timer is left */
  async runUntil<T>(promise: Promise<T>): Promise<T> {
    let over = false;
    const watched = promise.finally(() => {
      over = true;
    });
    watched.catch(() => undefined);
    await settled();
    for (; !over; await settled()) {
      const next = this.#next();
      if (next === undefined) {
        await settled();
        if (over) break;
        throw new Error('stuck: no timer is left, and the promise is not settled');
      }
      await this.#fire(next);
    }
    return watched;
  }

  #next(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) if (first === undefined || timer.dueMs < first.dueMs) first = timer;
    return first;
  }

  async #fire(timer: Timer): Promise<void> {
    this.#timers.delete(timer);
    this.#nowMs = Math.max(this.#nowMs, timer.dueMs);
    timer.callback();
    await settled();
  }
}

/** Resolves when everything has run that needs no time to pass. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
