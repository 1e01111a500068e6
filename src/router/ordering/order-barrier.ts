/** The barrier keeps no more names than this: then it blocks every name, so that memory stays bounded. */
const MAX_NAMES = 100_000;

/**
 * The lanes, or ordering keys, in which a job failed and must be sent again before any later job. It knows the order by
 * numbers: a failure blocks higher numbers only.
 */
export class OrderBarrier {
  /** For each name, the number of the first job that failed. */
  readonly #since = new Map<string, number>();
  #allSince = Infinity;

  /** How many names are blocked. */
  get size(): number {
    return this.#since.size;
  }

  /** Blocks all jobs of these names that come after a failed one. */
  block(names: readonly string[], failed: number): void {
    for (const name of names) {
      const since = this.#since.get(name);
      if (since === undefined && this.#since.size >= MAX_NAMES)
        this.#allSince = Math.min(this.#allSince, failed);
      else this.#since.set(name, Math.min(failed, since ?? Infinity));
    }
  }

  /** Whether a job of these names comes after one that failed. */
  blocks(names: readonly string[], number: number): boolean {
    return names.some((name) => number > Math.min(this.#allSince, this.#since.get(name) ?? Infinity));
  }
}
