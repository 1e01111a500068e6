import type { JsonObject, RequestPlan } from '../../core/index.js';
import { digest } from '../../runtime/index.js';
import { NOTHING_SENT, type Outcome } from '../../router/index.js';

/** The host sends a batch again within seconds if its answer was lost, a failed job within five minutes. */
const KEPT_MS = 15 * 60_000;

/** Where the outcome of a repeated job comes from. */
export type RepeatSource =
  /** The job was done before. */
  | 'memory'
  /** The job was still running. */
  | 'running';

interface Limits {
  /** Jobs remembered at most; each takes about 150 bytes. */
  readonly maxJobs: number;
  readonly nowMs: () => number;
  /** Called for each job that is not run because it came before. */
  readonly onRepeat: (source: RepeatSource) => void;
}

/**
 * Names a job for {@link JobMemory}, by its PX, its API key, the host's ids and its message. All attempts of a job have
 * one name, because a restarted host counts them from 0 again. The job id alone is not enough, because a new host counts
 * from 1.
 *
 * @param jobs the metadata of the host's jobs that the plan delivers; mostly one
 * @param identity the id of its message, or the whole message
 * @returns a digest; undefined when a job has no id
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
  return digest([route, ...addressOf(plan), ids, identity]);
}

/** The PX and the API key that a plan is sent to. */
function addressOf({ steps: [{ request }] }: RequestPlan): unknown[] {
  return [new URL(request.endpoint).origin, request.headers];
}

/** Whether a plan writes something new each time it runs; every other plan is idempotent. */
export function isAppend({ steps: [{ effect }] }: RequestPlan): boolean {
  return effect === 'append';
}

/**
 * Knows which jobs are done and which are running: a batch that comes again, because its answer was lost, is answered
 * and not run again. It is the memory of one process: another replica, or this one after a restart, runs such a batch
 * once more. It is bounded: for each done job it keeps a digest and a time.
 */
export class JobMemory {
  /** Until when each job is remembered, in the order in which they ended. */
  readonly #done = new Map<string, number>();
  /** The newest run of each job: its promise, and the outcome that copies get. */
  readonly #running = new Map<
    string,
    { readonly run: Promise<Outcome>; readonly outcome: Promise<Outcome> }
  >();
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
    // Deleted first, to keep the map in the order of the times.
    this.#done.delete(name);
    this.#done.set(name, nowMs + KEPT_MS);
    if (this.#done.size > this.limits.maxJobs || nowMs >= this.#sweepAtMs) this.#sweep(nowMs);
  }

  /** Makes a job run again when it comes again. */
  forget(name: string | undefined): void {
    if (name !== undefined) this.#done.delete(name);
  }

  isRunning(name: string | undefined): boolean {
    return name !== undefined && this.#running.has(name);
  }

  /**
   * Runs a job until {@link end}. A copy that begins meanwhile gets its outcome, unless the job was cancelled or blocked
   * in its own batch: then the copy is run. PX writes an event twice, so an event that PX took is remembered at once.
   *
   * @param deliver delivers the plan, unless `instead` gives an outcome when the plan is first in its lanes
   * @param isAnew whether a job must be run although its copy is running
   */
  begin(
    name: string | undefined,
    plan: RequestPlan,
    deliver: (instead?: () => Promise<Outcome | undefined>) => Promise<Outcome>,
    isAnew = false,
  ): Promise<Outcome> {
    if (name === undefined) return deliver();
    const copy = isAnew ? undefined : this.#running.get(name)?.outcome;
    const run = copy === undefined ? deliver() : deliver(() => this.#outcomeOfCopy(name, copy));
    const outcome = copy?.then((ended) => (isGivenBack(ended) ? run : ended)) ?? run;
    this.#running.set(name, { run, outcome });
    if (isAppend(plan)) {
      void run.then(({ delivered }) => {
        if (delivered) this.remember(name);
      });
    }
    return run;
  }

  /** Ends what {@link begin} began: a copy that begins later is run, or answered from memory. */
  end(name: string | undefined, run: Promise<Outcome>): void {
    if (name !== undefined && this.#running.get(name)?.run === run) this.#running.delete(name);
  }

  /** The outcome of a job that was done before. */
  recall(): Outcome {
    this.limits.onRepeat('memory');
    return { delivered: true, ...NOTHING_SENT };
  }

  async #outcomeOfCopy(name: string, copy: Promise<Outcome>): Promise<Outcome | undefined> {
    const outcome = await copy;
    if (isGivenBack(outcome)) return this.isDone(name) ? this.recall() : undefined;
    this.limits.onRepeat('running');
    return outcome;
  }

  /** Forgets old jobs and, above the maximum, the oldest tenth. Rarely: a map with deleted entries is slow to read. */
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

/** Whether a job was not finished because of its own batch, and not because of PX. */
function isGivenBack(outcome: Outcome): boolean {
  return !outcome.delivered && (outcome.code === 'cancelled' || outcome.code === 'blocked');
}
