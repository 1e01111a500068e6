import { InternalError, type RequestPlan } from '../core/index.js';
import { AbortFanOut, shortName, callQuietly, untilAborted } from '../runtime/index.js';
import { checkDeliverOptions, checkPlan } from './check-plan.js';
import { createFetchTransport } from './http/fetch-transport.js';
import type { Transport } from './http/transport.js';
import type { DeliverOptions, Observed, RouterSettings } from './options.js';
import { BackPressure } from './ordering/back-pressure.js';
import { OrderedBatch, type Batch, type Order, type PlanJob } from './ordering/batch.js';
import { Lanes } from './ordering/lanes.js';
import { PlanMemory } from './object-memory/plan-memory.js';
import { Cancelled, Cancellation } from './run/cancellation.js';
import {
  endedByRouter,
  failed,
  holdsBack,
  type Outcome,
  type OwnReason,
  type RequestRecord,
} from './run/outcome.js';
import { runPlan } from './run/run-plan.js';
import { Scopes, type Scope } from './scopes.js';
import { StatsCollector, type RouterStats } from './stats.js';

/** Delivers plans; the only part of this project that sends anything. */
export interface Router {
  /**
   * Runs a plan to its end and resolves with its outcome. It never throws and never rejects: every error is an outcome.
   * An invalid plan, or invalid options, fail with the code `plan_invalid`, not retryable.
   *
   * Plans of one lane run one after another in the order of the calls, all others side by side.
   */
  deliver(plan: RequestPlan, options?: DeliverOptions): Promise<Outcome>;
  /**
   * Opens a batch, whose jobs may also be ordered by a key of the caller's. A failed job that must be sent again holds
   * back the later jobs of its key, and no others: a batch does not block lanes, whatever `onRetryableFailure` is.
   *
   * @param options apply to each of its plans
   * @example
   * const batch = router.batch();
   * const outcomes = events.map((event) => batch.add({ plan: process(event, config), orderingKey: event.userId }));
   * const answers = batch.answers(await Promise.all(outcomes));
   */
  batch(options?: DeliverOptions): Batch;
  /**
   * Blocks the lanes of a plan for later plans, as after a retryable failure of it: for a plan that failed in an earlier
   * process and is still to be sent. Only with `onRetryableFailure: 'blockLanes'`; otherwise it does nothing.
   *
   * @throws InstrumentationError `plan_invalid`
   */
  holdBack(plan: RequestPlan): void;
  /** Resolves when there is room for another plan. Await it before each `deliver`, and memory stays bounded. */
  ready(): Promise<void>;
  /** Resolves when no plan is pending: every plan has ended, and its outcome is out. */
  idle(): Promise<void>;
  /** Counters since the start, and the present load. */
  stats(): RouterStats;
  /**
   * Accepts no more plans and resolves when all have ended. A plan that has begun runs to its end, but without waiting
   * for further retries. A plan that has not begun fails as `closed`.
   */
  close(): Promise<void>;
}

/** One plan on its way through the router. */
interface Delivery extends Order, PlanJob {
  readonly scope: Scope;
  readonly lanes: readonly string[];
  readonly signal: AbortSignal | undefined;
  readonly deadlineMs: number;
}

/** The router of one destination API. */
export class PlanRouter implements Router {
  readonly #transport: Transport;
  readonly #scopes: Scopes;
  readonly #lanes = new Lanes();
  readonly #pressure: BackPressure;
  readonly #stats = new StatsCollector();
  readonly #aborts = new AbortFanOut();
  readonly #cancellations = new Set<Cancellation>();
  #jobs = 0;
  #running = 0;
  #closed = false;

  constructor(private readonly settings: RouterSettings) {
    this.#transport = createFetchTransport(settings);
    this.#scopes = new Scopes(settings);
    this.#pressure = new BackPressure(settings.maxPending);
  }

  deliver(plan: RequestPlan, options: DeliverOptions = {}): Promise<Outcome> {
    return this.#take({ plan }, options);
  }

  batch(options: DeliverOptions = {}): Batch {
    return new OrderedBatch(
      () => (this.#jobs += 1),
      (job, order) => this.#take(job, options, order),
    );
  }

  /** @param order that of a batch; default: the order in the plan's lanes */
  #take(job: PlanJob, options: DeliverOptions, order?: Order): Promise<Outcome> {
    const outcome = this.#outcomeOf(job, options, order);
    this.#pressure.enter();
    // After the outcome is out, so that its caller is served before those that wait for `idle()`.
    void outcome.then(() => {
      this.#pressure.leave();
    });
    return outcome;
  }

  async #outcomeOf(job: PlanJob, options: DeliverOptions, order: Order | undefined): Promise<Outcome> {
    let outcome: Outcome;
    try {
      const { plan, orderingKey, instead } = job;
      checkPlan(plan);
      checkDeliverOptions(options);
      const {
        eventTimes = options.eventTimes,
        isRepeatedElsewhere = options.isRepeatedElsewhere,
        onRequest = options.onRequest,
      } = job;
      const { scope, lanes } = this.#lanesOf(plan);
      const { barrier, names, number } = order ?? {
        barrier: scope.barrier,
        names: lanes,
        number: (this.#jobs += 1),
      };
      // Written out: V8 adds keys to an object after a spread slowly.
      outcome = await this.#inOrder({
        barrier,
        names,
        number,
        plan,
        instead,
        eventTimes,
        isRepeatedElsewhere,
        onRequest,
        scope,
        lanes: orderingKey === undefined ? lanes : [...lanes, `key ${shortName(orderingKey)}`],
        signal: options.signal,
        deadlineMs: this.settings.clock.nowMs() + (options.timeLeftMs ?? Infinity),
      });
    } catch (thrown) {
      outcome = failed(InternalError.from(thrown));
    }
    this.#stats.outcome(outcome);
    return outcome;
  }

  holdBack(plan: RequestPlan): void {
    checkPlan(plan);
    const { scope, lanes } = this.#lanesOf(plan);
    scope.barrier?.block(lanes, this.#jobs);
  }

  #lanesOf(plan: RequestPlan): { readonly scope: Scope; readonly lanes: readonly string[] } {
    const scope = this.#scopes.of(plan);
    // Plans of two scopes share no lane.
    return { scope, lanes: plan.lanes.map((lane) => `${scope.id} ${shortName(lane)}`) };
  }

  ready(): Promise<void> {
    return this.#pressure.ready();
  }

  idle(): Promise<void> {
    return this.#pressure.empty();
  }

  stats(): RouterStats {
    return this.#stats.snapshot({
      pending: this.#pressure.pending,
      running: this.#running,
      inFlight: this.#scopes.inFlight,
      blockedLanes: this.#scopes.blockedLanes,
      pausedMs: Math.round(this.#scopes.pausedMs),
      outages: this.#scopes.outages,
      usedShare: this.#scopes.usedShare,
      scopes: this.#scopes.size,
    });
  }

  close(): Promise<void> {
    this.#closed = true;
    for (const cancellation of [...this.#cancellations]) cancellation.close();
    this.#pressure.open();
    return this.#pressure.empty();
  }

  /** Runs a plan when all earlier ones of its lanes have ended, unless one of them must be sent again first. */
  async #inOrder(delivery: Delivery): Promise<Outcome> {
    const { scope, barrier, names, number } = delivery;
    const refused = this.#refusal(delivery);
    if (refused !== undefined) {
      barrier?.block(names, number);
      return endedByRouter(refused);
    }
    // Nothing is awaited before this: the order of the calls is the order in the lanes.
    const place = this.#lanes.enter(delivery.lanes);
    const cancellation = new Cancellation();
    const onAbort = (): void => {
      cancellation.cancel();
    };
    const stopListening: (() => void)[] = [];
    this.#cancellations.add(cancellation);
    scope.pending += 1;
    try {
      for (const signal of [delivery.signal, this.settings.signal])
        stopListening.push(this.#aborts.listen(signal, onAbort));
      if (!place.isFirst) await cancellation.during('cancelOrClose', (signal) => place.wait(signal));
      const isBlocked = barrier?.blocks(names, number) === true;
      const outcome = isBlocked ? endedByRouter('blocked') : await this.#run(delivery, cancellation);
      // Before the plan leaves its lanes: the next plan looks at the barrier at once.
      if (holdsBack(outcome)) barrier?.block(names, number);
      return outcome;
    } catch (thrown) {
      barrier?.block(names, number);
      return thrown instanceof Cancelled
        ? endedByRouter(thrown.reason, undefined, scope.pause.remainingMs)
        : failed(InternalError.from(thrown));
    } finally {
      for (const stop of stopListening) stop();
      this.#cancellations.delete(cancellation);
      scope.pending -= 1;
      place.leave();
    }
  }

  /** Why a plan is refused at once; `undefined`: it is accepted. */
  #refusal({ signal }: Delivery): OwnReason | undefined {
    if (this.#closed) return 'closed';
    if (signal?.aborted === true || this.settings.signal?.aborted === true) return 'cancelled';
    return this.#pressure.isOverrun ? 'overloaded' : undefined;
  }

  async #run(delivery: Delivery, cancellation: Cancellation): Promise<Outcome> {
    const { plan, instead, scope, deadlineMs, eventTimes = {}, isRepeatedElsewhere = false } = delivery;
    if (instead !== undefined) {
      const known = await cancellation.during('cancelOrClose', (signal) => untilAborted(instead(), signal));
      if (known !== undefined) return known;
    }
    this.#running += 1;
    try {
      return await runPlan(plan, {
        settings: this.settings,
        transport: this.#transport,
        slots: scope.slots,
        limiter: scope.limiter,
        recentCreations: scope.recentCreations,
        memory:
          scope.memory === undefined
            ? undefined
            : new PlanMemory(plan, eventTimes, isRepeatedElsewhere, scope.memory),
        pause: scope.pause,
        breaker: scope.breaker,
        deadlineMs,
        cancellation,
        observe: (record) => {
          this.#observe(record, delivery);
        },
      });
    } finally {
      this.#running -= 1;
    }
  }

  #observe(record: RequestRecord, { onRequest }: Observed): void {
    this.#stats.request(record);
    callQuietly(() => this.settings.onRequest?.(record));
    if (onRequest !== undefined) callQuietly(() => onRequest(record));
  }
}
