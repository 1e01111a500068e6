import type { JsonObject } from '../../core/index.js';
import { messagesOf, rejectionIn, type Rejection } from '../../protocol/index.js';
import type { UnreadableCode, InputItem, Position } from './input-item.js';
import type { InputRecord } from './split/json-values.js';
import type { Unreadable, RawRecord } from './split/raw-record.js';

/**
 * Yields the messages in one record: a message, a batch (`{"batch": […]}`), an array of them, or a line of a rejected
 * file.
 */
export function* parseRecord(record: InputRecord): Generator<InputItem, void, undefined> {
  if (record.unreadable !== undefined) {
    yield unreadableItem(record, record.unreadable);
    return;
  }
  const { position, bytes, value } = record;
  const refusal = rejectionIn(value);
  if (refusal !== undefined) {
    yield refusedBefore(value as JsonObject, refusal, position, bytes);
    return;
  }
  for (const { message, at, siblings } of messagesOf(value)) {
    yield messageItem(message, within(position, at), Math.ceil(bytes / siblings));
  }
}

/** The position of a message that is at a place within a record. */
function within(position: Position, place: string): Position {
  if (place === '') return position;
  const { line, at } = position;
  const dot = place.startsWith('[') ? '' : '.';
  return { line, at: at === undefined ? place : `${at}${dot}${place}` };
}

function messageItem(message: unknown, position: Position, bytes: number, refusal?: Rejection): InputItem {
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

function refusedBefore(value: JsonObject, refusal: Rejection, position: Position, bytes: number): InputItem {
  if (Object.hasOwn(value, 'message')) return messageItem(value.message, position, bytes, refusal);
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
