import { AbortedError, creates, RetryableError, ThrottledError, type JsonObject } from '../../core/index.js';
import { isFilterable } from '../../protocol/index.js';
import { failed, type Failed, type Outcome } from '../../router/index.js';
import type { Mapped } from './map-event.js';

/** What to answer for one event of a batch: its outcome, or the plan that the host sends itself. */
export type JobResult = Outcome | Mapped;

/** Whether a job failed. */
export function isFailed(result: JobResult): result is Failed {
  return 'delivered' in result && !result.delivered;
}

/**
 * The outcome as the host must see it. Its adaptive throttle reacts to nothing but 429, so a plan whose time ended
 * while PX asked to wait is `throttled`.
 */
export function asThrottled(outcome: Outcome): Outcome {
  if (outcome.delivered || outcome.code !== 'cancelled') return outcome;
  const { retryAfterMs, requests } = outcome;
  if (retryAfterMs === undefined && requests.at(-1)?.status !== 429) return outcome;
  const asked = retryAfterMs === undefined ? '' : ` for ${Math.ceil(retryAfterMs / 1_000)} s`;
  const message = `not sent in the time of this request: PX asks to wait${asked}`;
  return failed(new ThrottledError('throttled', message), outcome, outcome);
}

/**
 * An outcome, where the host gives a job further attempts, some ten seconds after each other (RudderStack rudder-server
 * v1.83, `router/misc.go`), and holds the later jobs of its ordering key meanwhile: so they are few. A group whose user
 * is missing has three attempts, as another ordering key or another replica may create the user. An object that PX has
 * just written and does not find yet has two: PX's reads lag behind its writes.
 */
export function withinAttempts(outcome: Outcome, { attemptNum }: JsonObject): Outcome {
  if (outcome.delivered || !isAbsence(outcome)) return outcome;
  const { code, message, retryable } = outcome;
  if (retryable) {
    if (attemptNum === 0 || attemptNum === 1) return outcome;
    return failed(new AbortedError(code, message), outcome, outcome);
  }
  if (attemptNum !== 0) return outcome;
  return failed(
    new RetryableError('unavailable', `${message}; it may be on its way, to be tried once more`),
    outcome,
  );
}

/**
 * Whether a job failed because PX does not know an object that it changes: another job may be creating it at this
 * moment. Plans end with a 404 at a link, at preferences, and at the update after a refused create.
 */
export function isAbsence({ requests }: Failed): boolean {
  const last = requests.at(-1);
  return last?.verdict === 'notFound' && last.effect === 'upsert' && !creates(last);
}

/** Whether this destination does not take such messages: the host counts the job as filtered, not as failed. */
export function isFiltered(result: JobResult): boolean {
  return isFailed(result) && isFilterable(result.error);
}
