import { newJob, type HostEvent, type Job } from './job';
import type { ProcessorTransform } from './processor-transform';

/** How many events the processor takes up at a time; the requests for them all run side by side. */
const SUB_JOB_SIZE = 400;

/**
 * Has all events transformed before they are queued, and makes jobs of what comes back: of one event none, one or several, in order.
 *
 * An event that is dropped here is a job that has ended.
 */
export async function transformAtProcessor(
  events: readonly HostEvent[],
  transform: ProcessorTransform,
  batchSize: number,
): Promise<Job[]> {
  const jobs: Job[] = [];
  for (let at = 0; at < events.length; at += SUB_JOB_SIZE) {
    const numbered = events.slice(at, at + SUB_JOB_SIZE);
    const batches: Promise<readonly Job[]>[] = [];
    for (let from = 0; from < numbered.length; from += batchSize) {
      batches.push(transformBatch(numbered.slice(from, from + batchSize), at + from + 1, transform));
    }
    for (const batch of await Promise.all(batches)) {
      for (const job of batch) jobs.push({ ...job, id: jobs.length + 1 });
    }
  }
  return jobs;
}

async function transformBatch(
  events: readonly HostEvent[],
  from: number,
  transform: ProcessorTransform,
): Promise<readonly Job[]> {
  const items = await transform.transform(events, from);
  return items.flatMap(({ eventNumber, statusCode, error, output, rudderId }): Job[] => {
    const event = events[eventNumber - from];
    if (event === undefined) return [];
    const job = newJob(0, eventNumber, event, { userId: rudderId });
    if (statusCode === 200) return [{ ...job, payload: output ?? {} }];
    const state = statusCode === 298 ? 'Filtered' : 'Aborted';
    return [{ ...job, code: statusCode, error, state }];
  });
}
