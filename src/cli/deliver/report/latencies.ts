/** Each bucket is 1 % wider than the one before. */
const GROWTH = Math.log(1.01);
const SHORTEST_MS = 0.001;

/** A bucket and how many durations are in it. */
export type SavedLatencies = readonly (readonly [bucket: number, count: number])[];

/** How long requests took, within 1 %. Its memory is bounded; it can be stored and continued. */
export class Latencies {
  readonly #buckets: Map<number, number>;

  constructor(saved: SavedLatencies = []) {
    this.#buckets = new Map(saved);
  }

  add(durationMs: number): void {
    const bucket = Math.round(Math.log(Math.max(SHORTEST_MS, durationMs)) / GROWTH);
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1);
  }

  /** The duration that so many percent of all do not exceed, in milliseconds with one decimal place; null for none. */
  percentile(percent: number): number | null {
    const ascending = this.save();
    let left = (ascending.reduce((sum, [, count]) => sum + count, 0) * percent) / 100;
    for (const [bucket, count] of ascending) {
      left -= count;
      if (left <= 0) return Math.round(Math.exp(bucket * GROWTH) * 10) / 10;
    }
    return null;
  }

  /** How many durations there are in wider buckets, each `growth` times as wide as the one before; ascending, without empty ones. */
  bars(growth: number): { readonly fromMs: number; readonly toMs: number; readonly count: number }[] {
    const counts = new Map<number, number>();
    for (const [bucket, count] of this.save()) {
      const bar = Math.floor((bucket * GROWTH) / Math.log(growth));
      counts.set(bar, (counts.get(bar) ?? 0) + count);
    }
    return [...counts].map(([bar, count]) => ({ fromMs: growth ** bar, toMs: growth ** (bar + 1), count }));
  }

  save(): SavedLatencies {
    return [...this.#buckets].sort(([a], [b]) => a - b);
  }
}
