/**
 * What kind of problem an error is, and so what its receiver should do.
 *
 * `instrumentation`, `configuration`, `aborted`: the same input fails again. `throttled`, `retryable`: a retry may succeed.
 * `bug`: a fault of this project. It is retryable, so that no event is lost.
 */
export type ErrorKind = 'instrumentation' | 'configuration' | 'throttled' | 'retryable' | 'aborted' | 'bug';

/** One issue of the input: where it is, and what was expected there. */
export interface Issue {
  /** A path into the event or the configuration, for example `traits.userPreferences.surveys`. */
  readonly path: string;
  /** What was expected, and the type of the value that was found; never the value. */
  readonly message: string;
}

/** Every code that an error of this project can have. Codes are stable: scripts may rely on them. */
export type ErrorCode =
  // Kind instrumentation.
  /** The event is not an object. */
  | 'event_not_object'
  /** A getter or a proxy in the event throws. */
  | 'event_unreadable'
  /** The event has no `type`. */
  | 'type_missing'
  /** The destination has no mapping for this type of message. */
  | 'type_unsupported'
  /** No source holds a usable user id. */
  | 'id_missing'
  /** An id is a whole number beyond 2^53 - 1, which JSON readers round. */
  | 'id_not_exact'
  /** A group message has no usable group id. */
  | 'group_id_missing'
  /** A track message has no usable event name. */
  | 'event_name_missing'
  /** A name is not one of the six preferences. */
  | 'preference_unknown'
  /** A preference is neither true, false nor null, or contradicts another one. */
  | 'preference_invalid'
  /** The destination takes this id in the URL path only, and no path can carry it. */
  | 'id_not_allowed'
  /** A value is nested deeper than 500 levels. */
  | 'nested_too_deep'
  /** A plan that was handed to the router is not a valid plan. */
  | 'plan_invalid'
  // Kind instrumentation, from a service: the host is to filter the event.
  /** The event's `integrations` switch this destination off. */
  | 'switched_off'
  /** The destination has no counterpart for this type of message. */
  | 'type_filtered'
  // Kind configuration.
  /** The configuration is wrong; `issues` lists every problem. */
  | 'configuration_invalid'
  // Kind throttled.
  /** The destination, or the rate limit of the router, asks to slow down. */
  | 'throttled'
  /** The daily quota of requests is used up. */
  | 'daily_quota_reached'
  // Kind retryable.
  /** The destination or a gateway answers with an error that may pass (a status of 5xx, say). */
  | 'unavailable'
  /** The configuration names several data centers; a host must store one. */
  | 'data_center_ambiguous'
  /** No answer comes: the network fails, or the request times out. */
  | 'unreachable'
  /** The destination has not answered for so long that the router sends nothing more. */
  | 'outage'
  /** An earlier job that must come first failed. */
  | 'blocked'
  /** The router or the service is closed. */
  | 'closed'
  /** The caller cancels the delivery. */
  | 'cancelled'
  /** There are too many requests at once. */
  | 'overloaded'
  // Kind aborted; retryable where another message may create the user.
  /** The destination does not know the user. */
  | 'user_not_found'
  // Kind aborted.
  /** The destination does not know the account. */
  | 'account_not_found'
  /** The destination refuses the request. */
  | 'rejected'
  /** The destination refuses the API key (401 or 403). */
  | 'denied'
  // Kind bug.
  /** A fault of this project. */
  | 'internal';

// A symbol of the global registry works across realms and across both builds of this package; `instanceof` does not.
const BRAND = Symbol.for('gainsight-px.error');

/** What an error may carry beside its code and message. */
export interface ErrorDetails {
  readonly issues?: readonly Issue[];
  readonly cause?: unknown;
  readonly retryAfterMs?: number;
}

/** The base of all errors that this project throws. Tell them apart by `kind` and `code`, not by `instanceof`. */
export abstract class DestinationError extends Error {
  abstract readonly kind: ErrorKind;
  /** The HTTP status for a host. */
  abstract readonly status: number;
  readonly code: ErrorCode;
  /** The issues of the input; empty when the error is not about the input. */
  readonly issues: readonly Issue[];
  /** How long the same input is not worth sending again, in milliseconds; absent when that is not known. */
  readonly retryAfterMs?: number;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.issues = details.issues ?? [];
    if (details.retryAfterMs !== undefined) this.retryAfterMs = details.retryAfterMs;
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** Whether the same input may succeed later. */
  get retryable(): boolean {
    return this.kind === 'throttled' || this.kind === 'retryable' || this.kind === 'bug';
  }
}

/** The event cannot be mapped: something that it needs is missing or wrong. Not retryable. */
export class InstrumentationError extends DestinationError {
  override readonly name = 'InstrumentationError';
  readonly kind = 'instrumentation';
  readonly status = 400;
}

/** The destination configuration is wrong; `issues` lists every problem. Not retryable. */
export class ConfigurationError extends DestinationError {
  override readonly name = 'ConfigurationError';
  readonly kind = 'configuration';
  readonly status = 400;
}

/** The destination, or the router's rate limit, asks to slow down. */
export class ThrottledError extends DestinationError {
  override readonly name = 'ThrottledError';
  readonly kind = 'throttled';
  readonly status = 429;
}

/** No usable answer came (network, timeout, 5xx), or something is missing that another message may create. */
export class RetryableError extends DestinationError {
  override readonly name = 'RetryableError';
  readonly kind = 'retryable';
  readonly status = 503;
}

/** The destination refuses the request. Not retryable. */
export class AbortedError extends DestinationError {
  override readonly name = 'AbortedError';
  readonly kind = 'aborted';
  readonly status = 400;
}

/** A fault of this project. Retryable, so that no event is lost. */
export class InternalError extends DestinationError {
  override readonly name = 'InternalError';
  readonly kind = 'bug';
  readonly status = 500;

  /** Returns an error of this project as it is, and wraps any other thrown value. */
  static from(cause: unknown): DestinationError {
    if (isDestinationError(cause)) return cause;
    // The message may hold a secret, so it is not quoted. `cause` keeps it for a debugger.
    return new InternalError('internal', `unexpected ${nameOf(cause)}`, { cause });
  }
}

const LONGEST_NAME = 40;

/** The name of an error, or the type of any other thrown value. */
function nameOf(cause: unknown): string {
  try {
    if (cause instanceof Error) return cause.name.slice(0, LONGEST_NAME);
  } catch {
    // A revoked proxy, or a getter that throws.
  }
  return typeof cause;
}

/** Whether a thrown value is an error of this project, from this copy of the package or another. */
export function isDestinationError(value: unknown): value is DestinationError {
  try {
    return typeof value === 'object' && value !== null && Reflect.get(value, BRAND) === true;
  } catch {
    // A revoked proxy throws.
    return false;
  }
}
