import type { RequestTrace } from '../observe/request-trace.js';
import type { BatchJob } from './run-batch.js';

/** A job whose requests are reported in a trace; the same job where nothing is traced. */
export function withTrace(job: BatchJob, trace: RequestTrace | undefined): BatchJob {
  if (trace === undefined) return job;
  const { event, mapped } = job;
  return { ...job, onRequest: trace.addJob(event.metadata, 'plan' in mapped ? mapped.plan : undefined) };
}
