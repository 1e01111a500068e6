/** How long to wait between the attempts at one request. */
export interface BackoffSettings {
  readonly backoffBaseMs: number;
  readonly backoffMaxMs: number;
  readonly random: () => number;
}

/**
 * The wait before a retry, in milliseconds: exponential with full jitter, so that many who failed together do not come back
 * together; but at least what the answer asked for. `undefined` when it asked for more than the longest wait: asking again before
 * would be in vain.
 *
 * @param retry 1 for the first.
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoffMs(settings: BackoffSettings, retry: number, retryAfterMs = 0): number | undefined {
  const { backoffBaseMs, backoffMaxMs, random } = settings;
  const jitteredMs = random() * Math.min(backoffMaxMs, backoffBaseMs * 2 ** (retry - 1));
  return retryAfterMs > backoffMaxMs ? undefined : Math.max(jitteredMs, retryAfterMs);
}
