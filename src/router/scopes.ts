import { createHash } from 'node:crypto';
import type { RequestPlan } from '../core/plan.js';
import { Lanes } from './lanes.js';
import { createMemoryRateLimiter } from './memory-rate-limiter.js';
import type { Settings } from './options.js';
import type { RateLimiter } from './rate-limiter.js';
import { apiKeyOf } from './redact.js';
import { Slots } from './slots.js';

/** All that plans of one API key and base URL share; plans of two never share any of it. */
export interface Scope {
  /** Holds the API key: show it nowhere. */
  readonly id: string;
  readonly lanes: Lanes;
  readonly slots: Slots;
  readonly limiter: RateLimiter;
  /** Plans in it that have not ended. */
  pending: number;
}

const FIRST_SWEEP_AT = 16;

/** The scopes in use, made when first needed and forgotten when they are idle. */
export class Scopes {
  readonly #scopes = new Map<string, Scope>();
  #sweepAt = FIRST_SWEEP_AT;

  constructor(private readonly settings: Settings) {}

  get size(): number {
    return this.#scopes.size;
  }

  /** Requests in flight. */
  get inFlight(): number {
    let inFlight = 0;
    for (const { slots } of this.#scopes.values()) inFlight += slots.taken;
    return inFlight;
  }

  /** The scope of a plan, by its first request. @throws TypeError when that has no valid URL. */
  of(plan: RequestPlan): Scope {
    const { endpoint, headers } = plan.steps[0].request;
    const { origin } = new URL(endpoint);
    const apiKey = apiKeyOf(headers);
    const id = `${origin} ${apiKey}`;
    return this.#scopes.get(id) ?? this.#add(id, origin, apiKey);
  }

  #add(id: string, origin: string, apiKey: string): Scope {
    if (this.#scopes.size >= this.#sweepAt) this.#sweep();
    const scope: Scope = {
      id,
      lanes: new Lanes(),
      slots: new Slots(this.settings.concurrency),
      limiter: this.#makeLimiter(origin, apiKey),
      pending: 0,
    };
    this.#scopes.set(id, scope);
    return scope;
  }

  #makeLimiter(origin: string, apiKey: string): RateLimiter {
    const { rateLimiter, clock } = this.settings;
    if (rateLimiter === undefined) return createMemoryRateLimiter(this.settings, clock);
    const keyFingerprint = createHash('sha256').update(apiKey).digest('hex').slice(0, 16);
    return rateLimiter({ origin, keyFingerprint });
  }

  /** Forgets what is idle; only when the number has doubled since, so that it costs a new scope next to nothing. */
  #sweep(): void {
    for (const [id, { pending, limiter }] of this.#scopes) {
      if (pending === 0 && (limiter.isIdle?.() ?? true)) this.#scopes.delete(id);
    }
    this.#sweepAt = Math.max(FIRST_SWEEP_AT, 2 * this.#scopes.size);
  }
}
