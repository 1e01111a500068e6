import { createHash } from 'node:crypto';
import { ConfigurationError, typeName, type RequestPlan } from '../core/index.js';
import { OrderBarrier } from './ordering/order-barrier.js';
import { createMemoryRateLimiter } from './limits/memory-rate-limiter.js';
import { ObjectMemory, type ObjectMemorySettings } from './object-memory/object-memory.js';
import { memorySettings } from './object-memory/memory-settings.js';
import type { RouterSettings } from './options.js';
import { OutageBreaker, type BreakerParts } from './limits/outage-breaker.js';
import type { LimitScope, RateLimiter } from './limits/rate-limiter.js';
import { headerIn } from './http/redact.js';
import { RecentCreations } from './run/read-after-write.js';
import { ScopePause } from './limits/retry-after-pause.js';
import { shortName } from '../runtime/index.js';
import { Semaphore } from './limits/semaphore.js';

/** All that plans of one API key and base URL share; plans of two never share any of it. */
export interface Scope {
  /** Holds the API key: show it nowhere. */
  readonly id: string;
  /** Blocks lanes after a failure; `undefined` when the router is not to do that. */
  readonly barrier: OrderBarrier | undefined;
  readonly slots: Semaphore;
  readonly limiter: RateLimiter;
  readonly recentCreations: RecentCreations;
  /** `undefined` when the router is to send everything. */
  readonly memory: ObjectMemory | undefined;
  readonly pause: ScopePause;
  /** `undefined` when the router is not to pause in an outage. */
  readonly breaker: OutageBreaker | undefined;
  /** Plans in it that have not ended. */
  pending: number;
  /** Counts up with every plan: which scope was used last. */
  usedAt: number;
}

const FIRST_SWEEP_AT = 16;

/** More are not kept: a templated key may be another one with every event. */
const MOST_SCOPES = 10_000;

/** The scopes in use, made when first needed and forgotten when they are idle. */
export class Scopes {
  readonly #scopes = new Map<string, Scope>();
  #sweepAt = FIRST_SWEEP_AT;
  #uses = 0;

  /** One for all scopes, so that its size is bounded; its entries are apart by scope. */
  readonly #memory: ObjectMemorySettings | undefined;

  constructor(private readonly settings: RouterSettings) {
    this.#memory = memorySettings(settings);
  }

  get size(): number {
    return this.#scopes.size;
  }

  /** Requests in flight. */
  get inFlight(): number {
    let inFlight = 0;
    for (const { slots } of this.#scopes.values()) inFlight += slots.taken;
    return inFlight;
  }

  /** Lanes that a failure has blocked. */
  get blockedLanes(): number {
    let blocked = 0;
    for (const { barrier } of this.#scopes.values()) blocked += barrier?.size ?? 0;
    return blocked;
  }

  /** The longest pause that the destination asks any scope for, in milliseconds from now. */
  get pausedMs(): number {
    let pausedMs = 0;
    for (const { pause } of this.#scopes.values()) pausedMs = Math.max(pausedMs, pause.remainingMs);
    return pausedMs;
  }

  /** Scopes that are paused because the destination does not answer. */
  get outages(): number {
    let outages = 0;
    for (const { breaker } of this.#scopes.values()) if (breaker?.isOpen === true) outages += 1;
    return outages;
  }

  /** The largest share of a day's quota that any scope has used, from 0 to 1. */
  get usedShare(): number {
    let share = 0;
    for (const { limiter } of this.#scopes.values()) share = Math.max(share, usedShareOf(limiter));
    return share;
  }

  /** The scope of a plan, by its first request. @throws TypeError when that has no valid URL, ConfigurationError when no limiter can be made. */
  of(plan: RequestPlan): Scope {
    const { endpoint, headers } = plan.steps[0].request;
    const { origin } = new URL(endpoint);
    const apiKey = headerIn(headers, this.settings.api.keyHeader);
    const id = shortName(`${origin} ${apiKey}`);
    const scope = this.#scopes.get(id) ?? this.#add(id, origin, apiKey);
    scope.usedAt = this.#uses += 1;
    return scope;
  }

  #add(id: string, origin: string, apiKey: string): Scope {
    if (this.#scopes.size >= this.#sweepAt) this.#sweep();
    const { settings } = this;
    const pause = new ScopePause(settings.clock);
    const limitScope = { origin, keyFingerprint: fingerprint(apiKey) };
    const pending = (): number => scope.pending;
    const scope: Scope = {
      id,
      barrier: this.settings.onRetryableFailure === 'blockLanes' ? new OrderBarrier() : undefined,
      slots: new Semaphore(this.settings.concurrency),
      limiter: this.#makeLimiter(limitScope),
      recentCreations: new RecentCreations(this.settings.clock),
      memory: this.#memory === undefined ? undefined : new ObjectMemory(this.#memory, origin, apiKey),
      pause,
      breaker: this.#makeBreaker({ scope: limitScope, pause, pending }),
      pending: 0,
      usedAt: 0,
    };
    this.#scopes.set(id, scope);
    return scope;
  }

  #makeLimiter(scope: LimitScope): RateLimiter {
    const { rateLimiter, clock, onQuota } = this.settings;
    if (rateLimiter !== undefined) return checkedLimiter(rateLimiter(scope));
    return createMemoryRateLimiter(this.settings, clock, {
      onQuota: (warning) => onQuota?.(warning, scope),
    });
  }

  #makeBreaker(parts: Pick<BreakerParts, 'scope' | 'pause' | 'pending'>): OutageBreaker | undefined {
    const { outage: options, clock, random } = this.settings;
    if (options === undefined || options.retryForMs === 0) return undefined;
    return new OutageBreaker({ ...parts, options, clock, random });
  }

  /** Forgets what is idle; only when the number has doubled since, so that it costs a new scope next to nothing. */
  #sweep(): void {
    for (const [id, scope] of this.#scopes) if (isIdle(scope)) this.#scopes.delete(id);
    if (this.#scopes.size >= MOST_SCOPES) this.#forgetLeastUsed();
    this.#sweepAt = Math.min(MOST_SCOPES, Math.max(FIRST_SWEEP_AT, 2 * this.#scopes.size));
  }

  /** What they have used of the day's quota is forgotten with them. */
  #forgetLeastUsed(): void {
    const unused = [...this.#scopes.values()].filter((scope) => scope.pending === 0 && blocksNothing(scope));
    unused.sort((a, b) => a.usedAt - b.usedAt);
    for (const { id } of unused.slice(0, MOST_SCOPES / 2)) this.#scopes.delete(id);
  }
}

function isIdle(scope: Scope): boolean {
  const { pending, limiter, recentCreations, pause, breaker } = scope;
  const isUnused = pending === 0 && blocksNothing(scope) && isIdleLimiter(limiter);
  return isUnused && recentCreations.isEmpty() && pause.remainingMs === 0 && breaker?.isOpen !== true;
}

function fingerprint(apiKey: string): string {
  return createHash('sha256').update(apiKey).digest('hex').slice(0, 16);
}

/** Blocked lanes stay blocked for as long as the router lives. */
function blocksNothing({ barrier }: Scope): boolean {
  return (barrier?.size ?? 0) === 0;
}

function usedShareOf(limiter: RateLimiter): number {
  try {
    return limiter.usedShare?.() ?? 0;
  } catch {
    // As below: statistics never fail.
    return 0;
  }
}

function isIdleLimiter(limiter: RateLimiter): boolean {
  try {
    return limiter.isIdle?.() ?? true;
  } catch {
    // A fault of the user's limiter must not become one of the plan that happens to ask for another scope.
    return false;
  }
}

/** @throws ConfigurationError when the user's function made something else. */
function checkedLimiter(made: unknown): RateLimiter {
  if (typeof (made as Partial<RateLimiter> | null | undefined)?.acquire === 'function')
    return made as RateLimiter;
  const message = `expected an object with the function acquire as its result, found ${typeName(made)}`;
  throw new ConfigurationError(
    'configuration_invalid',
    `router options are not valid: rateLimiter: ${message}`,
    {
      issues: [{ path: 'rateLimiter', message }],
    },
  );
}
