import { isObject, type JsonObject } from '../../core/index.js';
import { mergeIntegrations } from '../../destinations/gainsight_px/index.js';
import type { InputFaultCode, InputItem, Position, Refusal } from './input-item.js';
import type { ReadPiece } from './split/json-values.js';
import type { Fault, Piece } from './split/raw-record.js';

/**
 * The messages that one piece of the input holds: a message, a batch of them (`{"batch": […]}`), an array of them, a line of a
 * rejected file, or none of these.
 *
 * `context` and `integrations` of a batch hold for each of its messages, whose own keys win.
 */
export function* unpack(piece: ReadPiece): Generator<InputItem, void, undefined> {
  if (piece.fault !== undefined) {
    yield faultOf(piece, piece.fault);
    return;
  }
  const { position, bytes, value } = piece;
  if (Array.isArray(value)) yield* unpackList(value, position, bytes, '');
  else if (isObject(value) && Array.isArray(value.batch) && value.type === undefined) {
    yield* unpackList(value.batch, position, bytes, 'batch', (message) => inBatch(message, value));
  } else yield unpackSingle(value, position, bytes);
}

/** A message with what its batch says for all of them. */
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

function unpackSingle(value: unknown, position: Position, bytes: number): InputItem {
  const refusal = isObject(value) ? refusalIn(value) : undefined;
  return refusal === undefined
    ? messageOf(value, position, bytes)
    : refusedBefore(value as JsonObject, refusal, position, bytes);
}

/** One after another: a short line may hold millions. */
function* unpackList(
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

function faultOf({ position, text, bytes }: Piece, { code, message }: Fault): InputItem {
  return {
    kind: 'fault',
    position,
    code,
    message,
    text: text === '' ? undefined : text,
    refusal: undefined,
    bytes,
  };
}

/** What a line of a rejected file says; undefined when it is none. */
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
    kind: 'fault',
    position,
    code: refusal.code as InputFaultCode,
    message: refusal.reason,
    text: typeof value.text === 'string' ? value.text : undefined,
    refusal,
    bytes,
  };
}
