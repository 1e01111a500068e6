import { isObject, type JsonObject } from '../../core/index.js';
import { mergeIntegrations } from '../../destinations/gainsight_px/index.js';
import type { UnreadableCode, InputItem, Position, Refusal } from './input-item.js';
import type { InputRecord } from './split/json-values.js';
import type { Unreadable, RawRecord } from './split/raw-record.js';

/**
 * Yields the messages in one record: a message, a batch (`{"batch": […]}`), an array, or a line of a rejected
 * file.
 *
 * `context` and `integrations` of a batch apply to each of its messages; keys of the message win.
 */
export function* parseRecord(record: InputRecord): Generator<InputItem, void, undefined> {
  if (record.unreadable !== undefined) {
    yield unreadableItem(record, record.unreadable);
    return;
  }
  const { position, bytes, value } = record;
  if (Array.isArray(value)) yield* parseList(value, position, bytes, '');
  else if (isObject(value) && Array.isArray(value.batch) && value.type === undefined) {
    yield* parseList(value.batch, position, bytes, 'batch', (message) => inBatch(message, value));
  } else yield parseSingle(value, position, bytes);
}

/** Adds `context` and `integrations` of a batch to one of its messages. */
function inBatch(message: unknown, { context, integrations }: JsonObject): unknown {
  if (!isObject(message) || (context === undefined && integrations === undefined)) return message;
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

function parseSingle(value: unknown, position: Position, bytes: number): InputItem {
  const refusal = isObject(value) ? refusalIn(value) : undefined;
  return refusal === undefined
    ? messageOf(value, position, bytes)
    : refusedBefore(value as JsonObject, refusal, position, bytes);
}

/** A generator, because a short line may contain millions of messages. */
function* parseList(
  list: readonly unknown[],
  position: Position,
  bytes: number,
  name: string,
  complete: (message: unknown) => unknown = (message) => message,
): Generator<InputItem, void, undefined> {
  const { line, at } = position;
  const prefix = at === undefined ? name : `${at}${name === '' ? '' : '.'}${name}`;
  for (const [index, message] of list.entries()) {
    yield messageOf(complete(message), { line, at: `${prefix}[${index}]` }, Math.ceil(bytes / list.length));
  }
}

function messageOf(message: unknown, position: Position, bytes: number, refusal?: Refusal): InputItem {
  return { kind: 'message', position, message, refusal, bytes };
}

function unreadableItem({ position, text, bytes }: RawRecord, { code, message }: Unreadable): InputItem {
  return {
    kind: 'unreadable',
    position,
    code,
    message,
    text: text === '' ? undefined : text,
    refusal: undefined,
    bytes,
  };
}

/** Reads the refusal in a line of a rejected file; undefined for other lines. */
function refusalIn({ type, rejected }: JsonObject): Refusal | undefined {
  if (type !== undefined || !isObject(rejected)) return undefined;
  const { code, reason, retryable, mayHaveLanded } = rejected;
  if (typeof code !== 'string' || typeof retryable !== 'boolean') return undefined;
  return {
    code,
    reason: typeof reason === 'string' ? reason : '',
    retryable,
    ...(mayHaveLanded === true ? { mayHaveLanded } : {}),
  };
}

function refusedBefore(value: JsonObject, refusal: Refusal, position: Position, bytes: number): InputItem {
  if (Object.hasOwn(value, 'message')) return messageOf(value.message, position, bytes, refusal);
  return {
    kind: 'unreadable',
    position,
    code: refusal.code as UnreadableCode,
    message: refusal.reason,
    text: typeof value.text === 'string' ? value.text : undefined,
    refusal,
    bytes,
  };
}
