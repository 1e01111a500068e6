import { isUtf8 } from 'node:buffer';
import type { UnreadableCode, Position } from '../input-item.js';

/** The text of one JSON value of the input, not parsed yet; or why there is none. */
export interface RawRecord {
  readonly position: Position;
  /** Whole; of a faulty record, the beginning. */
  readonly text: string;
  readonly bytes: number;
  readonly unreadable: Unreadable | undefined;
}

/** Why a record holds no value. */
export interface Unreadable {
  readonly code: UnreadableCode;
  readonly message: string;
}

/** How much of a record that holds no message is shown. */
export const MAX_QUOTE = 4_000;

const REPLACEMENT = '\uFFFD';

/** A record out of its bytes. */
export function rawRecord(position: Position, bytes: Buffer, start = 0, end = bytes.length): RawRecord {
  const text = bytes.toString('utf8', start, end);
  // The sign may stand in the text itself; only then the bytes are worth a look of their own.
  const unreadable = text.includes(REPLACEMENT) && !isUtf8(bytes.subarray(start, end)) ? NOT_UTF8 : undefined;
  return { position, text: unreadable === undefined ? text : quote(text), bytes: end - start, unreadable };
}

const NOT_UTF8: Unreadable = {
  code: 'not_utf8',
  message: 'the line holds broken characters: it is not valid UTF-8 or UTF-16',
};

/** A record that was longer than what is read at once; `beginning` may end within a character. */
export function tooLongRecord(position: Position, beginning: Buffer, limitBytes: number): RawRecord {
  const text = quote(beginning.toString('utf8', 0, MAX_QUOTE)).replace(/\uFFFD…?$/, '…');
  const limit =
    limitBytes >= 1024 * 1024 ? `${Math.floor(limitBytes / 1024 / 1024)} MB` : `${limitBytes} bytes`;
  const unreadable: Unreadable = { code: 'line_too_long', message: `the line is longer than ${limit}` };
  return { position, text, bytes: text.length, unreadable };
}

/** The same record, of which only the beginning is kept. */
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
