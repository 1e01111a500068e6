import { RetryableError, type DestinationError } from '../core/errors.js';
import type { JsonObject } from '../core/json-object.js';
import type { RequestPlan } from '../core/plan.js';
import type { DestinationConfig } from '../destinations/gainsight_px/index.js';
import { isFilterable } from '../protocol/item-status.js';
import type { Failed, Outcome } from '../router/index.js';

/** What became of one event of a batch. */
export type JobResult =
  /** The host is to send it. */
  | { readonly kind: 'handOver'; readonly plan: RequestPlan; readonly config: DestinationConfig }
  /** Its plan was run to its end. */
  | { readonly kind: 'delivered'; readonly plan: RequestPlan }
  | {
      readonly kind: 'failed';
      readonly error: DestinationError;
      readonly pxStatus?: number;
      /** The plan, where it failed because PX does not know an object that another event may be creating at this moment. */
      readonly absentIn?: RequestPlan;
    };

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
  return {
    kind: 'failed',
    error,
    ...(status === undefined ? {} : { pxStatus: status }),
    ...(isAbsence(outcome) ? { absentIn: plan } : {}),
  };
}

/**
 * The same, where what is absent is given the time to come: by another replica, by another key of the host's (a user has one for each
 * of its anonymous ids), or through PX itself, whose read side lags. The first attempt of a job is not its last for that; the host makes the
 * next one ten seconds later (RudderStack rudder-server v1.83, `router/misc.go`).
 */
export function retriedOnce(result: JobResult, { attemptNum }: JsonObject): JobResult {
  if (result.kind !== 'failed' || result.absentIn === undefined || attemptNum !== 0) return result;
  const message = `${result.error.message}; it may be on its way, to be tried once more`;
  return failedJob(new RetryableError('unavailable', message));
}

/** Of a refused create the update's 404 is the last word; of a link or of preferences the code says it. */
function isAbsence({ code, requests }: Failed): boolean {
  if (code === 'user_not_found' || code === 'account_not_found') return true;
  return code === 'rejected' && requests.at(-1)?.verdict === 'notFound';
}

/** Whether a job is not meant for this destination: neither delivered nor failed. */
export function isFiltered(result: JobResult): boolean {
  return result.kind === 'failed' && isFilterable(result.error);
}

/** Whether a job is to be done again. */
export function isRetryable(result: JobResult): boolean {
  return result.kind === 'failed' && result.error.retryable;
}
