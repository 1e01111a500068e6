import { RetryableError, type DestinationError } from '../core/errors.js';
import type { RequestPlan } from '../core/plan.js';
import type { DestinationConfig } from '../destinations/gainsight_px/index.js';
import type { Outcome } from '../router/index.js';

/** What became of one event of a batch. */
export type JobResult =
  /** The host is to send it. */
  | { readonly kind: 'handOver'; readonly plan: RequestPlan; readonly config: DestinationConfig }
  /** Its plan was run to its end. */
  | { readonly kind: 'delivered'; readonly plan: RequestPlan }
  | { readonly kind: 'failed'; readonly error: DestinationError; readonly pxStatus?: number };

/** A failure that has no answer of PX behind it. */
export function failedJob(error: DestinationError): JobResult {
  return { kind: 'failed', error };
}

/** A job that must wait, because an earlier one of its ordering key has to be done again. */
export function blockedJob(): JobResult {
  return failedJob(
    new RetryableError(
      'blocked',
      'not sent: an earlier event of the same user failed and is to be sent again first',
    ),
  );
}

/** What the delivery of a job's plan means to the job. */
export function resultOf(plan: RequestPlan, outcome: Outcome): JobResult {
  if (outcome.delivered) return { kind: 'delivered', plan };
  const { error, status } = outcome;
  return { kind: 'failed', error, ...(status === undefined ? {} : { pxStatus: status }) };
}

/** Whether a job is to be done again. */
export function isRetryable(result: JobResult): boolean {
  return result.kind === 'failed' && result.error.retryable;
}
