import type { JsonObject } from '../core/json-object.js';
import type { RequestPlan } from '../core/plan.js';
import type { TransformEvent } from '../protocol/transform-request.js';
import type { DeliverOptions, Outcome } from '../router/index.js';
import { blockedJob, failedJob, isHoldingBack, isRetryable, resultOf, type JobResult } from './job-result.js';
import { KeyBlockade, keyLane } from './key-blockade.js';
import type { Mapped, Unmapped } from './map-event.js';
import { orderingKey } from './ordering-key.js';

/** Delivers one plan; a router's `deliver`. */
export type Deliver = (plan: RequestPlan, options: DeliverOptions) => Promise<Outcome>;

/** One event of a batch with what it was mapped to. */
export interface BatchJob {
  readonly event: TransformEvent;
  readonly mapped: Mapped | Unmapped;
}

/** Whether a plan is run while transforming; one that is not is handed over to the host. */
export type IsRun = (plan: RequestPlan) => boolean;

/** What a result means to a job with this metadata, on the route that it came by. */
export type Judge = (result: JobResult, metadata: JsonObject) => JobResult;

/**
 * The results of a batch, in its order: plans that are to be run are, in the order of the batch within each ordering key and within each
 * user and account of PX, all others side by side. After a failure that may pass, later jobs of the same ordering key are not run and fail as
 * `blocked`, those that would be handed over too. The group of a user that PX does not know holds up nothing, as a later job may be what
 * creates the user. After what PX has just written and does not find yet, later jobs are run, and are to be done again. Never rejects.
 */
export async function runBatch(
  jobs: readonly BatchJob[],
  isRun: IsRun,
  deliver: Deliver,
  judge: Judge,
  signal: AbortSignal,
): Promise<JobResult[]> {
  const results = await new Batch(jobs, isRun, deliver, signal).results();
  return holdBackAfterFailure(
    jobs,
    results.map((result, index) => judge(result, jobs[index]!.event.metadata)),
  );
}

/** The same for a batch of which nothing is run. */
export function handOverBatch(jobs: readonly BatchJob[]): JobResult[] {
  return holdBackAfterFailure(
    jobs,
    jobs.map(({ mapped }) => ('plan' in mapped ? { kind: 'handOver', ...mapped } : failedJob(mapped.error))),
  );
}

/** Jobs of one ordering key, as far as they are run. */
interface KeyQueue {
  readonly scopes: Set<string>;
  /** The latest of them; only where they are run one by one. */
  last: Promise<JobResult> | undefined;
  failed: boolean;
}

class Batch {
  readonly #blockade = new KeyBlockade();
  readonly #queues = new Map<string, KeyQueue>();

  constructor(
    private readonly jobs: readonly BatchJob[],
    private readonly isRun: IsRun,
    private readonly deliver: Deliver,
    private readonly signal: AbortSignal,
  ) {}

  results(): Promise<JobResult[]> {
    for (const { event, mapped } of this.jobs) {
      const key = orderingKey(event.metadata);
      if (key === undefined || !('plan' in mapped) || !this.isRun(mapped.plan)) continue;
      let queue = this.#queues.get(key);
      if (queue === undefined) {
        this.#queues.set(key, (queue = { scopes: new Set(), last: undefined, failed: false }));
      }
      queue.scopes.add(scopeOf(mapped.plan));
    }
    return Promise.all(this.jobs.map((job) => this.#result(job)));
  }

  #result({ event, mapped }: BatchJob): JobResult | Promise<JobResult> {
    const key = orderingKey(event.metadata);
    const queue = key === undefined ? undefined : this.#queues.get(key);
    if (!('plan' in mapped)) {
      if (mapped.error.retryable && queue !== undefined) queue.failed = true;
      return failedJob(mapped.error);
    }
    if (!this.isRun(mapped.plan)) return { kind: 'handOver', ...mapped };
    if (queue?.failed === true) return blockedJob();
    return queue !== undefined && queue.scopes.size > 1
      ? this.#runInTurn(mapped.plan, queue)
      : this.#run(mapped.plan, key);
  }

  /** The router keeps the order of the lanes of one API key and base URL. */
  async #run(plan: RequestPlan, key: string | undefined): Promise<JobResult> {
    const alsoLanes = key === undefined ? [] : [keyLane(key)];
    const { signal } = this;
    return resultOf(plan, await this.deliver(plan, { signal, alsoLanes, blockade: this.#blockade }));
  }

  /** A key whose events go to several API keys has no lane in the router that they share. */
  #runInTurn(plan: RequestPlan, queue: KeyQueue): Promise<JobResult> {
    const before = queue.last;
    const run = async (): Promise<JobResult> => {
      const earlier = await before;
      if (queue.failed || (earlier !== undefined && isHoldingBack(earlier))) {
        queue.failed = true;
        return blockedJob();
      }
      return resultOf(plan, await this.deliver(plan, { signal: this.signal }));
    };
    return (queue.last = run());
  }
}

/** What the router tells two plans apart by. */
function scopeOf({ steps: [{ request }] }: RequestPlan): string {
  return `${new URL(request.endpoint).origin} ${JSON.stringify(request.headers)}`;
}

/** A job must not be done before an earlier one of its key that has to be done again. */
function holdBackAfterFailure(jobs: readonly BatchJob[], results: JobResult[]): JobResult[] {
  if (!results.some(isHoldingBack)) return results;
  const failedKeys = new Set<string>();
  return results.map((result, index) => {
    const key = orderingKey(jobs[index]!.event.metadata);
    if (key === undefined) return result;
    const held = failedKeys.has(key);
    if (isHoldingBack(result)) failedKeys.add(key);
    return held && !isRetryable(result) ? blockedJob() : result;
  });
}
