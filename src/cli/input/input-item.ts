/** Where in the input something stands. */
export interface Position {
  /** Which file, when the input is several. */
  readonly file?: string;
  /** Number of the line, from 1; blank lines count. */
  readonly line: number;
  /** Place within the line, when it holds several messages: `[3]` of an array, `batch[3]` of a batch; from 0. */
  readonly at?: string;
}

/** Why a piece of the input holds no message. Stable: scripts may rely on them. */
export type UnreadableCode =
  | 'not_json'
  /** Bytes that are no UTF-8: replaced by a sign for "unreadable", two ids could become one. */
  | 'not_utf8'
  | 'line_too_long'
  /** The input is of a form that is not read: packed in another way, columns, no text. */
  | 'format_unsupported'
  /** The input ended, or could not be read on, in the middle. */
  | 'input_broken';

/** What a line of a rejected file says of its message: why an earlier run did not deliver it. */
export interface Refusal {
  readonly code: string;
  readonly reason: string;
  /** Whether the message is worth sending again. */
  readonly retryable: boolean;
  /** Present when PX may have the message's event all the same: it was sent, and the answer left that open. */
  readonly mayHaveLanded?: true;
}

/** One message of the input, of unknown quality: any JSON value. */
export interface InputMessage {
  readonly kind: 'message';
  readonly position: Position;
  readonly message: unknown;
  /** Present when the message comes from a rejected file. */
  readonly refusal: Refusal | undefined;
  /** About how much text the message takes in the input. */
  readonly bytes: number;
}

/** A piece of the input that holds no message. */
export interface UnreadableItem {
  readonly kind: 'unreadable';
  readonly position: Position;
  readonly code: UnreadableCode;
  /** What is wrong, on one line, without the position. */
  readonly message: string;
  /** The piece, or its beginning. */
  readonly text: string | undefined;
  /** Present when the fault comes from a rejected file: it was known before. */
  readonly refusal: Refusal | undefined;
  readonly bytes: number;
}

/** What the input holds at one position. */
export type InputItem = InputMessage | UnreadableItem;
