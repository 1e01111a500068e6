import type { Rejection } from '../../protocol/index.js';

/** A place in the input. */
export interface Position {
  /** The file, when the input has several. */
  readonly file?: string;
  /** Number of the line, from 1; blank lines count. */
  readonly line: number;
  /** Place within a line of several messages: `[3]` of an array, `batch[3]` of a batch; from 0. */
  readonly at?: string;
}

/** Why a part of the input is not a message. Stable: scripts may rely on these codes. */
export type UnreadableCode =
  | 'not_json'
  /** Not valid UTF-8. Refused, because replacement characters could make two ids equal. */
  | 'not_utf8'
  | 'line_too_long'
  /** Another format: unknown compression, a column format, binary data. */
  | 'format_unsupported'
  /** The input ended or failed in the middle. */
  | 'input_broken';

/** One message of the input: any JSON value, not validated. */
export interface InputMessage {
  readonly kind: 'message';
  readonly position: Position;
  readonly message: unknown;
  /** Present when the message comes from a rejected file. */
  readonly refusal: Rejection | undefined;
  /** Approximate size of the message in the input. */
  readonly bytes: number;
}

/** A part of the input that is not a message. */
export interface UnreadableItem {
  readonly kind: 'unreadable';
  readonly position: Position;
  readonly code: UnreadableCode;
  /** What is wrong, on one line, without the position. */
  readonly message: string;
  /** The text, or its beginning. */
  readonly text: string | undefined;
  /** Present when the item comes from a rejected file: an earlier run reported it. */
  readonly refusal: Rejection | undefined;
  readonly bytes: number;
}

/** The content of the input at one position. */
export type InputItem = InputMessage | UnreadableItem;
