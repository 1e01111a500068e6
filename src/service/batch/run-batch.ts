import type { JsonObject, RequestPlan } from '../../core/index.js';
import type { TransformEvent } from '../../protocol/index.js';
import {
  holdsBack,
  NOTHING_SENT,
  type Batch,
  type Failed,
  type Outcome,
  type RequestRecord,
} from '../../router/index.js';
import { isAppend, type JobMemory } from './job-memory.js';
import { asThrottled, type JobResult } from './job-result.js';
import type { Mapped } from './map-event.js';
import { orderingKey } from './ordering-key.js';
import { OverwrittenLanes } from './overwritten-lanes.js';

/** One event of a batch with its plan, or why it has none. */
export interface BatchJob {
  readonly event: TransformEvent;
  readonly mapped: Mapped | Failed;
  /** Told of the requests of the plan. Default: nobody. */
  readonly onRequest?: ((record: RequestRecord) => void) | undefined;
}

/** How a route treats the jobs of a batch. */
export interface Treatment {
  /** Whether a plan is run while transforming; one that is not is handed over to the host. */
  readonly isRun: (plan: RequestPlan) => boolean;
  /** What an outcome means to a job with this metadata; `all` are the outcomes of the whole batch. */
  readonly judge: (outcome: Outcome, metadata: JsonObject, all: readonly Outcome[]) => Outcome;
  /** Names a job, so that its repetition is recognized; `undefined` when it cannot be named. */
  readonly nameOf: (plan: RequestPlan, event: TransformEvent) => string | undefined;
  /** Whether the host sends the updates of a plan once more, after it was run. */
  readonly isRepeatedByHost: boolean;
  /** Whether one job that must be sent again makes the host send the whole batch again. */
  readonly isAllOrNothing: boolean;
  /**
   * Resolves, at the latest time of the answer, with the outcome of jobs that are not settled then. What they have in flight runs to its
   * end. Default: the answer waits.
   */
  readonly tooLate?: Promise<Outcome>;
}

/** A job that is not handed over. */
interface RunJob extends Pick<Mapped, 'plan' | 'eventTimes'> {
  readonly name: string | undefined;
}

/** What the host is answered for a plan that it sends itself, unless an earlier job holds it back. */
const HANDED_OVER: Outcome = { delivered: true, ...NOTHING_SENT };

/**
 * Runs a batch and resolves with its results, in its order. The router keeps the order of each ordering key and of each
 * user and account of PX, and answers jobs that an earlier one holds back: also those that the host would send. A job
 * that is done already, or is running in another batch, is not run again. Never rejects.
 */
export async function runBatch(
  jobs: readonly BatchJob[],
  { isRun, judge, nameOf, isRepeatedByHost, isAllOrNothing, tooLate }: Treatment,
  batch: Batch,
  memory: JobMemory,
): Promise<JobResult[]> {
  const overwritten = new OverwrittenLanes();
  const begun: { readonly name: string | undefined; readonly run: Promise<Outcome> }[] = [];
  const runJobs = jobs.map(({ event, mapped }): RunJob | undefined =>
    'plan' in mapped && isRun(mapped.plan)
      ? { plan: mapped.plan, eventTimes: mapped.eventTimes, name: nameOf(mapped.plan, event) }
      : undefined,
  );

  const outcomeOf = ({ event, mapped, onRequest }: BatchJob, job: RunJob | undefined): Promise<Outcome> => {
    const order = { orderingKey: orderingKey(event.metadata) };
    if (job === undefined) return batch.add({ ...order, outcome: 'plan' in mapped ? HANDED_OVER : mapped });
    const { plan, eventTimes, name } = job;
    const isRunning = memory.isRunning(name);
    if (!isRunning && memory.isDone(name) && !overwritten.overtakesDone(plan))
      return batch.add({ ...order, outcome: memory.recall() });
    const isAnew = overwritten.overtakesRunning(plan);
    overwritten.note(plan, isRunning && !isAnew);
    const planJob = { ...order, plan, eventTimes, isRepeatedElsewhere: isRepeatedByHost, onRequest };
    const run = memory.begin(name, plan, (instead) => batch.add({ ...planJob, instead }), isAnew);
    begun.push({ name, run });
    return run;
  };
  // Nothing is awaited between two jobs, so that a batch waits for older ones only.
  const running = jobs.map((job, index) => outcomeOf(job, runJobs[index]));
  const outcomes = await Promise.all(
    tooLate === undefined ? running : running.map((outcome) => Promise.race([outcome, tooLate])),
  );
  const answers = batch.answers(
    outcomes.map((outcome, index) => judge(asThrottled(outcome), jobs[index]!.event.metadata, outcomes)),
  );

  // A job that comes again overwrites later updates, so those must come again, too. Events overwrite nothing.
  const comesAgain = isAllOrNothing && answers.some(holdsBack);
  answers.forEach(({ delivered }, index) => {
    const job = runJobs[index];
    if (delivered && !comesAgain) memory.remember(job?.name);
    else if (job !== undefined && !isAppend(job.plan)) memory.forget(job.name);
  });
  for (const { name, run } of begun) {
    // A job that is too late is still running: its copies must find it.
    void run.then(() => {
      memory.end(name, run);
    });
  }
  return answers.map((answer, index) => {
    const { mapped } = jobs[index]!;
    return answer.delivered && runJobs[index] === undefined && 'plan' in mapped ? mapped : answer;
  });
}
