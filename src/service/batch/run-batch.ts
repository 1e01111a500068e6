import type { JsonObject, RequestPlan } from '../../core/index.js';
import type { TransformEvent } from '../../protocol/index.js';
import type { DeliverOptions, Outcome } from '../../router/index.js';
import { isAppend, type JobMemory } from './job-memory.js';
import { blockedJob, failedJob, isHoldingBack, isRetryable, resultOf, type JobResult } from './job-result.js';
import { KeyBlockade, keyLane } from './key-blockade.js';
import type { Mapped, Unmapped } from './map-event.js';
import { orderingKey } from './ordering-key.js';
import { OverwrittenLanes } from './overwritten-lanes.js';
import { scopeOf } from './scope-of.js';

/** Delivers one plan; a router's `deliver`. */
export type Deliver = (plan: RequestPlan, options: DeliverOptions) => Promise<Outcome>;

/** One event of a batch with what it was mapped to. */
export interface BatchJob {
  readonly event: TransformEvent;
  readonly mapped: Mapped | Unmapped;
}

/** How a route treats the jobs of a batch. */
export interface Treatment {
  /** Whether a plan is run while transforming; one that is not is handed over to the host. */
  readonly isRun: (plan: RequestPlan) => boolean;
  /** What a result means to a job with this metadata. */
  readonly judge: (result: JobResult, metadata: JsonObject) => JobResult;
  /** By what a repetition of a job is known; `undefined` when that cannot be told. */
  readonly nameOf: (plan: RequestPlan, event: TransformEvent) => string | undefined;
  /** Whether one job that is to be done again makes the host send all of the batch again. */
  readonly isAllOrNothing: boolean;
}

/** What batches are run with. */
export interface BatchTools {
  readonly deliver: Deliver;
  readonly memory: JobMemory;
  /** Its abort has nothing more begun. */
  readonly signal: AbortSignal;
}

/**
 * The results of a batch, in its order: plans that are to be run are, in the order of the batch within each ordering key and within each
 * user and account of PX, all others side by side. After a failure that may pass, later jobs of the same ordering key are not run and fail as
 * `blocked`, those that would be handed over too. The group of a user that PX does not know holds up nothing, as a later job may be what
 * creates the user. After what PX has just written and does not find yet, later jobs are run, and are to be done again. What is
 * done already, or is being done, is not run again. Never rejects.
 */
export async function runBatch(
  jobs: readonly BatchJob[],
  treatment: Treatment,
  tools: BatchTools,
): Promise<JobResult[]> {
  const batch = new Batch(jobs, treatment, tools);
  const run = await batch.results();
  const judged = run.map((result, index) => treatment.judge(result, jobs[index]!.event.metadata));
  const results = holdBackAfterFailure(jobs, judged);
  batch.end(results);
  return results;
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
  /** Whether one of them waits for its copy in another batch: then the router does not see their order. */
  isShared: boolean;
  /** Resolves when all of them so far have ended. */
  ended: Promise<unknown>;
  failed: boolean;
}

/** A job whose plan is run. */
interface RunJob {
  readonly plan: RequestPlan;
  readonly name: string | undefined;
  /** Its ordering key. */
  readonly key: string | undefined;
  /** Whether it waits for its copy in another batch. */
  readonly isShared: boolean;
}

class Batch {
  readonly #blockade = new KeyBlockade();
  readonly #queues = new Map<string, KeyQueue>();
  readonly #overwritten = new OverwrittenLanes();
  /** By the place in the batch. */
  readonly #names: (string | undefined)[];
  readonly #begun: { readonly name: string | undefined; readonly result: Promise<JobResult> }[] = [];

  constructor(
    private readonly jobs: readonly BatchJob[],
    private readonly treatment: Treatment,
    private readonly tools: BatchTools,
  ) {
    this.#names = jobs.map(({ event, mapped }) =>
      'plan' in mapped && treatment.isRun(mapped.plan) ? treatment.nameOf(mapped.plan, event) : undefined,
    );
  }

  results(): Promise<JobResult[]> {
    for (const { event, mapped } of this.jobs) {
      const key = orderingKey(event.metadata);
      if (key === undefined || !('plan' in mapped) || !this.treatment.isRun(mapped.plan)) continue;
      let queue = this.#queues.get(key);
      if (queue === undefined) {
        queue = { scopes: new Set(), isShared: false, ended: Promise.resolve(), failed: false };
        this.#queues.set(key, queue);
      }
      queue.scopes.add(scopeOf(mapped.plan));
    }
    // One after another, and nothing is awaited in between: batches wait for older ones only.
    return Promise.all(this.jobs.map((job, index) => this.#result(job, this.#names[index])));
  }

  /** Remembers what is answered as done. What is not is written again, after the jobs that come before it; events are not. */
  end(results: readonly JobResult[]): void {
    const { memory } = this.tools;
    const comesAgain = this.treatment.isAllOrNothing && results.some(isHoldingBack);
    results.forEach((result, index) => {
      const { mapped } = this.jobs[index]!;
      if (!('plan' in mapped)) return;
      if (result.kind === 'delivered' && !comesAgain) memory.remember(this.#names[index]);
      else if (!isAppend(mapped.plan)) memory.forget(this.#names[index]);
    });
    for (const { name, result } of this.#begun) memory.end(name, result);
  }

  #result({ event, mapped }: BatchJob, name: string | undefined): JobResult | Promise<JobResult> {
    const key = orderingKey(event.metadata);
    const queue = key === undefined ? undefined : this.#queues.get(key);
    if (!('plan' in mapped)) {
      if (mapped.error.retryable && queue !== undefined) queue.failed = true;
      return failedJob(mapped.error);
    }
    const { plan } = mapped;
    if (!this.treatment.isRun(plan)) return { kind: 'handOver', ...mapped };
    const { memory } = this.tools;
    const isRunning = memory.running(name) !== undefined;
    if (!isRunning && memory.isDone(name) && !this.#overwritten.overtakesDone(plan))
      return memory.recall(plan);
    if (queue?.failed === true) return blockedJob();

    const isShared = isRunning && !this.#overwritten.overtakesRunning(plan);
    this.#overwritten.note(plan, isShared);
    const job: RunJob = { plan, name, key, isShared };
    const result = queue === undefined ? this.#start(job) : this.#startInQueue(job, queue);
    if (!isShared) this.#begin(job, result);
    return result;
  }

  #startInQueue(job: RunJob, queue: KeyQueue): Promise<JobResult> {
    queue.isShared ||= job.isShared;
    // The router keeps the order of what it is given, in the lanes of one API key and base URL.
    const isInOrder = queue.scopes.size === 1 && !queue.isShared;
    const result = isInOrder ? this.#start(job) : this.#startInTurn(job, queue, queue.ended);
    const noted = result.then((ended) => {
      queue.failed ||= isHoldingBack(ended);
    });
    queue.ended = Promise.all([queue.ended, noted]);
    return result;
  }

  async #startInTurn(job: RunJob, queue: KeyQueue, earlier: Promise<unknown>): Promise<JobResult> {
    await earlier;
    return queue.failed ? blockedJob() : this.#start(job);
  }

  #start(job: RunJob): Promise<JobResult> {
    const { plan, name, isShared } = job;
    if (!isShared) return this.#deliver(job);
    const { memory, signal } = this.tools;
    return memory.follow(name, plan, signal, () => {
      const result = this.#deliver(job);
      this.#begin(job, result);
      return result;
    });
  }

  async #deliver({ plan, key }: RunJob): Promise<JobResult> {
    const { deliver, signal } = this.tools;
    const alsoLanes = key === undefined ? [] : [keyLane(key)];
    return resultOf(plan, await deliver(plan, { signal, alsoLanes, blockade: this.#blockade }));
  }

  #begin({ plan, name }: RunJob, result: Promise<JobResult>): void {
    this.#begun.push({ name, result });
    this.tools.memory.begin(name, plan, result);
  }
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
