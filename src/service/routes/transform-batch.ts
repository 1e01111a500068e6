import type { FastifyReply } from 'fastify';
import type { TransformEvent } from '../../protocol/index.js';
import { logBugs } from '../observe/internal-errors.js';
import type { Context } from '../context.js';
import type { JobResult } from '../batch/job-result.js';
import { handOverBatch, runBatch, type BatchJob, type Deliver, type Treatment } from '../batch/run-batch.js';
import { Deadline } from '../../runtime/index.js';

const NEVER_RUN: Treatment['isRun'] = () => false;

/** Maps a batch and, in inline mode, runs what is to be run. */
export async function transform(
  events: readonly TransformEvent[],
  context: Context,
  reply: FastifyReply,
  treatment: Treatment,
): Promise<JobResult[]> {
  const results = await resultsOf(events, context, reply, treatment);
  const errors = results.flatMap((result) => (result.kind === 'failed' ? [result.error] : []));
  logBugs(errors, context.settings.log);
  return results;
}

async function resultsOf(
  events: readonly TransformEvent[],
  { settings, mapper, router, memory, clock }: Context,
  reply: FastifyReply,
  treatment: Treatment,
): Promise<JobResult[]> {
  const jobs: BatchJob[] = events.map((event) => ({ event, mapped: mapper.map(event) }));
  const isRun = settings.mode === 'inline' ? treatment.isRun : NEVER_RUN;
  if (!jobs.some(({ mapped }) => 'plan' in mapped && isRun(mapped.plan))) return handOverBatch(jobs);

  const deadline = new Deadline(clock, settings.transformDeadlineMs, { connection: reply.raw });
  try {
    const deliver: Deliver = (plan, options) =>
      router.deliver(plan, { ...options, timeLeftMs: deadline.leftMs });
    return await runBatch(jobs, treatment, { deliver, memory, signal: deadline.signal });
  } finally {
    deadline.release();
  }
}
