import type { SimulatedRoute } from './calls/index.js';

/** Counts of requests and answers, without the requests to `/__simulator`. */
export interface RequestCounts {
  readonly total: number;
  /** Calls by route; a route without calls is missing. */
  readonly byRoute: Readonly<Partial<Record<SimulatedRoute, number>>>;
  /** Answers by HTTP status; `none` counts the requests without a complete answer. */
  readonly byStatus: Readonly<Record<string, number>>;
  /** The most requests that arrived within any second (sliding window). */
  readonly peakPerSecond: number;
  /** Requests without an answer so far, hanging ones included. */
  readonly inFlight: number;
  /** The most requests in flight at the same time. */
  readonly peakInFlight: number;
  /**
   * How often a client followed the redirect of the fault `redirect-302`; a real redirect would leak its key.
   */
  readonly redirectsFollowed: number;
}

/** Counts requests and answers. */
export class RequestCounters {
  #byRoute = new Map<SimulatedRoute, number>();
  #byStatus = new Map<string, number>();
  #second = new SlidingSecond();
  #total = 0;
  #inFlight = 0;
  #peakPerSecond = 0;
  #peakInFlight = 0;
  redirectsFollowed = 0;

  arrived(route: SimulatedRoute, nowMs: number): void {
    this.#total += 1;
    this.#inFlight += 1;
    this.#peakInFlight = Math.max(this.#peakInFlight, this.#inFlight);
    this.#byRoute.set(route, (this.#byRoute.get(route) ?? 0) + 1);
    this.#second.add(nowMs);
    this.#peakPerSecond = Math.max(this.#peakPerSecond, this.#second.count(nowMs));
  }

  /** `status` is undefined for a request that ended without a complete answer. */
  ended(status: number | undefined): void {
    const key = String(status ?? 'none');
    this.#inFlight -= 1;
    this.#byStatus.set(key, (this.#byStatus.get(key) ?? 0) + 1);
  }

  read(): RequestCounts {
    return {
      total: this.#total,
      byRoute: sorted(this.#byRoute),
      byStatus: sorted(this.#byStatus),
      peakPerSecond: this.#peakPerSecond,
      inFlight: this.#inFlight,
      peakInFlight: this.#peakInFlight,
      redirectsFollowed: this.redirectsFollowed,
    };
  }

  /** Sets all counts to zero, but keeps the requests in flight. */
  clear(): void {
    this.#byRoute.clear();
    this.#byStatus.clear();
    this.#second = new SlidingSecond();
    this.#total = this.#peakPerSecond = this.redirectsFollowed = 0;
    this.#peakInFlight = this.#inFlight;
  }
}

function sorted<Key extends string>(
  counts: ReadonlyMap<Key, number>,
): Partial<Record<Key, number>> & Record<string, number> {
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1))) as Record<Key, number>;
}

/** Counts the events of the last 1000 ms. */
export class SlidingSecond {
  #timesMs: number[] = [];
  #first = 0;

  /** Adds an event at `nowMs`. */
  add(nowMs: number): void {
    this.#timesMs.push(nowMs);
  }

  /** The number of events in the second that ends at `nowMs`. */
  count(nowMs: number): number {
    while (this.#first < this.#timesMs.length && this.#timesMs[this.#first]! <= nowMs - 1000)
      this.#first += 1;
    // Removes old times in bulk: shifting the array for each request would cost more than the request.
    if (this.#first > 1024 && this.#first * 2 > this.#timesMs.length) {
      this.#timesMs = this.#timesMs.slice(this.#first);
      this.#first = 0;
    }
    return this.#timesMs.length - this.#first;
  }
}
