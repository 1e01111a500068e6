import type { KafkaRecord, OutgoingRecord, PartitionOffset } from './records.js';

/** Why a message was not delivered, and where it was. */
export interface DeadLetterNote {
  /** A stable code; docs/errors.md lists them. */
  readonly code: string;
  /** One line for people. */
  readonly reason: string;
  /** Whether the message is worth sending again. */
  readonly retryable: boolean;
  /** Requests that were sent for it. */
  readonly attempts: number;
  /** Where the record was read. */
  readonly original: PartitionOffset;
  /** Place in the record, when that holds several messages: `batch[3]`. */
  readonly at?: string | undefined;
  /** When it was given up, in milliseconds since 1970. */
  readonly timeMs: number;
}

/** The headers of a dead letter; https://kafka.apache.org/documentation/#recordheader. All values are texts. */
const HEADERS = {
  reason: 'gainsight-px-reason',
  code: 'gainsight-px-code',
  retryable: 'gainsight-px-retryable',
  attempts: 'gainsight-px-attempts',
  topic: 'gainsight-px-original-topic',
  partition: 'gainsight-px-original-partition',
  offset: 'gainsight-px-original-offset',
  at: 'gainsight-px-at',
  time: 'gainsight-px-time',
} as const;

/** The dead-letter topic of a topic, where nobody names another one. */
export function deadLetterTopicOf(topic: string): string {
  return `${topic}.dead-letters`;
}

const PREFIX = 'gainsight-px-';

/** A message that was not delivered. */
export interface DeadLetter {
  readonly key: string | Buffer | undefined;
  /** The message, as it was in the original record: the whole value, or one message of it. */
  readonly value: string | Buffer;
  /** Headers of the original record, which stay. */
  readonly headers?: ReadonlyMap<string, string> | undefined;
  readonly note: DeadLetterNote;
}

/**
 * The record of a dead letter: the value is the message unchanged, and the headers say why.
 *
 * @example
 * deadLetterRecord('px-events.dead-letters', { key, value, note }).headers; // { 'gainsight-px-code': 'rejected', … }
 */
export function deadLetterRecord(topic: string, { key, value, headers, note }: DeadLetter): OutgoingRecord {
  const { code, reason, retryable, attempts, original, at, timeMs } = note;
  return {
    topic,
    key,
    value,
    headers: {
      ...originalHeaders(headers ?? new Map()),
      [HEADERS.reason]: reason,
      [HEADERS.code]: code,
      [HEADERS.retryable]: String(retryable),
      [HEADERS.attempts]: String(attempts),
      [HEADERS.topic]: original.topic,
      [HEADERS.partition]: String(original.partition),
      [HEADERS.offset]: String(original.offset),
      ...(at === undefined ? {} : { [HEADERS.at]: at }),
      [HEADERS.time]: new Date(timeMs).toISOString(),
    },
  };
}

/** Reads the note of a dead letter; `undefined` for a record that is none. */
export function noteOfDeadLetter({ headers, timestampMs }: KafkaRecord): DeadLetterNote | undefined {
  const text = (name: keyof typeof HEADERS): string | undefined => headers.get(HEADERS[name]);
  const [code, topic, partition, offset] = [text('code'), text('topic'), text('partition'), text('offset')];
  if (code === undefined || topic === undefined) return undefined;
  const timeMs = Date.parse(text('time') ?? '');
  return {
    code,
    reason: text('reason') ?? '',
    retryable: text('retryable') === 'true',
    attempts: Number(text('attempts') ?? 0),
    original: { topic, partition: Number(partition ?? -1), offset: wholeNumber(offset) },
    at: text('at'),
    timeMs: Number.isNaN(timeMs) ? timestampMs : timeMs,
  };
}

/** Headers without those of a dead letter. */
export function originalHeaders(headers: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => !name.startsWith(PREFIX)));
}

function wholeNumber(text: string | undefined): bigint {
  return text !== undefined && /^\d+$/.test(text) ? BigInt(text) : -1n;
}
