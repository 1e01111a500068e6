import type { LimitScope } from './rate-limiter.js';

/** How the router behaves while the destination does not answer. */
export interface OutageOptions {
  /**
   * How long one pause lasts at most, in milliseconds: then what had begun ends as retryable, and nothing else begins. 0 or more; `Infinity`
   * for no limit; 0: there is no pause.
   */
  readonly retryForMs: number;
  /** Told when a pause begins or ends, and before each wait for the next try. What it throws is ignored. */
  readonly onChange?: (change: OutageChange, scope: LimitScope) => void;
}

/** What an outage changes. */
export interface OutageChange {
  /**
   * `paused`: nothing is sent until the next try. `resumed`: the destination answers again. `givenUp`: it has not answered for `retryForMs`;
   * told before the plans that wait get their outcomes.
   */
  readonly state: 'paused' | 'resumed' | 'givenUp';
  /** How long it takes until the next try, in milliseconds; 0 unless `paused`. */
  readonly nextTryMs: number;
  /** How long the pause has lasted, in milliseconds. */
  readonly pausedMs: number;
  /** What came back last: `ECONNREFUSED`, `TIMEOUT`, `503` …; after a `resumed`, before the answer. */
  readonly cause: string;
}
