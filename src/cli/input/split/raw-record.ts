import { isUtf8 } from 'node:buffer';
import type { UnreadableCode, Position } from '../input-item.js';

/** The text of one JSON value of the input, not parsed yet; or why it is unreadable. */
export interface RawRecord {
  readonly position: Position;
  /** The whole text; only the beginning when it is unreadable. */
  readonly text: string;
  readonly bytes: number;
  readonly unreadable: Unreadable | undefined;
}

/** Why a record is not a value. */
export interface Unreadable {
  readonly code: UnreadableCode;
  readonly message: string;
}

/** How many characters of an unreadable record are kept. */
export const MAX_QUOTE = 4_000;

const REPLACEMENT = '\uFFFD';

/** Makes a record from its bytes. */
export function rawRecord(position: Position, bytes: Buffer, start = 0, end = bytes.length): RawRecord {
  const text = bytes.toString('utf8', start, end);
  // The text itself may contain the replacement character; only then the bytes must be checked.
  const unreadable = text.includes(REPLACEMENT) && !isUtf8(bytes.subarray(start, end)) ? NOT_UTF8 : undefined;
  return { position, text: unreadable === undefined ? text : quote(text), bytes: end - start, unreadable };
}

const NOT_UTF8: Unreadable = {
  code: 'not_utf8',
  message: 'the line holds broken characters: it is not valid UTF-8 or UTF-16',
};

/** Makes a record for a line over the limit; `beginning` may end within a character. */
export function tooLongRecord(position: Position, beginning: Buffer, limitBytes: number): RawRecord {
  const text = quote(beginning.toString('utf8', 0, MAX_QUOTE)).replace(/\uFFFD…?$/, '…');
  const limit =
    limitBytes >= 1024 * 1024 ? `${Math.floor(limitBytes / 1024 / 1024)} MB` : `${limitBytes} bytes`;
  const unreadable: Unreadable = { code: 'line_too_long', message: `the line is longer than ${limit}` };
  return { position, text, bytes: text.length, unreadable };
}

/** The same record as unreadable, with the beginning of its text. */
export function unreadableRecord(
  record: RawRecord,
  unreadable: Unreadable,
): RawRecord & { readonly unreadable: Unreadable } {
  return { ...record, text: quote(record.text), unreadable };
}

/** The beginning of a text. */
export function quote(text: string): string {
  return text.length <= MAX_QUOTE ? text : `${text.slice(0, MAX_QUOTE)}…`;
}
