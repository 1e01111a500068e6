/** Time as the router uses it; handed in, so that tests need not sleep. */
export interface Clock {
  /** Milliseconds on a clock that never goes back. */
  nowMs(): number;
  /** Milliseconds since 1970 on the wall clock: only for what a server says in calendar time. */
  epochMs(): number;
  /**
   * Calls back once, after `delayMs` milliseconds. The returned function cancels the call. With 0 it calls back after the
   * work that is already queued, including I/O that is ready.
   */
  after(delayMs: number, callback: () => void): () => void;
}

/** The machine's own time. */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
  epochMs: () => Date.now(),
  after(delayMs, callback) {
    if (delayMs <= 0) return soon(callback);
    let cancel = (): void => undefined;
    const start = (leftMs: number): void => {
      const partMs = Math.min(leftMs, LONGEST_TIMER_MS);
      // The timer keeps the process alive: somebody awaits what it ends.
      const timer = setTimeout(() => {
        if (leftMs > partMs) start(leftMs - partMs);
        else callback();
      }, partMs);
      cancel = () => {
        clearTimeout(timer);
      };
    };
    start(delayMs);
    return () => {
      cancel();
    };
  },
};

/** A longer timer of Node would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Calls back at the end of this round of the event loop. A client writes a request to a used connection there as well, after it has read what is
 * new on it (undici 7.30): so the callback is queued behind that, when all that can run before has run. A timer would come a round later.
 */
function soon(callback: () => void): () => void {
  let isWanted = true;
  const run = (): void => {
    if (isWanted) callback();
  };
  queueMicrotask(() => {
    process.nextTick(setImmediate, run);
  });
  return () => {
    isWanted = false;
  };
}
