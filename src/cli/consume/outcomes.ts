import { isObject } from '../../core/index.js';
import { MESSAGE_TYPES } from '../../destinations/gainsight_px/index.js';

/** How a message was settled. */
export type MessageOutcome =
  /** PX accepted it. */
  | 'delivered'
  /** It is not for this destination. */
  | 'filtered'
  /** It is in the dead-letter topic. */
  | 'deadLetter';

/** Why a message becomes a dead letter. */
export interface DeadLetterReason {
  /** A code of docs/errors.md, or `not_json` or `not_utf8`. */
  readonly code: string;
  /** In words; no value of the message. */
  readonly reason: string;
  /** Whether the same message may be delivered later. */
  readonly retryable: boolean;
  /** How often a request of it was sent. */
  readonly attempts: number;
}

const COUNTED_TYPES = [...MESSAGE_TYPES, 'page', 'screen', 'alias'] as const;

/** The type of a message as a label of metrics: one of a few words. */
export function messageTypeOf(message: unknown): string {
  const type = isObject(message) && typeof message.type === 'string' ? message.type.toLowerCase() : '';
  return COUNTED_TYPES.find((known) => known === type) ?? 'other';
}
