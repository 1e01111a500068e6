import { digest } from '../../runtime/index.js';

/** The host retries a failed job within minutes, and gives up after the fourth or fifth failure. */
const KEPT_MS = 60 * 60_000;
const MAX_REQUESTS = 100;

interface Unfinished {
  readonly done: Set<string>;
  readonly untilMs: number;
}

/**
 * Remembers which users of an unfinished deletion request are erased already. The host sends the whole list again, and a long list must
 * make progress with each attempt. A finished request is forgotten, so a user who was created again is erased again.
 *
 * Bounded, and per process: another replica starts from the beginning, which is harmless.
 */
export class UnfinishedDeletions {
  readonly #byRequest = new Map<string, Unfinished>();

  constructor(private readonly nowMs: () => number = Date.now) {}

  /** The users of a request that are erased so far; the caller adds to the set. Only a digest of `parts` is kept, no key or id. */
  doneOf(parts: readonly unknown[]): Set<string> {
    const key = digest(parts);
    const known = this.#byRequest.get(key);
    const done = known !== undefined && known.untilMs > this.nowMs() ? known.done : new Set<string>();
    this.#byRequest.delete(key);
    this.#byRequest.set(key, { done, untilMs: this.nowMs() + KEPT_MS });
    if (this.#byRequest.size > MAX_REQUESTS) this.#byRequest.delete(this.#byRequest.keys().next().value!);
    return done;
  }

  /** Forgets a request. */
  finished(parts: readonly unknown[]): void {
    this.#byRequest.delete(digest(parts));
  }
}
