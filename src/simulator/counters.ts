import type { SimulatedRoute } from './http/routes.js';
import { SlidingSecond } from './sliding-second.js';

/** What was asked of the simulator and how it answered. Its own `/__simulator` paths do not count. */
export interface RequestCounts {
  readonly total: number;
  /** Routes that were called; those that were not are missing. */
  readonly byRoute: Readonly<Partial<Record<SimulatedRoute, number>>>;
  /** By HTTP status; `none` for those that got no answer, or half of one. */
  readonly byStatus: Readonly<Record<string, number>>;
  /** The most requests that arrived within any one second, sliding. */
  readonly peakPerSecond: number;
  /** Requests that hold on for an answer at the moment, hanging ones among them. */
  readonly inFlight: number;
  /** The most that were in flight at a time. */
  readonly peakInFlight: number;
  /** How often a client followed the redirect of the fault `redirect-302`, which would carry its key elsewhere. */
  readonly redirectsFollowed: number;
}

/** Keeps the counts. */
export class Tally {
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

  /** `status` is undefined for a request that ended without a whole answer. */
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

  /** Starts again from zero; requests in flight stay so. */
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
