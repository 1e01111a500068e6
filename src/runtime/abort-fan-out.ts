import type { Signal } from './signal.js';

/** Hears many listeners for one signal by a single event listener: Node warns of more than ten on the same signal. */
export class AbortFanOut {
  readonly #listeners = new WeakMap<Signal, Set<() => void>>();

  /** Calls back when the signal aborts, at once when it already has; what it returns takes that back. */
  listen(signal: Signal | undefined, callback: () => void): () => void {
    if (signal === undefined) return () => undefined;
    if (signal.aborted) {
      callback();
      return () => undefined;
    }
    const listeners = this.#listenersOf(signal);
    listeners.add(callback);
    return () => listeners.delete(callback);
  }

  #listenersOf(signal: Signal): Set<() => void> {
    const known = this.#listeners.get(signal);
    if (known !== undefined) return known;
    const listeners = new Set<() => void>();
    this.#listeners.set(signal, listeners);
    signal.addEventListener(
      'abort',
      () => {
        for (const listener of [...listeners]) listener();
      },
      { once: true },
    );
    return listeners;
  }
}
