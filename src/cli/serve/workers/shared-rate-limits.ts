import {
  createMemoryRateLimiter,
  isDestinationError,
  type Clock,
  type LimitScope,
  type RateLimiter,
} from '../../../router/index.js';
import type { RateLimits } from '../../../router/index.js';
import type { ToWorker } from './messages.js';

/**
 * How long a permit counts after its request has left. A little over a second: the way to PX takes longer for some requests than for
 * others, as in the router's own limiter.
 */
const SECOND_MS = 1_020;

interface Ask {
  readonly worker: number;
  readonly id: number;
}

const keyOf = (worker: number, id: number): string => `${worker} ${id}`;

/**
 * The limits of all workers, in the primary process. A worker asks before each request, and says when the request has left. A permit
 * is taken from the grant until a second after that: so no second, wherever it begins, has more requests than the limit, however
 * long a message between processes takes. Whichever workers are busy share all of it, in the order of asking.
 */
export class SharedRateLimits {
  readonly #scopes = new Map<string, ScopeLimit>();
  /** Where each ask that is not over belongs. */
  readonly #asks = new Map<string, ScopeLimit>();

  /** @param send hands a message to a worker */
  constructor(
    private readonly limits: RateLimits,
    private readonly clock: Clock,
    private readonly send: (worker: number, message: ToWorker) => void,
  ) {}

  /** How many API keys and base URLs are in memory. */
  get size(): number {
    return this.#scopes.size;
  }

  ask(worker: number, id: number, scope: LimitScope): void {
    const limit = this.#scopeOf(scope);
    this.#asks.set(keyOf(worker, id), limit);
    limit.ask({ worker, id });
  }

  /** A worker does not want to send any more, whether its permit is on the way or not. */
  withdraw(worker: number, id: number): void {
    this.#asks.get(keyOf(worker, id))?.withdraw({ worker, id });
    this.#asks.delete(keyOf(worker, id));
  }

  /** A request has left a worker. */
  left(worker: number, id: number): void {
    this.#asks.get(keyOf(worker, id))?.left({ worker, id });
    this.#asks.delete(keyOf(worker, id));
  }

  /** A worker has ended: what it may have sent counts. */
  gone(worker: number): void {
    for (const [key, limit] of this.#asks) {
      const [of, id] = key.split(' ').map(Number);
      if (of !== worker) continue;
      this.#asks.delete(key);
      limit.gone({ worker, id: id! });
    }
  }

  #scopeOf({ origin, keyFingerprint }: LimitScope): ScopeLimit {
    const name = `${keyFingerprint} ${origin}`;
    let limit = this.#scopes.get(name);
    if (limit === undefined) {
      for (const [other, idle] of this.#scopes) if (idle.isIdle()) this.#scopes.delete(other);
      limit = new ScopeLimit(this.limits, this.clock, (ask, message) => {
        if (message.kind === 'refuse') this.#asks.delete(keyOf(ask.worker, ask.id));
        this.send(ask.worker, message);
      });
      this.#scopes.set(name, limit);
    }
    return limit;
  }
}

/** The limits of one API key and base URL. */
class ScopeLimit {
  #free: number;
  readonly #day: RateLimiter;
  /** In the order of asking. */
  readonly #waiting = new Map<string, Ask>();
  readonly #granted = new Set<string>();

  constructor(
    private readonly limits: RateLimits,
    private readonly clock: Clock,
    private readonly answer: (ask: Ask, message: ToWorker & { readonly kind: 'grant' | 'refuse' }) => void,
  ) {
    this.#free = limits.requestsPerSecond;
    this.#day = createMemoryRateLimiter({ ...limits, requestsPerSecond: Infinity }, clock);
  }

  ask(ask: Ask): void {
    this.#waiting.set(keyOf(ask.worker, ask.id), ask);
    this.#grantWaiting();
  }

  withdraw({ worker, id }: Ask): void {
    const key = keyOf(worker, id);
    this.#waiting.delete(key);
    if (this.#granted.delete(key)) this.#release();
  }

  left({ worker, id }: Ask): void {
    if (!this.#granted.delete(keyOf(worker, id))) return;
    this.clock.after(SECOND_MS, () => {
      this.#release();
    });
  }

  gone(ask: Ask): void {
    this.#waiting.delete(keyOf(ask.worker, ask.id));
    this.left(ask);
  }

  /** Whether forgetting it changes nothing. */
  isIdle(): boolean {
    const isFree = this.#free === this.limits.requestsPerSecond && this.#waiting.size === 0;
    return isFree && this.#day.isIdle?.() !== false;
  }

  #release(): void {
    this.#free += 1;
    this.#grantWaiting();
  }

  #grantWaiting(): void {
    for (const [key, ask] of this.#waiting) {
      if (this.#free < 1) return;
      this.#waiting.delete(key);
      this.#granted.add(key);
      this.#free -= 1;
      void this.#grant(key, ask);
    }
  }

  /** The limiter of the day answers at once. */
  async #grant(key: string, ask: Ask): Promise<void> {
    const { id } = ask;
    try {
      await this.#day.acquire(new AbortController().signal);
      this.answer(ask, { kind: 'grant', id });
    } catch (thrown) {
      if (this.#granted.delete(key)) this.#release();
      const waitMs = isDestinationError(thrown) ? (retryAfterMs(thrown) ?? 0) : 0;
      this.answer(ask, { kind: 'refuse', id, waitMs });
    }
  }
}

function retryAfterMs(error: object): number | undefined {
  return 'retryAfterMs' in error && typeof error.retryAfterMs === 'number' ? error.retryAfterMs : undefined;
}
