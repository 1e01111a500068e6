import type { RequestPlan } from '../core/index.js';
import { AbortFanOut, shortName, tell } from '../runtime/index.js';
import { Blockade } from './ordering/order-barrier.js';
import { checkDeliverOptions, checkPlan } from './check-plan.js';
import { createFetchTransport } from './http/fetch-transport.js';
import { Interrupted, Interruption } from './run/cancellation.js';
import { parseOptions, type DeliverOptions, type RouterOptions, type Settings } from './options.js';
import {
  failed,
  holdsBack,
  NOTHING_SENT,
  ownFailure,
  thrownFailure,
  type Outcome,
  type OwnReason,
  type RequestRecord,
} from './run/outcome.js';
import { ReadyGate } from './ordering/back-pressure.js';
import { runPlan } from './run/run-plan.js';
import { Scopes, type Scope } from './scopes.js';
import { Tally, type RouterStats } from './stats.js';
import type { Transport } from './http/transport.js';

/** Delivers plans to Gainsight PX; the only part of this project that sends anything. */
export interface Router {
  /**
   * Runs a plan to its end and says what became of it. Never throws and never rejects: whatever goes wrong is an outcome. What is no plan, and options
   * that make no sense, are one with the code `plan_invalid`, not retryable.
   *
   * Plans of one lane run one after another in the order of the calls, all others side by side.
   */
  deliver(plan: RequestPlan, options?: DeliverOptions): Promise<Outcome>;
  /** Resolves when another plan may be handed in: await it before each `deliver`, and memory stays bounded. */
  ready(): Promise<void>;
  /** Resolves when no plan is pending: all that were handed in have ended, and their outcomes are out. */
  idle(): Promise<void>;
  /** What was done so far, and what is being done. */
  stats(): RouterStats;
  /**
   * Takes no more plans, and resolves when all have ended: those that have begun go on to their end, without waiting for
   * further retries, those that have not fail as `closed`.
   */
  close(): Promise<void>;
}

/**
 * A router.
 *
 * @throws ConfigurationError `configuration_invalid` when an option makes no sense.
 * @example
 * const router = createRouter({ requestsPerSecond: 100 });
 * for (const event of events) {
 *   await router.ready();
 *   void router.deliver(process(event, config)).then(report);
 * }
 * await router.idle();
 * await router.close();
 */
export function createRouter(options: RouterOptions = {}): Router {
  return new PxRouter(parseOptions(options));
}

/** One plan on its way through the router. */
interface Delivery {
  readonly plan: RequestPlan;
  readonly scope: Scope;
  readonly lanes: readonly string[];
  /** Its place among all deliveries. */
  readonly turn: number;
  readonly blockade: Blockade | undefined;
  readonly signal: AbortSignal | undefined;
  readonly deadlineMs: number;
}

class PxRouter implements Router {
  readonly #transport: Transport;
  readonly #scopes: Scopes;
  readonly #blockade: Blockade | undefined;
  readonly #gate: ReadyGate;
  readonly #tally = new Tally();
  readonly #aborts = new AbortFanOut();
  readonly #interruptions = new Set<Interruption>();
  #turns = 0;
  #running = 0;
  #closed = false;

  constructor(private readonly settings: Settings) {
    this.#transport = createFetchTransport(settings);
    this.#scopes = new Scopes(settings);
    this.#blockade = settings.onRetryableFailure === 'blockLanes' ? new Blockade() : undefined;
    this.#gate = new ReadyGate(settings.maxPending);
  }

  deliver(plan: RequestPlan, options: DeliverOptions = {}): Promise<Outcome> {
    const outcome = this.#outcomeOf(plan, options);
    this.#gate.enter();
    // Not before the outcome is out: whoever listens to it is served first, then who waits for `idle()`.
    void outcome.then(() => {
      this.#gate.leave();
    });
    return outcome;
  }

  async #outcomeOf(plan: RequestPlan, options: DeliverOptions): Promise<Outcome> {
    let outcome: Outcome;
    try {
      checkPlan(plan);
      checkDeliverOptions(options);
      outcome = await this.#inTurn({
        plan,
        scope: this.#scopes.of(plan),
        lanes: [...plan.lanes, ...(options.alsoLanes ?? [])].map(shortName),
        turn: (this.#turns += 1),
        blockade: options.blockade ?? this.#blockade,
        signal: options.signal,
        deadlineMs: this.settings.clock.nowMs() + (options.timeLeftMs ?? Infinity),
      });
    } catch (thrown) {
      outcome = failed(thrownFailure(thrown), NOTHING_SENT);
    }
    this.#tally.outcome(outcome);
    return outcome;
  }

  ready(): Promise<void> {
    return this.#gate.ready();
  }

  idle(): Promise<void> {
    return this.#gate.empty();
  }

  stats(): RouterStats {
    return this.#tally.snapshot({
      pending: this.#gate.pending,
      running: this.#running,
      inFlight: this.#scopes.inFlight,
      blockedLanes: this.#blockade?.size ?? 0,
      pausedMs: Math.round(this.#scopes.pausedMs),
      scopes: this.#scopes.size,
    });
  }

  close(): Promise<void> {
    this.#closed = true;
    for (const interruption of [...this.#interruptions]) interruption.close();
    this.#gate.open();
    return this.#gate.empty();
  }

  async #inTurn(delivery: Delivery): Promise<Outcome> {
    const { scope, lanes, turn, blockade } = delivery;
    const refused = this.#refusal(delivery);
    if (refused !== undefined) {
      blockade?.block(scope.id, lanes, turn);
      return failed(ownFailure(refused), NOTHING_SENT);
    }
    // Nothing is awaited before this: the order of the calls is the order in the lanes.
    const place = scope.lanes.enter(lanes);
    const interruption = new Interruption();
    const onAbort = (): void => {
      interruption.cancel();
    };
    const stopListening: (() => void)[] = [];
    this.#interruptions.add(interruption);
    scope.pending += 1;
    try {
      for (const signal of [delivery.signal, this.settings.signal])
        stopListening.push(this.#aborts.listen(signal, onAbort));
      if (!place.come) await interruption.during('cancelOrClose', (signal) => place.wait(signal));
      const outcome = await this.#run(delivery, interruption);
      // Before the lanes are left, or the next plan would be gone.
      if (!outcome.delivered && holdsBack(outcome)) blockade?.block(scope.id, lanes, turn);
      return outcome;
    } catch (thrown) {
      blockade?.block(scope.id, lanes, turn);
      const failure =
        thrown instanceof Interrupted
          ? ownFailure(thrown.reason, scope.pause.remainingMs)
          : thrownFailure(thrown);
      return failed(failure, NOTHING_SENT);
    } finally {
      for (const stop of stopListening) stop();
      this.#interruptions.delete(interruption);
      scope.pending -= 1;
      place.leave();
    }
  }

  /** Why a plan is not even taken in. */
  #refusal({ signal }: Delivery): OwnReason | undefined {
    if (this.#closed) return 'closed';
    if (signal?.aborted === true || this.settings.signal?.aborted === true) return 'cancelled';
    return this.#gate.isOverrun ? 'overloaded' : undefined;
  }

  async #run(delivery: Delivery, interruption: Interruption): Promise<Outcome> {
    const { plan, scope, lanes, turn, blockade, deadlineMs } = delivery;
    if (blockade?.blocks(scope.id, lanes, turn) === true) return failed(ownFailure('blocked'), NOTHING_SENT);
    this.#running += 1;
    try {
      return await runPlan(plan, {
        settings: this.settings,
        transport: this.#transport,
        slots: scope.slots,
        limiter: scope.limiter,
        recentCreations: scope.recentCreations,
        pause: scope.pause,
        deadlineMs,
        interruption,
        observe: (record) => {
          this.#observe(record);
        },
      });
    } finally {
      this.#running -= 1;
    }
  }

  #observe(record: RequestRecord): void {
    this.#tally.request(record);
    tell(() => this.settings.onRequest?.(record));
  }
}
