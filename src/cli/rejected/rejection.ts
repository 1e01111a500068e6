import type { InputItem, Position } from '../input/read-messages.js';
import { stringifyJson } from '../../runtime/index.js';

/** An item of the input that was not delivered, and why. */
export interface Rejection {
  readonly item: InputItem;
  /** An `ErrorCode` of the project, or an `UnreadableCode`. */
  readonly code: string;
  readonly reason: string;
  /** Whether the message is worth sending again. */
  readonly retryable: boolean;
  /** Whether PX may have the event from this run. */
  readonly mayHaveLanded?: boolean;
}

/** The first half of a line of a rejected file: why the message was not delivered. */
export interface RejectedNote extends Position {
  readonly code: string;
  readonly reason: string;
  readonly retryable: boolean;
  /** Present when PX may have the event from this run or an earlier one. */
  readonly mayHaveLanded?: true;
}

/** A rejection without its message. */
export function noteOf({ item, code, reason, retryable, mayHaveLanded }: Rejection): RejectedNote {
  const landed = mayHaveLanded === true || item.refusal?.mayHaveLanded === true;
  return { code, reason, retryable, ...(landed ? { mayHaveLanded: true } : {}), ...item.position };
}

/**
 * A line of a rejected file, which `deliver` can read: the reason with the message, or with the text of an
 * unreadable item.
 *
 * @example
 * rejectedLine(rejection);
 * // '{"rejected":{"code":"id_missing","reason":"…","retryable":false,"line":7},"message":{"type":"track",…}}'
 */
export function rejectedLine(rejection: Rejection): string {
  return `${noteStart(noteOf(rejection))}${contentEnd(rejection.item)}`;
}

/** A line of a rejected file up to its note. */
export function noteStart(note: RejectedNote): string {
  return `{"rejected":${JSON.stringify(note)},`;
}

/** The rest of that line: the message, or the text of an unreadable item. */
export function contentEnd(item: InputItem): string {
  const [name, value] = item.kind === 'message' ? ['message', item.message] : ['text', item.text ?? null];
  return `"${name}":${stringifyJson(value)}}`;
}
