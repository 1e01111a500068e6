/** How long to wait between the attempts at one request. */
export interface BackoffSettings {
  readonly backoffBaseMs: number;
  readonly backoffMaxMs: number;
  readonly random: () => number;
}

/**
 * The wait before a retry, in milliseconds: exponential with full jitter, so that many who failed together do not come back together.
 *
 * @param retry 1 for the first.
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoffMs({ backoffBaseMs, backoffMaxMs, random }: BackoffSettings, retry: number): number {
  return random() * Math.min(backoffMaxMs, backoffBaseMs * 2 ** (retry - 1));
}
