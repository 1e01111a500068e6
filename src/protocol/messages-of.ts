import { isObject, type JsonObject } from '../core/index.js';
import { mergeIntegrations } from '../destinations/gainsight_px/index.js';

/** A message, and where in the value it was. */
export interface PlacedMessage {
  /** Any JSON value: the mapping refuses what is not a message, as `event_not_object`, and its neighbours go their way. */
  readonly message: unknown;
  /** `[3]` in an array, `batch[3]` in a batch, `[0].batch[3]` in a batch within an array; empty for a lone message. */
  readonly at: string;
  /** How many messages share the value, this one included: for a fair share of its size. */
  readonly siblings: number;
}

/**
 * Yields the messages in a parsed JSON value, in order: the value itself, the elements of an array, or the messages of a batch,
 * `{"batch": […]}`, as RudderStack's and Segment's SDKs send them. An array may hold batches. An empty array or batch yields nothing.
 *
 * `context` and `integrations` of a batch apply to each of its messages, one level deep; keys of the message win. Segment's API merges
 * them (https://segment.com/docs/connections/sources/catalog/libraries/server/http-api/#batch); RudderStack's SDKs send none. All other keys
 * of a batch are about the transport (`sentAt`, `writeKey`), and no message gets them.
 *
 * A generator, because a short text may contain millions of messages.
 *
 * @example
 * [...messagesOf({ batch: [{ type: 'track', event: 'a' }], context: { ip: '::1' } })];
 * // [{ message: { type: 'track', event: 'a', context: { ip: '::1' } }, at: 'batch[0]', siblings: 1 }]
 */
export function* messagesOf(value: unknown): Generator<PlacedMessage, void, undefined> {
  if (!Array.isArray(value)) {
    yield* messagesOfElement(value, '', 1);
    return;
  }
  for (const [index, element] of value.entries()) {
    yield* messagesOfElement(element, `[${index}]`, value.length);
  }
}

/** A message or a batch; `at` is its own place. */
function* messagesOfElement(
  value: unknown,
  at: string,
  siblings: number,
): Generator<PlacedMessage, void, undefined> {
  if (!isBatch(value)) {
    yield { message: value, at, siblings };
    return;
  }
  const { batch } = value;
  const prefix = at === '' ? 'batch' : `${at}.batch`;
  for (const [index, message] of batch.entries()) {
    yield {
      message: inBatch(message, value),
      at: `${prefix}[${index}]`,
      siblings: siblings * batch.length,
    };
  }
}

interface MessageBatch extends JsonObject {
  readonly batch: readonly unknown[];
}

/** A message has a `type`, whatever other keys it has. */
function isBatch(value: unknown): value is MessageBatch {
  if (!isObject(value) || !Array.isArray(value.batch)) return false;
  return value.type === undefined || value.type === 'batch';
}

/** Adds `context` and `integrations` of a batch to one of its messages. */
function inBatch(message: unknown, { context, integrations }: JsonObject): unknown {
  if (!isObject(message) || (!isObject(context) && !isObject(integrations))) return message;
  return {
    ...message,
    ...(isObject(context)
      ? { context: isObject(message.context) ? { ...context, ...message.context } : context }
      : {}),
    ...(isObject(integrations)
      ? { integrations: mergeIntegrations(integrations, message.integrations) }
      : {}),
  };
}
