import { InternalError, type RequestPlan } from '../../core/index.js';
import { checkJob } from '../check-plan.js';
import type { Observed, Remembered } from '../options.js';
import { endedByRouter, failed, holdsBack, type Outcome } from '../run/outcome.js';
import { OrderBarrier } from './order-barrier.js';

/** What a job may say about its order. */
export interface Ordered {
  /** Jobs of one ordering key run one after another, whatever their API keys and lanes. Default: none. */
  readonly orderingKey?: string | undefined;
}

/** A job whose plan the router runs. */
export interface PlanJob extends Ordered, Remembered, Observed {
  readonly plan: RequestPlan;
  /**
   * Called when the job is first in its lanes: resolves with an outcome that makes running the plan needless, or with
   * `undefined` to run it. For a job that another batch may have run meanwhile. It must not reject.
   */
  readonly instead?: (() => Promise<Outcome | undefined>) | undefined;
}

/** A job that has no plan to run: its message could not be mapped, or something else delivers it. */
export interface EndedJob extends Ordered {
  readonly outcome: Outcome;
}

/** Jobs that come together. A failed one that must be sent again holds back the later jobs of its ordering key. */
export interface Batch {
  /**
   * Adds a job and resolves with its outcome: `blocked`, without running the plan, when an earlier job of the same
   * ordering key must be sent again. Never throws and never rejects.
   */
  add(job: PlanJob | EndedJob): Promise<Outcome>;
  /**
   * What to answer for each job: its outcome, or `blocked` when an earlier job of its ordering key must be sent again
   * and this job would otherwise count as done.
   *
   * @param outcomes one for each added job, in their order; the caller may have turned some into other outcomes
   */
  answers(outcomes: readonly Outcome[]): Outcome[];
}

/** What a plan waits for, and what a failure of it blocks. */
export interface Order {
  /** Blocks and is blocked by these names; `undefined`: nothing is blocked. */
  readonly barrier: OrderBarrier | undefined;
  readonly names: readonly string[];
  /** Where the plan comes among all jobs of the router. */
  readonly number: number;
}

/** A batch of a router. */
export class OrderedBatch implements Batch {
  readonly #barrier = new OrderBarrier();
  /** The ordering key of each job, as a list of names. */
  readonly #names: (readonly string[])[] = [];

  /** @param run delivers the plan of a job in the given order */
  constructor(
    private readonly nextNumber: () => number,
    private readonly run: (job: PlanJob, order: Order) => Promise<Outcome>,
  ) {}

  add(job: PlanJob | EndedJob): Promise<Outcome> {
    try {
      checkJob(job);
    } catch (thrown) {
      this.#names.push([]);
      return Promise.resolve(failed(InternalError.from(thrown)));
    }
    const names = job.orderingKey === undefined ? [] : [job.orderingKey];
    this.#names.push(names);
    const order = { barrier: this.#barrier, names, number: this.nextNumber() };
    if ('plan' in job) return this.run(job, order);
    if (holdsBack(job.outcome)) this.#barrier.block(names, order.number);
    return Promise.resolve(job.outcome);
  }

  answers(outcomes: readonly Outcome[]): Outcome[] {
    const barrier = new OrderBarrier();
    return outcomes.map((outcome, number) => {
      const names = this.#names[number] ?? [];
      if (holdsBack(outcome)) barrier.block(names, number);
      const comesAgain = !outcome.delivered && outcome.retryable;
      return !comesAgain && barrier.blocks(names, number) ? endedByRouter('blocked') : outcome;
    });
  }
}
