import { digest } from '../../runtime/index.js';

/** The host offers a failed job again within minutes, and gives up after the fourth failure or the fifth. */
const KEPT_MS = 60 * 60_000;
const MAX_REQUESTS = 100;

interface Unfinished {
  readonly done: Set<string>;
  readonly untilMs: number;
}

/**
 * Remembers which users of a deletion request are erased already, until the request is: the host sends the whole list again, and a
 * long one must get further each time. Nothing is remembered of a finished request: whoever comes back to life is erased anew.
 *
 * Bounded, and per process: another replica begins at the beginning, which is harmless.
 */
export class UnfinishedDeletions {
  readonly #byRequest = new Map<string, Unfinished>();

  constructor(private readonly nowMs: () => number = Date.now) {}

  /** The users done so far of a request that is told by a digest of its `parts`: neither keys nor ids are kept for it. To be added to. */
  doneOf(parts: readonly unknown[]): Set<string> {
    const key = digest(parts);
    const known = this.#byRequest.get(key);
    const done = known !== undefined && known.untilMs > this.nowMs() ? known.done : new Set<string>();
    this.#byRequest.delete(key);
    this.#byRequest.set(key, { done, untilMs: this.nowMs() + KEPT_MS });
    if (this.#byRequest.size > MAX_REQUESTS) this.#byRequest.delete(this.#byRequest.keys().next().value!);
    return done;
  }

  finished(parts: readonly unknown[]): void {
    this.#byRequest.delete(digest(parts));
  }
}
