import { waitFor } from '../../runtime/index.js';

/** A bounded number of slots, given out in the order they were asked for. */
export class Semaphore {
  readonly #waiting = new Set<() => void>();
  #taken = 0;

  constructor(private readonly limit: number) {}

  /** How many slots are taken. */
  get taken(): number {
    return this.#taken;
  }

  /** Resolves with a slot, to be released; rejects with the signal's reason when that comes first. */
  acquire(signal: AbortSignal): Promise<void> {
    if (this.#taken < this.limit) {
      this.#taken += 1;
      return Promise.resolve();
    }
    return waitFor(signal, (resolve) => {
      this.#waiting.add(resolve);
      return () => this.#waiting.delete(resolve);
    });
  }

  /** Hands the slot on to who has waited longest. */
  release(): void {
    for (const next of this.#waiting) {
      this.#waiting.delete(next);
      next();
      return;
    }
    this.#taken -= 1;
  }
}
