import { ThrottledError } from '../../core/index.js';
import type { Signal } from '../../runtime/index.js';

/**
 * Says when the next request may be sent; one per {@link LimitScope}.
 *
 * A limiter of your own (shared between processes, say) implements this and is handed in as `RouterOptions.rateLimiter`.
 */
export interface RateLimiter {
  /**
   * Resolves when one request may be sent, which the router then does at once.
   *
   * Requests are let through in the order they asked. Rejects with the signal's reason when it is aborted before, and
   * with a `ThrottledError` `daily_quota_reached` when the wait would be hours: {@link quotaUsedUp} makes it.
   *
   * @param request stands for the request in `left`
   */
  acquire(signal: Signal, request?: object): Promise<void>;
  /**
   * Told when a request leaves, by a `fetch` that can tell (`createHttpFetch`): it may have waited for a new connection since it was let
   * through, and then arrives together with later ones.
   */
  left?(request: object): void;
  /** Told whenever an answer has come: what was sent before has arrived by now. */
  answered?(): void;
  /** The share of the day's quota that is used, from 0 to 1: for statistics. Absent: not known. */
  usedShare?(): number;
  /** Whether forgetting this limiter changes nothing: no request that it remembers counts any longer. Absent: always. */
  isIdle?(): boolean;
}

/** What one limit is about: nothing is ever shared between two API keys or two base URLs. */
export interface LimitScope {
  /** Origin of the base URL, for example `https://api.example.com`. */
  readonly origin: string;
  /** Stands for the API key, which cannot be told from it: 16 hexadecimal digits of its SHA-256. */
  readonly keyFingerprint: string;
}

/**
 * What a limiter rejects with when the requests of the last 24 hours reach its limit.
 *
 * @param waitMs how long it takes until the next request may be sent, in milliseconds
 */
export function quotaUsedUp(waitMs: number): ThrottledError {
  return new ThrottledError(
    'daily_quota_reached',
    'not sent: the requests of the last 24 hours reach requestsPerDay',
    { retryAfterMs: waitMs },
  );
}
