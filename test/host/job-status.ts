import type { Job } from './job';
import type { Timing } from './timing';

/** The job status that a status code leads to. */
export type Verdict = 'Succeeded' | 'Filtered' | 'Aborted' | 'Failed';

const MIN_ATTEMPTS = 3;
/** The code for an undecodable answer: retried as long as the host keeps the job. */
const UNDECODABLE = 599;

/** The job status after a status code; `job.attemptNum` includes this attempt. */
export function verdictOf(code: number, job: Job, timing: Timing): Verdict {
  if (code === 298) return 'Filtered';
  if (code >= 200 && code < 300) return 'Succeeded';
  if (code >= 300 && code < 500 && code !== 408 && code !== 429) return 'Aborted';
  if (code < 500 || code === UNDECODABLE || job.firstAttemptedAt === '') return 'Failed';
  const ageMs = Date.now() - Date.parse(job.firstAttemptedAt);
  return ageMs > timing.retryWindowMs && job.attemptNum >= MIN_ATTEMPTS ? 'Aborted' : 'Failed';
}
