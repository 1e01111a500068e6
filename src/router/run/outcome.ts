import {
  AbortedError,
  judge,
  RetryableError,
  ThrottledError,
  type DestinationApi,
  type DestinationError,
  type Effect,
  type ErrorCode,
  type ErrorKind,
  type Method,
  type PlanFailureCode,
  type PlanNote,
  type Step,
  type Transient,
  type Verdict,
} from '../../core/index.js';
import type { AttemptResult } from '../http/transport.js';
import type { Unsent } from '../object-memory/plan-write.js';

/** One attempt at one request of a plan. */
export interface RequestRecord {
  /** Name of the plan's step. */
  readonly step: string;
  readonly route: string;
  readonly effect: Effect;
  readonly method: Method;
  /** HTTP status; absent when no answer came. */
  readonly status?: number;
  /** Present where the answer was an HTML page: a gateway's, not the API's. */
  readonly html?: true;
  /** Why there was no usable answer: `ECONNRESET`, `UND_ERR_SOCKET`, `TIMEOUT` … Absent when there was one. */
  readonly errorCode?: string;
  /** From sending to the end of the answer's body, in milliseconds. */
  readonly durationMs: number;
  /** How long the request had waited for the rate limit before, in milliseconds. */
  readonly waitedMs: number;
  /** How long the answer asks to wait (`Retry-After`), in milliseconds; absent when it does not. */
  readonly retryAfterMs?: number;
  /** What the answer meant to the plan. */
  readonly verdict: Verdict;
  /**
   * Present where the destination may have carried out the request although no answer says so: no answer came, or a 5xx or 408. Absent where
   * the request cannot have left (no connection).
   */
  readonly mayHaveLanded?: true;
}

export interface OutcomeBase {
  /** Every attempt, in order. Empty when nothing was sent. */
  readonly requests: readonly RequestRecord[];
  /** How many of the attempts were repetitions. */
  readonly retries: number;
  /**
   * Whether something may have been written twice: an event was sent again after an attempt that may have been carried
   * out (no answer, a 5xx or a 408). Other writes say the same when repeated, or are refused as duplicates.
   */
  readonly mayBeDuplicate: boolean;
  /** What was not sent, because the destination holds it already (`skipUnchanged`); absent when everything was. */
  readonly unsent?: Unsent;
}

/** All that the plan had to write was written, or what it had to read was read. */
export interface Delivered extends OutcomeBase {
  readonly delivered: true;
  /** What was left out, because the configuration says so; absent when nothing was. */
  readonly note?: PlanNote;
  /** The parsed answer of a plan that reads; absent for plans that write. */
  readonly body?: unknown;
}

/** The plan did not come to its end. */
export interface Failed extends OutcomeBase {
  readonly delivered: false;
  readonly kind: ErrorKind;
  readonly code: ErrorCode;
  /** Whether the same plan may succeed later. */
  readonly retryable: boolean;
  /** HTTP status of the answer that explains the failure; absent when no answer does. */
  readonly status?: number;
  /**
   * How long the destination asks to wait before anything more is sent with this API key, in milliseconds from now; absent when that did not keep
   * the plan from going on.
   */
  readonly retryAfterMs?: number;
  /** Which step failed and what the answer said: bounded, on one line, without the API key. */
  readonly message: string;
  /** The same as an error, to be thrown by who prefers that. */
  readonly error: DestinationError;
}

/** What became of one plan. It never holds the API key. */
export type Outcome = Delivered | Failed;

/** The requests of a plan that sent nothing. */
export const NOTHING_SENT: OutcomeBase = { requests: [], retries: 0, mayBeDuplicate: false };

/**
 * The outcome of a plan that failed with an error.
 *
 * @param sent what the plan had sent before: another outcome of it, for example; default: nothing
 * @param answer what the destination said to it, where an answer explains the failure
 */
export function failed(
  error: DestinationError,
  { requests, retries, mayBeDuplicate, unsent }: OutcomeBase = NOTHING_SENT,
  {
    status,
    retryAfterMs,
  }: { readonly status?: number | undefined; readonly retryAfterMs?: number | undefined } = {},
): Failed {
  return {
    delivered: false,
    kind: error.kind,
    code: error.code,
    retryable: error.retryable,
    ...(status === undefined ? {} : { status }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    message: error.message,
    error,
    requests,
    retries,
    mayBeDuplicate,
    ...(unsent === undefined ? {} : { unsent }),
  };
}

/** Why the router itself ends a plan. */
export type OwnReason = 'blocked' | 'closed' | 'cancelled' | 'overloaded';

const OWN_REASONS: Readonly<Record<OwnReason, string>> = {
  blocked: 'not sent: an earlier plan of the same lane or ordering key failed, and must be delivered first',
  closed: 'not finished: the router was closed',
  cancelled: 'not finished: cancelled by its caller',
  overloaded: 'not accepted: too many plans are pending; wait for ready() before handing in another',
};

/** @param pausedMs how long the destination asks to wait at that moment: the caller can wait as long */
export function endedByRouter(reason: OwnReason, sent?: OutcomeBase, pausedMs = 0): Failed {
  const answer = pausedMs > 0 ? { retryAfterMs: pausedMs } : {};
  return failed(new RetryableError(reason, OWN_REASONS[reason]), sent, answer);
}

/** The error of a plan that the destination refused; retryable where another message may still create what is missing. */
export function refusal(code: PlanFailureCode, message: string, retryable = false): DestinationError {
  return retryable ? new RetryableError(code, message) : new AbortedError(code, message);
}

/** The error of a plan that the destination kept waiting, or did not serve, for longer than the router retries. */
export function exhaustion(verdict: Transient, message: string): DestinationError {
  return verdict === 'throttled'
    ? new ThrottledError('throttled', message)
    : new RetryableError(verdict, message);
}

/**
 * Whether later jobs must wait until a failed one was sent again, because sending it again would overwrite them. A
 * missing user holds nothing back: a later job may create the user.
 */
export function holdsBack(outcome: Outcome): boolean {
  return !outcome.delivered && outcome.retryable && outcome.code !== 'user_not_found';
}

/** Says why a plan ended by an answer. */
export function refusalText(
  { failureTexts }: DestinationApi,
  code: PlanFailureCode,
  step: Step,
  result: AttemptResult,
): string {
  return `${failureTexts[code]}: ${answerText(step, result)}`;
}

/** Says why a plan ended although a later attempt may succeed. */
export function exhaustionText(step: Step, result: AttemptResult, attempts: number): string {
  const tries = attempts === 1 ? '1 attempt' : `${attempts} attempts`;
  return `given up after ${tries}: ${answerText(step, result)}`;
}

/** The error of a plan whose request is not even sent: the API asks to wait for longer than the plan may, or the day's quota is used up. */
export function pausedError(
  { name }: DestinationApi,
  step: Step,
  { status, remainingMs }: { readonly status: number | undefined; readonly remainingMs: number },
): DestinationError {
  const seconds = Math.ceil(remainingMs / 1_000);
  const request = `${step.route} (step ${step.id})`;
  if (status === undefined) {
    const text = `${request} was not sent: the requests of the last 24 hours are used up for ${seconds} s`;
    return new ThrottledError('daily_quota_reached', text, { retryAfterMs: remainingMs });
  }
  const text = `${request} was not sent: ${name} answered ${status} and asks to wait for ${seconds} s`;
  return exhaustion(judge({ status }) as Transient, text);
}

/** The error of a plan whose request is not even sent: the API has not answered for too long. */
export function outageError({ name }: DestinationApi, step: Step): DestinationError {
  return new RetryableError(
    'outage',
    `${step.route} (step ${step.id}) was not sent: ${name} does not answer`,
  );
}

function answerText(step: Step, { status, errorCode, summary }: AttemptResult): string {
  const request = `${step.route} (step ${step.id})`;
  if (status === undefined) return `${request} got no answer: ${errorCode ?? 'UNKNOWN'}`;
  if (errorCode !== undefined) return `${request} answered ${status}, broken off: ${errorCode}`;
  return summary === '' ? `${request} answered ${status}` : `${request} answered ${status}: ${summary}`;
}
