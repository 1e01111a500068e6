import type { LimitScope, QuotaObserver, RateLimiter } from '../../router/index.js';
import { digest, type Clock } from '../../runtime/index.js';
import type { RedisLink } from '../connection/link.js';
import { SharedRateLimiter } from './shared-rate-limiter.js';
import { scopeKeys } from './take.js';

/** As many as a router keeps. */
const MOST_LIMITERS = 10_000;

/** The limiters of one process, one for each API key and base URL. They outlive the router's memory of a scope: they know what was sent in a day. */
export class SharedRateLimiters {
  readonly #limiters = new Map<string, SharedRateLimiter>();

  constructor(
    private readonly link: RedisLink,
    private readonly clock: Clock,
    private readonly onQuota: QuotaObserver = () => undefined,
  ) {}

  of(scope: LimitScope): RateLimiter {
    const name = scopeName(scope);
    const known = this.#limiters.get(name);
    if (known !== undefined) return known;
    if (this.#limiters.size >= MOST_LIMITERS) this.#forgetIdle();
    const limiter = new SharedRateLimiter(this.link, scopeKeys(name), this.clock, Math.random, this.onQuota);
    this.#limiters.set(name, limiter);
    this.link.add(limiter);
    return limiter;
  }

  #forgetIdle(): void {
    for (const [name, limiter] of this.#limiters) {
      if (!limiter.isIdle()) continue;
      this.#limiters.delete(name);
      this.link.delete(limiter);
    }
  }
}

/** A name without the API key, and of bounded length. */
function scopeName({ origin, keyFingerprint }: LimitScope): string {
  return digest([origin, keyFingerprint]);
}
