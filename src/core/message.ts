import type { JsonObject } from './json/json-object.js';

/**
 * The fields of a RudderStack message that this project reads; their meaning is RudderStack's
 * (https://www.rudderstack.com/docs/event-spec/standard-events/). Every one may be missing or of the wrong type.
 */
export interface MessageFields {
  /** `identify`, `group`, `track`, `page` or `screen`, in any case. */
  readonly type?: unknown;
  readonly userId?: unknown;
  readonly anonymousId?: unknown;
  readonly groupId?: unknown;
  readonly messageId?: unknown;
  /** Name of a track event. */
  readonly event?: unknown;
  /** Name and category of a page or screen. */
  readonly name?: unknown;
  readonly category?: unknown;
  /** `sources` where the message comes out of a warehouse. */
  readonly channel?: unknown;
  readonly traits?: unknown;
  readonly properties?: unknown;
  readonly context?: unknown;
  readonly integrations?: unknown;
  /** ISO-8601 text, or epoch seconds or milliseconds. */
  readonly timestamp?: unknown;
  readonly originalTimestamp?: unknown;
}

/** A RudderStack message as it arrives: JSON of unknown quality, of which nothing is trusted before it is looked at. */
export type RudderMessage = MessageFields & JsonObject;

/** What is accepted as a message: a literal with any keys, or an `interface` of an SDK, which has no index signature. */
export type MessageInput = RudderMessage | MessageFields;
