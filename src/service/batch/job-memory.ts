import type { JsonObject, RequestPlan } from '../../core/index.js';
import { digest, untilAborted } from '../../runtime/index.js';
import { cancelledJob, type JobResult } from './job-result.js';
import { scopeOf } from './scope-of.js';

/** A host sends a batch whose answer was lost again within seconds, a failed job after five minutes at most. */
const KEPT_MS = 15 * 60_000;

/** From where a job that came a second time has its result. */
export type RepeatSource =
  /** It was done before. */
  | 'memory'
  /** It was being done at that time. */
  | 'running';

interface Limits {
  /** Jobs remembered at most; each takes about 150 bytes. */
  readonly maxJobs: number;
  readonly nowMs: () => number;
  /** Told of each job that is not run, because it came before. */
  readonly onRepeat: (source: RepeatSource) => void;
}

/**
 * Names a job for {@link JobMemory}: by where its plan sends and by what the host tells it apart by. Attempts are not told apart: a host that
 * was started anew counts them from 0 again. A job id alone is not enough, either, because a new host counts from 1.
 *
 * @param jobs the metadata of the host's jobs that the plan is of; mostly of one
 * @param identity what else is the job's own: its message's id, or all of its content
 * @returns a digest; undefined when a job has no id, and so may be any
 */
export function jobName(
  route: string,
  plan: RequestPlan,
  jobs: readonly JsonObject[],
  identity: unknown,
): string | undefined {
  if (jobs.some(({ jobId }) => jobId === undefined || jobId === null)) return undefined;
  const ids = jobs.map(({ workspaceId, destinationId, jobId, messageId }) => [
    workspaceId,
    destinationId,
    jobId,
    messageId,
  ]);
  return digest([route, scopeOf(plan), ids, identity]);
}

/** Whether a plan writes something new each time it is run; all others say the same when repeated. */
export function isAppend({ steps: [{ route }] }: RequestPlan): boolean {
  return route === 'events.create';
}

/**
 * Which jobs are done, and which are being done: so that a batch that comes a second time, because its answer was lost, is answered and not
 * run again. It is the memory of one process: another replica, and this one after a restart, run such a batch once more.
 *
 * Bounded: names are digests, and of each done job nothing else is kept but a time.
 */
export class JobMemory {
  /** Until when a job is remembered; in the order of being done. */
  readonly #done = new Map<string, number>();
  readonly #running = new Map<string, Promise<JobResult>>();
  #sweepAtMs = 0;

  constructor(private readonly limits: Limits) {}

  /** How many done jobs are remembered. */
  get size(): number {
    return this.#done.size;
  }

  isDone(name: string | undefined): boolean {
    const untilMs = name === undefined ? undefined : this.#done.get(name);
    return untilMs !== undefined && untilMs > this.limits.nowMs();
  }

  /** Remembers a job as done. */
  remember(name: string | undefined): void {
    if (name === undefined) return;
    const nowMs = this.limits.nowMs();
    // Deleted first: the map is in the order of the times.
    this.#done.delete(name);
    this.#done.set(name, nowMs + KEPT_MS);
    if (this.#done.size > this.limits.maxJobs || nowMs >= this.#sweepAtMs) this.#sweep(nowMs);
  }

  /** Has a job run again when it comes again. */
  forget(name: string | undefined): void {
    if (name !== undefined) this.#done.delete(name);
  }

  /** The result of a job that is being done. */
  running(name: string | undefined): Promise<JobResult> | undefined {
    return name === undefined ? undefined : this.#running.get(name);
  }

  /** Begins a job, whose result copies wait for until {@link end}; an event that PX took is remembered whatever its job is answered. */
  begin(name: string | undefined, plan: RequestPlan, result: Promise<JobResult>): void {
    if (name === undefined) return;
    this.#running.set(name, result);
    if (!isAppend(plan)) return;
    void result.then(({ kind }) => {
      if (kind === 'delivered') this.remember(name);
    });
  }

  /** Ends what {@link begin} began: copies do not get its result any longer. */
  end(name: string | undefined, result: Promise<JobResult>): void {
    if (name !== undefined && this.#running.get(name) === result) this.#running.delete(name);
  }

  /** The result of a job that was done before. */
  recall(plan: RequestPlan): JobResult {
    this.limits.onRepeat('memory');
    return { kind: 'delivered', plan };
  }

  /**
   * The result of a job whose copy is being done: the copy's, unless that did not begin, because its own host went away. Then the job is run.
   *
   * @param signal ends the wait
   */
  async follow(
    name: string | undefined,
    plan: RequestPlan,
    signal: AbortSignal,
    run: () => Promise<JobResult>,
  ): Promise<JobResult> {
    let followed = this.running(name);
    while (followed !== undefined) {
      const result = await untilAborted(followed, signal).catch(() => undefined);
      if (result === undefined) return cancelledJob();
      if (result.kind !== 'failed' || result.givenBack !== true) {
        this.limits.onRepeat('running');
        return result;
      }
      if (this.isDone(name)) return this.recall(plan);
      const next = this.running(name);
      followed = next === followed ? undefined : next;
    }
    return run();
  }

  /** Forgets what is old, and of more than is kept the oldest tenth: seldom, because walking over what was deleted takes time. */
  #sweep(nowMs: number): void {
    this.#sweepAtMs = nowMs + KEPT_MS / 10;
    const { maxJobs } = this.limits;
    let surplus = this.#done.size > maxJobs ? this.#done.size - Math.ceil(maxJobs * 0.9) : 0;
    for (const [name, untilMs] of this.#done) {
      if (surplus <= 0 && untilMs > nowMs) return;
      this.#done.delete(name);
      surplus -= 1;
    }
  }
}
