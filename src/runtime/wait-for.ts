import type { Clock } from './clock.js';
import type { Signal } from './signal.js';

/**
 * Waits for one thing, or until the signal aborts: then it rejects with the signal's reason.
 *
 * @param start begins the wait and returns what stops it; it is called in any case, and stopped when the signal aborts first
 * @example
 * await waitFor(signal, (resolve) => clock.after(100, resolve));
 */
export function waitFor<T = void>(
  signal: Signal | undefined,
  start: (resolve: (value: T) => void, reject: (reason: Error) => void) => () => unknown,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let stop = (): unknown => undefined;
    const onAbort = (): void => {
      stop();
      reject(signal?.reason as Error);
    };
    const stopListening = (): void => signal?.removeEventListener('abort', onAbort);
    signal?.addEventListener('abort', onAbort, { once: true });
    stop = start(
      (value) => {
        stopListening();
        resolve(value);
      },
      (reason) => {
        stopListening();
        reject(reason);
      },
    );
    // A signal that aborted before has no event any more.
    if (signal?.aborted === true) onAbort();
  });
}

/** Resolves after `delayMs` milliseconds; rejects with the signal's reason when the signal aborts first. */
export function sleep(clock: Clock, delayMs: number, signal?: Signal): Promise<void> {
  return waitFor(signal, (resolve) => clock.after(delayMs, resolve));
}

/** Settles as the promise does, or rejects with the signal's reason when the signal aborts first. */
export function untilAborted<T>(promise: Promise<T>, signal: Signal): Promise<T> {
  return waitFor<T>(signal, (resolve, reject) => {
    // A user's JavaScript function may return anything that can be awaited.
    Promise.resolve(promise).then(resolve, reject);
    return () => undefined;
  });
}
