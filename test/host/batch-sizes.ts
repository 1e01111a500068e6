import { seededRandom } from './random';

/** The most jobs that a worker puts into one request (`Router.noOfJobsToBatchInAWorker`). */
export const MOST_JOBS = 20;

/**
 * Batch sizes as a real host sends them: 1 to 20 jobs, mostly 20, 5 or 1, because a worker sends the jobs
 * that came within five seconds. Here a worker does not wait for jobs; it picks up fewer.
 */
export function batchSizesAsSeen(seed = 1): () => number {
  const random = seededRandom(seed);
  return () => {
    const kind = random();
    if (kind < 0.4) return MOST_JOBS;
    if (kind < 0.65) return 5;
    if (kind < 0.85) return 1;
    return 1 + Math.floor(random() * MOST_JOBS);
  };
}
