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
  /** Where a descriptor goes: to its endpoint, or to the service's proxy route. */
  readonly proxy: ProxyDelivery | undefined;
  readonly direct: DirectOptions;
  /** How many jobs the next batch may have. */
  readonly batchSize: () => number;
  readonly timing: Timing;
  readonly violations: Violations;
  /** How often a job is tried before a test calls it hopeless; the host itself goes on. */
  readonly patience: number;
  /** Whether the host has ended, or its process. */
  readonly stopped: () => boolean;
}

/** The ordering keys of which a job of the batch has failed and is to come again. */
interface FailedKeys {
  readonly all: Set<string>;
  readonly whileTransforming: Set<string>;
}

/** One worker of the router: its jobs in order, one batch after another, and within a batch one delivery after another. */
export class Worker {
  #queue: Job[];
  /** By ordering key: the job that failed, until whose end no later one of the key is picked up. */
  readonly #barriers = new Map<string, number>();
  readonly #tries = new Map<number, number>();
  /** Jobs whose states are not stored yet. */
  #executing: readonly Job[] = [];

  /** @param jobs in the order of their ids; those that wait for their next attempt hold back the later ones of their keys */
  constructor(
    jobs: readonly Job[],
    private readonly options: WorkerOptions,
  ) {
    this.#queue = [...jobs];
    for (const job of jobs) {
      if (job.state === 'Failed' && job.attemptNum > 0) this.#bar(keyOfJob(job), job);
    }
  }

  /** Works until no job is left that can be tried. @throws HostPanic where the host does */
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

  /** What the end of the process does to the batch under way: states that were not stored are lost, those of jobs that are done too. */
  failExecuting(): void {
    for (const job of this.#executing) failExecuting(job);
  }

  /** Jobs in the order of their ids, without those that stand behind a barrier or wait for their next try. */
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
    // One that came back nowhere keeps its place among those that are being worked on, until the host is started anew.
    for (const job of byId.values()) this.#remove(job, 'Waiting');
  }

  /** What an item comes to for each of its jobs; nothing for those that have to wait for an earlier one of their key. */
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
        `job ${ids} was run, the one before it failed`,
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
    // The host knows of earlier attempts what comes back to it, and no more.
    job.attemptNum = echo.attemptNum + 1;
    job.firstAttemptedAt = echo.firstAttemptedAt === '' ? new Date().toISOString() : echo.firstAttemptedAt;
    job.state = verdictOf(result.code, job, timing);
    if (job.state !== 'Failed') {
      if (this.#barriers.get(key) === job.id) this.#barriers.delete(key);
      this.#remove(job, job.state);
      return;
    }
    failed.all.add(key);
    this.#bar(key, job);
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

  #bar(key: string, { id }: Job): void {
    this.#barriers.set(key, Math.min(id, this.#barriers.get(key) ?? id));
  }

  #remove(job: Job, state: Job['state']): void {
    job.state = state;
    this.#queue = this.#queue.filter((other) => other !== job);
  }
}

/** A job that the processor's transform made is delivered as it is. */
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
