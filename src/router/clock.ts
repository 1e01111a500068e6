import type { Signal } from './signal.js';

/** Time as the router uses it; handed in, so that tests need not sleep. */
export interface Clock {
  /** Milliseconds on a clock that never goes back. */
  nowMs(): number;
  /** Milliseconds since 1970 on the wall clock: only for what a server says in calendar time. */
  epochMs(): number;
  /** Calls back once, after `delayMs` milliseconds; what it returns takes that back. */
  after(delayMs: number, callback: () => void): () => void;
}

/** The machine's own time. */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
  epochMs: () => Date.now(),
  after(delayMs, callback) {
    // The timer keeps the process alive: somebody awaits what it ends.
    const timer = setTimeout(callback, delayMs);
    return () => {
      clearTimeout(timer);
    };
  },
};

/** Resolves after `delayMs` milliseconds; rejects with the signal's reason when that comes first. */
export function sleep(clock: Clock, delayMs: number, signal: Signal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      cancel();
      reject(signal.reason as Error);
    };
    const cancel = clock.after(delayMs, () => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
  });
}
