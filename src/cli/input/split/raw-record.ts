import { isUtf8 } from 'node:buffer';
import type { InputFaultCode, Position } from '../input-item.js';

/** The text of one JSON value of the input, not parsed yet; or why there is none. */
export interface Piece {
  readonly position: Position;
  /** Whole; of a faulty piece, the beginning. */
  readonly text: string;
  readonly bytes: number;
  readonly fault: Fault | undefined;
}

/** Why a piece holds no value. */
export interface Fault {
  readonly code: InputFaultCode;
  readonly message: string;
}

/** How much of a piece that holds no message is shown. */
export const MAX_QUOTE = 4_000;

const REPLACEMENT = '\uFFFD';

/** A piece out of its bytes. */
export function makePiece(position: Position, bytes: Buffer, start = 0, end = bytes.length): Piece {
  const text = bytes.toString('utf8', start, end);
  // The sign may stand in the text itself; only then the bytes are worth a look of their own.
  const fault = text.includes(REPLACEMENT) && !isUtf8(bytes.subarray(start, end)) ? NOT_UTF8 : undefined;
  return { position, text: fault === undefined ? text : quote(text), bytes: end - start, fault };
}

const NOT_UTF8: Fault = {
  code: 'not_utf8',
  message: 'the line holds broken characters: it is not valid UTF-8 or UTF-16',
};

/** A piece that was longer than what is read at once; `beginning` may end within a character. */
export function tooLongPiece(position: Position, beginning: Buffer, limitBytes: number): Piece {
  const text = quote(beginning.toString('utf8', 0, MAX_QUOTE)).replace(/\uFFFD…?$/, '…');
  const limit =
    limitBytes >= 1024 * 1024 ? `${Math.floor(limitBytes / 1024 / 1024)} MB` : `${limitBytes} bytes`;
  const fault: Fault = { code: 'line_too_long', message: `the line is longer than ${limit}` };
  return { position, text, bytes: text.length, fault };
}

/** The same piece, of which only the beginning is kept. */
export function faultyPiece(piece: Piece, fault: Fault): Piece & { readonly fault: Fault } {
  return { ...piece, text: quote(piece.text), fault };
}

/** The beginning of a text. */
export function quote(text: string): string {
  return text.length <= MAX_QUOTE ? text : `${text.slice(0, MAX_QUOTE)}…`;
}
