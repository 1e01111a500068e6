import type { FastifyReply, FastifyRequest } from 'fastify';
import type { TransformEvent } from '../../protocol/index.js';
import { isFailed, type JobResult } from '../batch/job-result.js';
import { runBatch, type BatchJob, type Treatment } from '../batch/run-batch.js';
import { withTrace } from '../batch/with-trace.js';
import type { ServiceContext } from '../context.js';
import { Deadline } from '../../runtime/index.js';
import { logInternalErrors } from '../observe/internal-errors.js';
import { sourceOfJob } from '../live/job-source.js';
import type { LiveSource } from '../live/live-record.js';

/** An event with what it was mapped to, and what to answer for it. */
export interface Transformed extends BatchJob {
  readonly result: JobResult;
}

const NEVER_RUN: Treatment['isRun'] = () => false;

/** Maps a batch and, in inline mode, runs the plans that the treatment selects. */
export async function transform(
  events: readonly TransformEvent[],
  { settings, mapper, router, memory, clock }: ServiceContext,
  { trace }: FastifyRequest,
  reply: FastifyReply,
  treatment: Treatment,
): Promise<Transformed[]> {
  const jobs = events.map((event) => withTrace({ event, mapped: mapper.map(event) }, trace));
  const deadline = new Deadline(clock, settings.transformDeadlineMs, { connection: reply.raw });
  try {
    const isRun = settings.mode === 'inline' ? treatment.isRun : NEVER_RUN;
    const batch = router.batch({ signal: deadline.signal, timeLeftMs: deadline.leftMs });
    const results = await runBatch(jobs, { ...treatment, isRun }, batch, memory);
    const errors = results.filter(isFailed).map(({ error }) => error);
    logInternalErrors(errors, settings.log);
    return jobs.map((job, index) => ({ ...job, result: results[index]! }));
  } finally {
    deadline.release();
  }
}

/** What there is to show of an event. */
export function sourceOf(job: Transformed, { settings }: ServiceContext): LiveSource {
  return sourceOfJob(job, job.result, settings.configDefaults);
}
