/**
 * A RudderStack message as it arrives: JSON of unknown quality, of which nothing is trusted before it is looked at.
 *
 * The named fields are those that this project reads; their meaning is RudderStack's
 * (https://www.rudderstack.com/docs/event-spec/standard-events/). Every one may be missing or of the wrong type.
 */
export interface RudderMessage {
  /** `identify`, `group` or `track`, in any case. */
  readonly type?: unknown;
  readonly userId?: unknown;
  readonly anonymousId?: unknown;
  readonly groupId?: unknown;
  readonly messageId?: unknown;
  /** Name of a track event. */
  readonly event?: unknown;
  readonly traits?: unknown;
  readonly properties?: unknown;
  readonly context?: unknown;
  readonly integrations?: unknown;
  /** ISO-8601 text, or epoch seconds or milliseconds. */
  readonly timestamp?: unknown;
  readonly originalTimestamp?: unknown;
  readonly [other: string]: unknown;
}

/** A JSON object of unknown content. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a value is an object as the mapping means it: not null, not an array, not a `Date` (of any realm). */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isDate(value);
}

const DATE_TAG = '[object Date]';

/** Whether a value is a `Date`, of this realm or another: `instanceof` would miss those of a worker or a test runner. */
export function isDate(value: unknown): value is Date {
  return typeof value === 'object' && value !== null && Object.prototype.toString.call(value) === DATE_TAG;
}
