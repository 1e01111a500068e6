import { readDescriptors } from './descriptor';
import { deliverDirectly, type DirectOptions } from './direct-delivery';
import type { Echo } from './echo';
import { failExecuting, keyOfJob, orderingKey, sourceOf, type Job } from './job';
import { verdictOf } from './job-status';
import type { JobResult, ProxyDelivery } from './proxy-delivery';
import type { RouterItem } from './router-reply';
import type { RouterTransform } from './router-transform';
import { backoffMs, wait, type Timing } from './timing';
import type { Violations } from './violation';

/** What the workers of a host share. */
export interface WorkerOptions {
  readonly transform: RouterTransform;
  /** The service's proxy route; undefined when the worker sends to the endpoint of the descriptor. */
  readonly proxy: ProxyDelivery | undefined;
  readonly direct: DirectOptions;
  /** The most jobs in the next batch. */
  readonly batchSize: () => number;
  readonly timing: Timing;
  readonly violations: Violations;
  /** How many attempts of a job end in the violation `never-ends`; a real host continues. */
  readonly patience: number;
  /** Whether the host or its process has ended. */
  readonly stopped: () => boolean;
}

/** The ordering keys with a job in this batch that has failed and will be retried. */
interface FailedKeys {
  readonly all: Set<string>;
  readonly whileTransforming: Set<string>;
}

/**
 * One worker of the router: its jobs in order, one batch after another, and within a batch one delivery after
 * another.
 */
export class Worker {
  #queue: Job[];
  /**
   * Order barriers by ordering key: the failed job. No later job of the key is picked up before it has a
   * final state.
   */
  readonly #barriers = new Map<string, number>();
  readonly #tries = new Map<number, number>();
  /** The executing jobs: their states are not stored. */
  #executing: readonly Job[] = [];

  /**
   * @param jobs in the order of their ids; a job that waits for its next attempt sets the order barrier of
   * its key
   */
  constructor(
    jobs: readonly Job[],
    private readonly options: WorkerOptions,
  ) {
    this.#queue = [...jobs];
    for (const job of jobs) {
      if (job.state === 'Failed' && job.attemptNum > 0) this.#setBarrier(keyOfJob(job), job);
    }
  }

  /** Works until no job is left that it can try. @throws HostPanic where the host panics */
  async run(): Promise<void> {
    while (!this.options.stopped()) {
      const batch = this.#pickUp(Date.now());
      if (batch.length > 0) {
        this.#executing = batch;
        await this.#work(batch);
        if (!this.options.stopped()) this.#executing = [];
        continue;
      }
      const waitMs = this.#msUntilNext(Date.now());
      if (waitMs === undefined) return;
      await wait(waitMs);
    }
  }

  /**
   * Ends the executing batch with the process: states that were not stored are lost, also those of delivered
   * jobs.
   */
  failExecuting(): void {
    for (const job of this.#executing) failExecuting(job);
  }

  /** Jobs in the order of their ids, without those behind an order barrier or before their next attempt. */
  #pickUp(nowMs: number): Job[] {
    const batch: Job[] = [];
    const size = this.options.batchSize();
    for (const job of this.#queue) {
      if (batch.length === size) break;
      if (this.#isFree(job) && job.retryAtMs <= nowMs) batch.push(job);
    }
    return batch;
  }

  #msUntilNext(nowMs: number): number | undefined {
    const times = this.#queue.filter((job) => this.#isFree(job)).map(({ retryAtMs }) => retryAtMs);
    return times.length === 0 ? undefined : Math.max(0, Math.min(...times) - nowMs);
  }

  #isFree(job: Job): boolean {
    const failed = this.#barriers.get(keyOfJob(job));
    return failed === undefined || failed === job.id;
  }

  async #work(batch: readonly Job[]): Promise<void> {
    const byId = new Map(batch.map((job) => [job.id, job]));
    const untransformed = batch.filter(({ payload }) => payload === undefined);
    const items =
      untransformed.length === 0 ? batch.map(itemOf) : await this.options.transform.transform(untransformed);
    const failed: FailedKeys = { all: new Set(), whileTransforming: new Set() };
    for (const item of items) {
      if (this.options.stopped()) return;
      const results = await this.#resultsOf(item, failed);
      for (const echo of item.jobs) {
        const job = byId.get(echo.jobId);
        if (job !== undefined) this.#settle(job, echo, results.get(echo.jobId), failed);
      }
      for (const { jobId } of item.jobs) byId.delete(jobId);
    }
    // A job that no item names stays executing until the host restarts.
    for (const job of byId.values()) this.#remove(job, 'Waiting');
  }

  /** The result of an item for each of its jobs; none for jobs that wait for an earlier job of their key. */
  async #resultsOf(item: RouterItem, failed: FailedKeys): Promise<ReadonlyMap<number, JobResult>> {
    const { jobs, statusCode, error } = item;
    const waits = jobs.some((echo) => failed.all.has(orderingKey(echo)));
    const sends = statusCode === 0 || statusCode === 200;
    if (sends) return waits ? new Map() : this.#deliver(item);
    if (statusCode > 200 && statusCode < 300 && statusCode !== 298 && statusCode !== 299) {
      this.options.violations.note('bare-2xx', `an item has status ${statusCode}: nothing is sent for it`);
    }
    if (statusCode === 299 && jobs.some((echo) => failed.whileTransforming.has(orderingKey(echo)))) {
      const ids = jobs.map(({ jobId }) => jobId).join(', ');
      this.options.violations.note(
        'done-before-its-predecessor',
        `job ${ids} was delivered, but the job before it failed`,
      );
    }
    const retried = statusCode < 200 || statusCode >= 500 || statusCode === 408 || statusCode === 429;
    if (retried) for (const echo of jobs) failed.whileTransforming.add(orderingKey(echo));
    return waits && retried ? new Map() : everyJob(jobs, { code: statusCode, text: error, dontBatch: false });
  }

  async #deliver(item: RouterItem): Promise<ReadonlyMap<number, JobResult>> {
    const { jobs, batchedRequest } = item;
    const { proxy, direct, violations } = this.options;
    const reading = readDescriptors(batchedRequest, jobs[0]?.transformAt ?? '', violations);
    if (!reading.ok) return everyJob(jobs, { code: reading.code, text: reading.error, dontBatch: false });
    const { descriptors } = reading;
    if (proxy === undefined) {
      return everyJob(jobs, { ...(await deliverDirectly(descriptors, direct)), dontBatch: false });
    }
    const { destinationConfig, destinationVersion } = item;
    return proxy.deliver({ jobs, descriptors, destinationConfig, destinationVersion });
  }

  #settle(job: Job, echo: Echo, result: JobResult | undefined, failed: FailedKeys): void {
    const key = orderingKey(echo);
    if (result === undefined) {
      job.state = 'Waiting';
      return;
    }
    const { timing, patience } = this.options;
    job.code = result.code;
    job.error = result.text;
    job.dontBatch = result.dontBatch;
    // The host knows earlier attempts only from the metadata that the service echoes.
    job.attemptNum = echo.attemptNum + 1;
    job.firstAttemptedAt = echo.firstAttemptedAt === '' ? new Date().toISOString() : echo.firstAttemptedAt;
    job.state = verdictOf(result.code, job, timing);
    if (job.state !== 'Failed') {
      if (this.#barriers.get(key) === job.id) this.#barriers.delete(key);
      this.#remove(job, job.state);
      return;
    }
    failed.all.add(key);
    this.#setBarrier(key, job);
    job.retryAtMs = Date.now() + backoffMs(timing, job.attemptNum);
    const tries = (this.#tries.get(job.id) ?? 0) + 1;
    this.#tries.set(job.id, tries);
    if (tries < patience) return;
    this.options.violations.note(
      'never-ends',
      `job ${job.id} got ${job.code} ${tries} times: ${job.error.slice(0, 200)}`,
    );
    this.#remove(job, 'Failed');
  }

  #setBarrier(key: string, { id }: Job): void {
    this.#barriers.set(key, Math.min(id, this.#barriers.get(key) ?? id));
  }

  #remove(job: Job, state: Job['state']): void {
    job.state = state;
    this.#queue = this.#queue.filter((other) => other !== job);
  }
}

/** The item of a job that the processor has transformed: the router delivers it unchanged. */
function itemOf(job: Job): RouterItem {
  const { destination, traceparent = '' } = job.event;
  return {
    jobs: [
      {
        jobId: job.id,
        userId: job.userId,
        destinationId: destination.ID,
        workspaceId: destination.WorkspaceID,
        sourceId: sourceOf(job.event).id,
        transformAt: 'processor',
        attemptNum: job.attemptNum,
        firstAttemptedAt: job.firstAttemptedAt,
        traceparent,
        dontBatch: job.dontBatch,
        destInfo: undefined,
      },
    ],
    statusCode: 200,
    error: '',
    batchedRequest: job.payload,
    destinationConfig: destination.Config,
    destinationVersion: destination.version,
  };
}

function everyJob(jobs: readonly Echo[], result: JobResult): ReadonlyMap<number, JobResult> {
  return new Map(jobs.map(({ jobId }) => [jobId, result]));
}
