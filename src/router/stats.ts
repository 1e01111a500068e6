import { createHistogram } from 'node:perf_hooks';
import type { ErrorCode, PlanNote } from '../core/index.js';
import { ALL_SENT, sumOf, type Unsent } from './object-memory/plan-write.js';
import type { Outcome, RequestRecord } from './run/outcome.js';

/** What a router has done so far, and what it is doing. Plain data. */
export interface RouterStats {
  /** Plans handed in and not ended: waiting for their turn or running. */
  readonly pending: number;
  /** Plans whose turn has come. */
  readonly running: number;
  /** Requests in flight, or about to be. */
  readonly inFlight: number;
  readonly delivered: number;
  /** Delivered plans that left something out, by what. */
  readonly notes: Readonly<Partial<Record<PlanNote, number>>>;
  /** Plans that failed, by code. */
  readonly failed: Readonly<Partial<Record<ErrorCode, number>>>;
  /** Requests sent, by route. */
  readonly requests: Readonly<Record<string, number>>;
  /** How many of them were repetitions. */
  readonly retries: number;
  /** Plans that may have written something twice. */
  readonly mayBeDuplicates: number;
  /** What was not sent, because the destination holds it already (`skipUnchanged`). */
  readonly unsent: Unsent;
  /** Requests that had to wait for the rate limit, and how long together. */
  readonly rateLimitWaits: { readonly count: number; readonly totalMs: number };
  /** Of all requests, in milliseconds, within 1 % and one decimal place; null before the first. Longer than an hour counts as an hour. */
  readonly latencyMs: { readonly p50: number | null; readonly p95: number | null };
  /** Lanes that `onRetryableFailure: 'blockLanes'` has blocked. */
  readonly blockedLanes: number;
  /** How long nothing is sent because the destination asks to wait (`Retry-After`), or plans wait for the day's quota, in milliseconds from now: the longest pause of all keys. */
  readonly pausedMs: number;
  /** API keys and base URLs that are paused because the destination does not answer (`outage`). */
  readonly outages: number;
  /** The share of `requestsPerDay` that is used, from 0 to 1: the largest of all API keys. */
  readonly usedShare: number;
  /** API keys and base URLs that something is remembered of. */
  readonly scopes: number;
}

/** Shorter than this is no wait, but the time that code takes. */
const SHORTEST_WAIT_MS = 1;

/** An hour, in microseconds. */
const LONGEST_US = 3_600_000_000;

/** Counts what a router does; its memory is bounded. */
export class StatsCollector {
  /** In microseconds. */
  readonly #latency = createHistogram({ lowest: 1, highest: LONGEST_US, figures: 2 });
  readonly #notes: Partial<Record<PlanNote, number>> = {};
  readonly #failed: Partial<Record<ErrorCode, number>> = {};
  readonly #requests = new Map<string, number>();
  #delivered = 0;
  #retries = 0;
  #mayBeDuplicates = 0;
  #unsent = ALL_SENT;
  #waits = 0;
  #waitedMs = 0;

  request({ route, durationMs, waitedMs }: RequestRecord): void {
    this.#requests.set(route, (this.#requests.get(route) ?? 0) + 1);
    this.#latency.record(Math.min(LONGEST_US, Math.max(1, Math.round(durationMs * 1_000))));
    if (waitedMs < SHORTEST_WAIT_MS) return;
    this.#waits += 1;
    this.#waitedMs += waitedMs;
  }

  outcome(outcome: Outcome): void {
    this.#retries += outcome.retries;
    if (outcome.mayBeDuplicate) this.#mayBeDuplicates += 1;
    if (outcome.unsent !== undefined) this.#unsent = sumOf(this.#unsent, outcome.unsent);
    if (outcome.delivered) {
      this.#delivered += 1;
      const { note } = outcome;
      if (note !== undefined) this.#notes[note] = (this.#notes[note] ?? 0) + 1;
    } else this.#failed[outcome.code] = (this.#failed[outcome.code] ?? 0) + 1;
  }

  snapshot(
    now: Pick<
      RouterStats,
      'pending' | 'running' | 'inFlight' | 'blockedLanes' | 'pausedMs' | 'outages' | 'usedShare' | 'scopes'
    >,
  ): RouterStats {
    return {
      ...now,
      delivered: this.#delivered,
      notes: { ...this.#notes },
      failed: { ...this.#failed },
      requests: Object.fromEntries(this.#requests),
      retries: this.#retries,
      mayBeDuplicates: this.#mayBeDuplicates,
      unsent: this.#unsent,
      rateLimitWaits: { count: this.#waits, totalMs: Math.round(this.#waitedMs) },
      latencyMs: { p50: this.#percentileMs(50), p95: this.#percentileMs(95) },
    };
  }

  #percentileMs(percentile: number): number | null {
    if (this.#latency.count === 0) return null;
    return Math.round(this.#latency.percentile(percentile) / 100) / 10;
  }
}
