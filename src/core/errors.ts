/**
 * What kind of trouble an error is, and so what its receiver should do.
 *
 * `instrumentation`, `configuration`, `aborted`: sending the same again gives the same. `throttled`, `retryable`: it may
 * pass. `bug`: ours; retryable, so that nothing is lost for it.
 */
export type ErrorKind = 'instrumentation' | 'configuration' | 'throttled' | 'retryable' | 'aborted' | 'bug';

/** One fault in the input: where it is, and what was expected there. */
export interface Issue {
  /** A path into the event or the configuration, for example `traits.userPreferences.surveys`. */
  readonly path: string;
  /** What was expected, and of what type the thing found was; never its value. */
  readonly message: string;
}

/** Every code that an error of this project can carry. They are stable: scripts may rely on them. */
export type ErrorCode =
  // instrumentation
  | 'event_not_object'
  | 'event_unreadable'
  | 'type_missing'
  | 'type_unsupported'
  | 'id_missing'
  | 'id_not_exact'
  | 'group_id_missing'
  | 'event_name_missing'
  | 'preference_unknown'
  | 'preference_invalid'
  | 'id_not_allowed'
  | 'nested_too_deep'
  | 'plan_invalid'
  // instrumentation, of a service: the event is not meant for this destination, and its host is to filter it
  | 'switched_off'
  | 'type_filtered'
  // configuration
  | 'configuration_invalid'
  // throttled
  | 'throttled'
  | 'daily_quota_reached'
  // retryable
  | 'unavailable'
  | 'data_center_ambiguous'
  | 'unreachable'
  | 'blocked'
  | 'closed'
  | 'cancelled'
  | 'overloaded'
  // aborted, or retryable where another message may create the user
  | 'user_not_found'
  // aborted
  | 'account_not_found'
  | 'rejected'
  | 'denied'
  // bug
  | 'internal';

// A brand from the global registry: it holds across realms and across the two builds of this package, where `instanceof` does not.
const BRAND = Symbol.for('gainsight-px.error');

/** What an error says beside its code and message. */
export interface ErrorDetails {
  readonly issues?: readonly Issue[];
  readonly cause?: unknown;
}

/** The base of all errors that this project throws. Tell them apart by `kind` and `code`, not by `instanceof`. */
export abstract class DestinationError extends Error {
  abstract readonly kind: ErrorKind;
  /** The HTTP status that says the same to a host. */
  abstract readonly status: number;
  readonly code: ErrorCode;
  /** Where it went wrong; empty when the error is not about the input. */
  readonly issues: readonly Issue[];

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.issues = details.issues ?? [];
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** Whether the same input may succeed later. */
  get retryable(): boolean {
    return this.kind === 'throttled' || this.kind === 'retryable' || this.kind === 'bug';
  }
}

/** The event cannot be mapped: something that must be in it is missing or wrong. Never worth a retry. */
export class InstrumentationError extends DestinationError {
  override readonly name = 'InstrumentationError';
  readonly kind = 'instrumentation';
  readonly status = 400;
}

/** The destination configuration is wrong; `issues` lists everything that is. Never worth a retry. */
export class ConfigurationError extends DestinationError {
  override readonly name = 'ConfigurationError';
  readonly kind = 'configuration';
  readonly status = 400;
}

/** The destination, or our own limit, asked to slow down. */
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

/** The destination said no. */
export class AbortedError extends DestinationError {
  override readonly name = 'AbortedError';
  readonly kind = 'aborted';
  readonly status = 400;
}

/** A fault of this project. Retryable, so that no event is lost for it. */
export class InternalError extends DestinationError {
  override readonly name = 'InternalError';
  readonly kind = 'bug';
  readonly status = 500;

  /** Wraps whatever was thrown where only our own errors were expected. */
  static from(cause: unknown): DestinationError {
    if (isDestinationError(cause)) return cause;
    // The message is not quoted: it may hold anything, a key included. `cause` keeps it for a debugger.
    return new InternalError('internal', `unexpected ${nameOf(cause)}`, { cause });
  }
}

const LONGEST_NAME = 40;

/** The name of an error, or the type of what else was thrown. */
function nameOf(cause: unknown): string {
  try {
    if (cause instanceof Error) return cause.name.slice(0, LONGEST_NAME);
  } catch {
    // A proxy that is revoked, or a getter that throws.
  }
  return typeof cause;
}

/** Whether something thrown is one of this project's errors, of this copy of the package or another. */
export function isDestinationError(value: unknown): value is DestinationError {
  try {
    return typeof value === 'object' && value !== null && Reflect.get(value, BRAND) === true;
  } catch {
    // What is thrown may be anything, a revoked proxy too.
    return false;
  }
}
