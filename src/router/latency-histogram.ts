/** Each bucket is this much wider than the one before: percentiles are right within 2.5 %. */
const GROWTH = 1.05;
const SMALLEST_MS = 0.1;
/** Reaches beyond an hour. */
const BUCKETS = 360;

/** Counts durations in buckets that grow with them: bounded memory, percentiles within a few per cent. */
export class LatencyHistogram {
  readonly #counts = new Uint32Array(BUCKETS);
  #total = 0;

  add(durationMs: number): void {
    const bucket = Math.ceil(Math.log(Math.max(durationMs, SMALLEST_MS) / SMALLEST_MS) / Math.log(GROWTH));
    this.#counts[Math.min(bucket, BUCKETS - 1)]! += 1;
    this.#total += 1;
  }

  /**
   * The duration in milliseconds that `share` of all (0 to 1) do not exceed; null when there are none.
   *
   * @example
   * histogram.percentileMs(0.95);
   */
  percentileMs(share: number): number | null {
    if (this.#total === 0) return null;
    const wanted = Math.max(1, Math.ceil(share * this.#total));
    let seen = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
      seen += this.#counts[bucket]!;
      if (seen >= wanted) return middleMs(bucket);
    }
    return middleMs(BUCKETS - 1);
  }
}

function middleMs(bucket: number): number {
  return Math.round(SMALLEST_MS * GROWTH ** (bucket - 0.5) * 10) / 10;
}
