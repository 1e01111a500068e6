import {
  AbortedError,
  RetryableError,
  ThrottledError,
  type DestinationError,
  type JsonObject,
  type RequestPlan,
  type RouteName,
} from '../../core/index.js';
import type { DestinationConfig } from '../../destinations/gainsight_px/index.js';
import { isFilterable } from '../../protocol/index.js';
import { type Failed, type Outcome, holdsBack } from '../../router/index.js';

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
      /** It was not finished for a reason of its batch, and not for an answer of PX. */
      readonly givenBack?: true;
    };

/** A failure that has no answer of PX behind it. */
export function failedJob(error: DestinationError): JobResult {
  return { kind: 'failed', error };
}

/** A job that must wait, because an earlier one of its ordering key has to be done again. */
export function blockedJob(): JobResult {
  return {
    kind: 'failed',
    error: new RetryableError(
      'blocked',
      'not sent: an earlier event of the same user failed and is to be sent again first',
    ),
    givenBack: true,
  };
}

/** A job that was not begun, because nobody waits for it any longer. */
export function cancelledJob(): JobResult {
  return {
    kind: 'failed',
    error: new RetryableError('cancelled', 'not sent: the time for this request is over'),
    givenBack: true,
  };
}

/** Whether a job was not begun, or not finished, because nobody waits for it any longer. */
export function isCancelled(result: JobResult): boolean {
  return result.kind === 'failed' && result.error.code === 'cancelled';
}

/** Whether a plan ended with its time because PX asked it, or its whole API key, to wait. */
function wasThrottled({ code, retryAfterMs, requests }: Failed): boolean {
  return code === 'cancelled' && (retryAfterMs !== undefined || requests.at(-1)?.status === 429);
}

/** The host's adaptive throttle sees nothing but 429. */
function throttledError({ retryAfterMs }: Failed): ThrottledError {
  const asked = retryAfterMs === undefined ? '' : ` for ${Math.ceil(retryAfterMs / 1_000)} s`;
  return new ThrottledError('throttled', `not sent in the time of this request: PX asks to wait${asked}`);
}

/** What the delivery of a job's plan means to the job. */
export function resultOf(plan: RequestPlan, outcome: Outcome): JobResult {
  if (outcome.delivered) return { kind: 'delivered', plan };
  const { status } = outcome;
  const error = wasThrottled(outcome) ? throttledError(outcome) : outcome.error;
  return {
    kind: 'failed',
    error,
    ...(status === undefined ? {} : { pxStatus: status }),
    ...(isAbsence(outcome) ? { absentIn: plan } : {}),
    ...(outcome.code === 'cancelled' || outcome.code === 'blocked' ? { givenBack: true } : {}),
  };
}

/**
 * The same, where the host gives a job further attempts, some ten seconds after each other (RudderStack rudder-server v1.83,
 * `router/misc.go`), and holds the later jobs of its ordering key meanwhile: so they are few. A group whose user is missing has three, as the
 * user may come by another ordering key, or by another replica. What PX has just written to, and then does not find, has two: its read side
 * lags.
 */
export function withinAttempts(result: JobResult, { attemptNum }: JsonObject): JobResult {
  if (result.kind !== 'failed' || result.absentIn === undefined) return result;
  const { error, ...rest } = result;
  if (error.retryable) {
    if (attemptNum === 0 || attemptNum === 1) return result;
    return { ...rest, error: new AbortedError(error.code, error.message) };
  }
  if (attemptNum !== 0) return result;
  const message = `${error.message}; it may be on its way, to be tried once more`;
  return failedJob(new RetryableError('unavailable', message));
}

/** The calls whose 404 says that another message, or PX itself, is late. A create or an event names nothing that could be missing. */
const FIND_AN_OBJECT: readonly RouteName[] = ['users.update', 'accounts.update', 'preferences.set'];

/** A plan that ends with a 404 has no way on: it was a link, preferences, or the update after a refused create. */
function isAbsence({ requests }: Failed): boolean {
  const last = requests.at(-1);
  return last?.verdict === 'notFound' && FIND_AN_OBJECT.includes(last.route);
}

/** Whether a job is not meant for this destination: neither delivered nor failed. */
export function isFiltered(result: JobResult): boolean {
  return result.kind === 'failed' && isFilterable(result.error);
}

/** Whether a job is to be done again. */
export function isRetryable(result: JobResult): boolean {
  return result.kind === 'failed' && result.error.retryable;
}

/** Whether later jobs of the same ordering key must wait for it. */
export function isHoldingBack(result: JobResult): boolean {
  return result.kind === 'failed' && holdsBack(result.error);
}
