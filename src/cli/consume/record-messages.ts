import { isUtf8 } from 'node:buffer';
import { messagesOf, type PlacedMessage } from '../../protocol/index.js';
import type { UnreadableCode } from '../input/input-item.js';

/** Why a record holds no messages. */
export interface UnreadableRecord {
  readonly code: Extract<UnreadableCode, 'not_json' | 'not_utf8'>;
  readonly reason: string;
}

const NOT_UTF8: UnreadableRecord = {
  code: 'not_utf8',
  reason: "the record's value holds broken characters: it is not valid UTF-8",
};
const NOT_JSON: UnreadableRecord = {
  code: 'not_json',
  reason: "the record's value is not valid JSON: expected a message, an array of messages or a batch",
};

/**
 * Reads the messages in the value of a record: a message, an array, or a batch. A record without a value has none: in a
 * compacted topic it marks a deletion.
 */
export function messagesInRecord(value: Buffer | undefined): readonly PlacedMessage[] | UnreadableRecord {
  if (value === undefined) return [];
  // Replacement characters could make two ids equal.
  if (!isUtf8(value)) return NOT_UTF8;
  try {
    return [...messagesOf(JSON.parse(value.toString('utf8').replace(/^\uFEFF/, '')))];
  } catch {
    // The parser's message quotes the text.
    return NOT_JSON;
  }
}
