import {
  KafkaError,
  noteOfDeadLetter,
  ReplayedLetters,
  type Kafka,
  type KafkaRecord,
} from '../../kafka/index.js';
import { UsageError } from '../io.js';
import type { Letter, LetterFilter } from './letter.js';

/** A dead letter, with the record that it lies in. */
export interface TopicLetter extends Letter {
  readonly record: KafkaRecord;
  /** The topic that the message was read from. */
  readonly originalTopic: string;
}

/** What was read of a topic. */
export interface TopicReading {
  deadLetters: number;
  /** Records that are neither dead letters nor marks of a replay. */
  others: number;
}

/**
 * Yields the dead letters of a topic that are not replayed yet.
 *
 * @param reading counts what was read
 * @throws UsageError when the topic cannot be read
 */
export async function* topicLetters(
  kafka: Pick<Kafka, 'read'>,
  topic: string,
  { since }: LetterFilter,
  { includeReplayed }: { readonly includeReplayed: boolean },
  reading: TopicReading,
): AsyncGenerator<TopicLetter, void, undefined> {
  // A letter is written after its time, and its mark after that.
  const options = { sinceMs: since };
  try {
    const replayed = new ReplayedLetters();
    if (!includeReplayed) for await (const record of kafka.read(topic, options)) replayed.add(record);
    const marks = new ReplayedLetters();
    for await (const record of kafka.read(topic, options)) {
      const letter = letterOf(record);
      if (letter === undefined) {
        if (!marks.add(record)) reading.others += 1;
        continue;
      }
      reading.deadLetters += 1;
      if (!replayed.has(record)) yield letter;
    }
  } catch (error) {
    throw error instanceof KafkaError
      ? new UsageError(`cannot read the topic ${topic}: ${error.message}`)
      : error;
  }
}

function letterOf(record: KafkaRecord): TopicLetter | undefined {
  const note = noteOfDeadLetter(record);
  if (note === undefined) return undefined;
  const { code, reason, retryable, attempts, original, at, timeMs } = note;
  const { topic, partition, offset } = record;
  const text = String(record.value ?? '');
  const message = parsed(text);
  return {
    code,
    reason,
    retryable,
    timeMs,
    place: `${original.topic}/${original.partition}@${original.offset}${at === undefined ? '' : ` ${at}`}`,
    where: {
      attempts,
      topic,
      partition,
      offset: String(offset),
      original: {
        topic: original.topic,
        partition: original.partition,
        offset: String(original.offset),
        ...(at === undefined ? {} : { at }),
      },
    },
    message,
    text: message === undefined ? text : undefined,
    record,
    originalTopic: original.topic,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
