import { isObject, type JsonObject } from '../../core/json-object.js';
import type { InputFaultCode, InputItem, Position, Refusal } from './input-item.js';
import { quote, type Piece } from './piece.js';

/**
 * The messages that one piece of the input holds: a message, a batch of them (`{"batch": […]}`), an array of them, a line of a
 * rejected file, or none of these.
 *
 * Each message stands for itself: fields of a batch next to `batch` are not merged into its messages.
 */
export function* unpack(piece: Piece): Generator<InputItem, void, undefined> {
  if (piece.fault !== undefined) {
    yield faultOf(piece, piece.fault.code, piece.fault.message);
    return;
  }
  let value: unknown;
  try {
    value = JSON.parse(piece.text);
  } catch {
    // The parser's own words quote the text, and differ between versions of Node.
    yield faultOf(piece, 'not_json', 'the line is no JSON');
    return;
  }
  const { position, bytes } = piece;
  if (Array.isArray(value)) yield* unpackList(value, position, bytes, '');
  else if (isObject(value) && Array.isArray(value.batch) && value.type === undefined) {
    yield* unpackList(value.batch, position, bytes, 'batch');
  } else yield unpackSingle(value, position, bytes);
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
): Generator<InputItem, void, undefined> {
  const { line, at } = position;
  const prefix = at === undefined ? name : `${at}${name === '' ? '' : '.'}${name}`;
  for (const [index, message] of list.entries()) {
    yield messageOf(message, { line, at: `${prefix}[${index}]` }, Math.ceil(bytes / list.length));
  }
}

function messageOf(message: unknown, position: Position, bytes: number, refusal?: Refusal): InputItem {
  return { kind: 'message', position, message, refusal, bytes };
}

function faultOf(piece: Piece, code: InputFaultCode, message: string): InputItem {
  const { position, text, bytes } = piece;
  return {
    kind: 'fault',
    position,
    code,
    message,
    text: text === '' ? undefined : quote(text),
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
