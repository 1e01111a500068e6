import { seededRandom } from './random';

/** The most jobs that a worker puts into one request (`Router.noOfJobsToBatchInAWorker`). */
export const MOST_JOBS = 20;

/**
 * Sizes of batches as a real host was seen to send them: from 1 to 20 jobs, mostly 20, 5 or 1, as a worker sends what has come in five
 * seconds. Here a worker does not wait for jobs, it takes fewer.
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
