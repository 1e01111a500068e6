const DAY_MS = 24 * 60 * 60 * 1000;
const BUCKET_MS = 10 * 60 * 1000;

/** How many were sent in one stretch of ten minutes. */
interface Bucket {
  readonly startMs: number;
  count: number;
}

/**
 * Counts what was sent within the last 24 hours, sliding, in stretches of ten minutes.
 *
 * A stretch counts until its last millisecond is a day old, so the limit is never passed, and reached within 0.7 %.
 */
export class DayQuota {
  /** Oldest first; at most 145. */
  #buckets: Bucket[] = [];
  #used = 0;

  constructor(private readonly limit: number) {}

  isUsedUp(nowMs: number): boolean {
    this.#forget(nowMs);
    return this.#used >= this.limit;
  }

  /** Notes a send; `nowMs` never goes back. */
  add(nowMs: number): void {
    this.#used += 1;
    const last = this.#buckets.at(-1);
    if (last !== undefined && nowMs < last.startMs + BUCKET_MS) last.count += 1;
    else this.#buckets.push({ startMs: nowMs, count: 1 });
  }

  /** Whether no send counts any longer. */
  isEmpty(nowMs: number): boolean {
    this.#forget(nowMs);
    return this.#used === 0;
  }

  #forget(nowMs: number): void {
    let oldest = this.#buckets[0];
    while (oldest !== undefined && oldest.startMs + BUCKET_MS + DAY_MS <= nowMs) {
      this.#used -= oldest.count;
      this.#buckets.shift();
      oldest = this.#buckets[0];
    }
  }
}
