import { HostKilled } from './host-process';
import { newJob, type HostEvent, type Job } from './job';
import type { ProcessorTransform } from './processor-transform';

/** How many events the processor reads at a time; it sends the requests for them at the same time. */
const SUB_JOB_SIZE = 400;

/**
 * Transforms all events before they are queued, and makes jobs of the results: none, one or several for each
 * event, in order.
 *
 * An event that is dropped here counts as a job with a final state. After a kill, the processor transforms
 * its current events again.
 *
 * @param restart starts the process again after a kill
 */
export async function transformAtProcessor(
  events: readonly HostEvent[],
  transform: ProcessorTransform,
  batchSize: number,
  restart: () => Promise<void>,
): Promise<Job[]> {
  const jobs: Job[] = [];
  let at = 0;
  while (at < events.length) {
    const numbered = events.slice(at, at + SUB_JOB_SIZE);
    const batches: Promise<readonly Job[]>[] = [];
    for (let from = 0; from < numbered.length; from += batchSize) {
      batches.push(transformBatch(numbered.slice(from, from + batchSize), at + from + 1, transform));
    }
    const settled = await Promise.allSettled(batches);
    const failures = settled.flatMap((batch) =>
      batch.status === 'rejected' ? [batch.reason as unknown] : [],
    );
    const failure = failures.find((reason) => !(reason instanceof HostKilled)) ?? failures[0];
    if (failure instanceof HostKilled) {
      await restart();
      continue;
    }
    if (failure !== undefined) throw failure;
    const made = settled.flatMap((batch) => (batch.status === 'fulfilled' ? batch.value : []));
    for (const job of made) jobs.push({ ...job, id: jobs.length + 1 });
    at += SUB_JOB_SIZE;
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
