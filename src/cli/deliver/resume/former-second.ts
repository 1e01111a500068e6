import { sleep, type Clock } from '../../../runtime/index.js';

/** The second of `--requests-per-second`, with the margin of the rate limiter. */
const SECOND_MS = 1_020;

/**
 * Waits until the second is over in which the run before may have sent. That run has ended before this process began, and nobody knows
 * how much it sent in its last second.
 *
 * @param clock counts from the beginning of the process
 */
export async function formerSecond(clock: Clock, requestsPerSecond: number): Promise<void> {
  const leftMs = SECOND_MS - clock.nowMs();
  if (requestsPerSecond !== Infinity && leftMs > 0) await sleep(clock, leftMs);
}
