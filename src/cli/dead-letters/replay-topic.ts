import {
  KafkaError,
  originalHeaders,
  replayMark,
  type Kafka,
  type KafkaProducer,
} from '../../kafka/index.js';
import { isMeant, type LetterFilter } from './letter.js';
import { topicLetters, type TopicLetter } from './topic-letters.js';

export interface TopicReplay {
  readonly kafka: Pick<Kafka, 'producer' | 'read'>;
  /** The dead-letter topic. */
  readonly topic: string;
  /** Where the messages go; `undefined`: back to the topic that each was read from. */
  readonly to: string | undefined;
  readonly filter: LetterFilter;
  readonly includeReplayed: boolean;
  readonly dryRun: boolean;
  /** Ends the replay early: what is not written yet stays. */
  readonly signal: AbortSignal;
}

/** The result of a replay; `--json` prints it. */
export interface ReplayResult {
  /** Written, and acknowledged by all in-sync replicas; in a dry run what would be written. */
  replayed: number;
  /** Dead letters that the filter leaves out. */
  leftOut: number;
  /** Lines of rejected files that are no messages: they cannot be replayed. */
  unreadable: number;
  /** Dead letters that were meant, and are not replayed because of a failure. */
  failed: number;
  /** Why the replay ended early. */
  stopped: string | null;
}

/** A killed replay repeats so many messages at most: then it has marked them. */
const MARKED_TOGETHER = 500;

/**
 * Writes dead letters back to their topic, in their order and with their key. Each batch is marked in the dead-letter topic when the brokers have
 * acknowledged it: so none is lost, and a replay that was killed between the two repeats at most one batch.
 *
 * @throws UsageError when the dead-letter topic cannot be read
 */
export async function replayTopic(replay: TopicReplay): Promise<ReplayResult> {
  const { kafka, topic, to, filter, dryRun, signal } = replay;
  const result: ReplayResult = { replayed: 0, leftOut: 0, unreadable: 0, failed: 0, stopped: null };
  const producer = dryRun ? undefined : kafka.producer();
  const reading = { deadLetters: 0, others: 0 };
  let batch: TopicLetter[] = [];
  const flush = async (): Promise<void> => {
    if (producer !== undefined && batch.length > 0) await writeBatch(producer, batch, { topic, to }, result);
    else result.replayed += batch.length;
    batch = [];
  };
  try {
    for await (const letter of topicLetters(kafka, topic, filter, replay, reading)) {
      if (signal.aborted) result.stopped ??= 'interrupted';
      if (result.stopped !== null) break;
      if (!isMeant(letter, filter)) {
        result.leftOut += 1;
        continue;
      }
      batch.push(letter);
      if (batch.length === MARKED_TOGETHER) await flush();
    }
    if (result.stopped === null) await flush();
  } finally {
    await producer?.close();
  }
  return result;
}

async function writeBatch(
  producer: KafkaProducer,
  batch: readonly TopicLetter[],
  { topic, to }: Pick<TopicReplay, 'topic' | 'to'>,
  result: ReplayResult,
): Promise<void> {
  const written: TopicLetter['record'][] = [];
  const fail = (error: unknown): void => {
    if (!(error instanceof KafkaError)) throw error;
    result.stopped ??= error.message;
  };
  const send = async ({ record, originalTopic }: TopicLetter): Promise<void> => {
    try {
      await producer.send({
        topic: to ?? originalTopic,
        key: record.key,
        value: record.value ?? '',
        headers: originalHeaders(record.headers),
      });
      written.push(record);
    } catch (error) {
      fail(error);
    }
  };
  const sending: Promise<void>[] = [];
  for (const letter of batch) {
    await producer.ready();
    sending.push(send(letter));
  }
  await Promise.all(sending);
  result.replayed += written.length;
  result.failed += batch.length - written.length;
  if (written.length === 0) return;
  try {
    await producer.send(replayMark(topic, written));
  } catch (error) {
    fail(error);
  }
}
