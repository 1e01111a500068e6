import type { InputItem, Position } from '../../input/read-messages.js';
import { stringifyJson } from '../../../runtime/index.js';

/** One piece of the input that was not delivered, and why. */
export interface Rejection {
  readonly item: InputItem;
  /** An `ErrorCode` of the project, or an `UnreadableCode`. */
  readonly code: string;
  readonly reason: string;
  /** Whether the message is worth sending again. */
  readonly retryable: boolean;
  /** Whether this run may have brought an event to PX all the same. */
  readonly mayHaveLanded?: boolean;
}

/** What a rejected file says about a message; the first half of each of its lines. */
export interface RejectedNote extends Position {
  readonly code: string;
  readonly reason: string;
  readonly retryable: boolean;
  /** Present when this run or an earlier one may have brought an event to PX all the same. */
  readonly mayHaveLanded?: true;
}

/** What is to be said about a rejection, without the message. */
export function noteOf({ item, code, reason, retryable, mayHaveLanded }: Rejection): RejectedNote {
  const landed = mayHaveLanded === true || item.refusal?.mayHaveLanded === true;
  return { code, reason, retryable, ...(landed ? { mayHaveLanded: true } : {}), ...item.position };
}

/**
 * A line of a rejected file: the message with the reason, as `deliver` reads it again. What was no message is its text.
 *
 * @example
 * rejectedLine(rejection);
 * // '{"rejected":{"code":"id_missing","reason":"…","retryable":false,"line":7},"message":{"type":"track",…}}'
 */
export function rejectedLine(rejection: Rejection): string {
  const { item } = rejection;
  const note = JSON.stringify(noteOf(rejection));
  const [name, value] = item.kind === 'message' ? ['message', item.message] : ['text', item.text ?? null];
  return `{"rejected":${note},"${name}":${stringifyJson(value)}}`;
}
