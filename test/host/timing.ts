/** How long the host waits, in milliseconds. */
export interface Timing {
  readonly featuresPollMs: number;
  /** Between two tries of a `/routerTransform` request that got no answer; after 32 tries the host panics. */
  readonly transformRetryMs: number;
  /** Before a failed job is tried again; doubles with each attempt up to `maxBackoffMs`. */
  readonly minBackoffMs: number;
  readonly maxBackoffMs: number;
  /** A job with a 5xx is aborted when it is older than this and was tried three times. */
  readonly retryWindowMs: number;
  /** The first wait of the processor's client; each further wait is 1.5 times as long. */
  readonly processorRetryMs: number;
  readonly processorMaxRetryMs: number;
  readonly processorRetryCapMs: number;
  /** After a 503 with `X-Rudder-Should-Retry`, without limit; doubles up to `maxShouldRetryMs`. */
  readonly shouldRetryMs: number;
  readonly maxShouldRetryMs: number;
}

const REAL: Timing = {
  featuresPollMs: 10_000,
  transformRetryMs: 100,
  minBackoffMs: 10_000,
  maxBackoffMs: 300_000,
  retryWindowMs: 180 * 60_000,
  processorRetryMs: 500,
  processorMaxRetryMs: 30_000,
  processorRetryCapMs: 15 * 60_000,
  shouldRetryMs: 1_000,
  maxShouldRetryMs: 30_000,
};

/** The timing of the real host, with each wait divided by `factor`. */
export function shortened(factor: number): Timing {
  const entries = Object.entries(REAL).map(([name, ms]) => [name, (ms as number) / factor]);
  return Object.fromEntries(entries) as unknown as Timing;
}

/** The wait before attempt `attempt + 1`; `attempt` counts from 1. */
export function backoffMs({ minBackoffMs, maxBackoffMs }: Timing, attempt: number): number {
  return Math.min(maxBackoffMs, minBackoffMs * 2 ** Math.max(0, attempt - 1));
}

export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
