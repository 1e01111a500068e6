import { isAscii } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import { isObject } from '../../core/index.js';

/** How a host writes the destination of an event; never as its first key (RudderStack rudder-server v1.83, plain requests). */
const KEY = Buffer.from(',"destination":');
/** Replaces the destination that all events share. Random, so that nobody can put it into an event on purpose. */
const PLACEHOLDER = randomUUID();
const PLACEHOLDER_JSON = `${KEY.toString()}"${PLACEHOLDER}"`;
/** With fewer events, sharing saves no time. */
const MIN_EVENTS = 4;
/** The first destination must start within these bytes: a compacted batch has none, and is not searched to its end. */
const FIRST_EVENT_BYTES = 64 * 1024;

const [BACKSLASH, QUOTE, OPEN, CLOSE] = [0x5c, 0x22, 0x7b, 0x7d];

/**
 * Parses JSON to what `JSON.parse` returns. A plain batch of a host repeats the whole destination in each event: this parses it once,
 * and the events share it, which takes less time.
 *
 * @throws SyntaxError when the bytes are not valid JSON
 */
export function parseJson(bytes: Buffer): unknown {
  return tryShared(bytes) ?? (JSON.parse(textOf(bytes)) as unknown);
}

/** Decodes UTF-8. Pure ASCII, which is most of what hosts send, decodes as latin1 in two thirds of the time. */
function textOf(bytes: Buffer): string {
  return isAscii(bytes) ? bytes.toString('latin1') : bytes.toString();
}

/** `undefined` on any error: the plain parser then decides. */
function tryShared(bytes: Buffer): unknown {
  try {
    return parseShared(bytes);
  } catch {
    return undefined;
  }
}

/** `undefined` when the events do not all share one destination, or when this is not certain. */
function parseShared(bytes: Buffer): unknown {
  const first = bytes.subarray(0, FIRST_EVENT_BYTES).indexOf(KEY);
  if (first === -1) return undefined;
  const end = objectEnd(bytes, first + KEY.length);
  if (end === undefined) return undefined;
  const repeated = bytes.subarray(first, end);
  const pieces = [textOf(bytes.subarray(0, first))];
  for (let at = first; at !== -1;) {
    const next = bytes.indexOf(repeated, at + repeated.length);
    pieces.push(textOf(bytes.subarray(at + repeated.length, next === -1 ? bytes.length : next)));
    at = next;
  }
  const count = pieces.length - 1;
  if (count < MIN_EVENTS) return undefined;

  const value: unknown = JSON.parse(pieces.join(PLACEHOLDER_JSON));
  const events: unknown = isObject(value) ? value.input : value;
  // Exactly one placeholder in each event. If a message contains the same destination, the counts differ.
  if (!Array.isArray(events) || events.length !== count || !events.every(hasPlaceholder)) return undefined;
  const destination: unknown = JSON.parse(repeated.toString('utf8', KEY.length));
  for (const event of events) event.destination = destination;
  return value;
}

function hasPlaceholder(event: unknown): event is { destination: unknown } {
  return isObject(event) && event.destination === PLACEHOLDER;
}

/** The index after the object that starts at `start`; `undefined` when there is no complete object. */
function objectEnd(bytes: Buffer, start: number): number | undefined {
  if (bytes[start] !== OPEN) return undefined;
  let depth = 0;
  let inString = false;
  for (let at = start; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (inString) {
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (byte === OPEN) depth += 1;
    else if (byte === CLOSE && (depth -= 1) === 0) return at + 1;
  }
  return undefined;
}
