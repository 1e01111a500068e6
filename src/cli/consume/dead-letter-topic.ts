import {
  deadLetterRecord,
  deadLetterTopicOf,
  KafkaError,
  type Kafka,
  type KafkaProducer,
  type ProducerOptions,
} from '../../kafka/index.js';
import type { UndeliverableMessage } from './dead-letters.js';

/** Writes dead letters to Kafka. A producer that cannot write any more is replaced at the next write. */
export class DeadLetterTopic {
  #producer: KafkaProducer | undefined;

  /** @param topic for all of them; `undefined`: {@link deadLetterTopicOf} the topic of each */
  constructor(
    private readonly kafka: Pick<Kafka, 'producer'>,
    private readonly topic: string | undefined,
    private readonly options: ProducerOptions,
  ) {}

  /** Resolves when all in-sync replicas have it. @throws KafkaError */
  async send({ record, at, message, reason }: UndeliverableMessage): Promise<void> {
    const producer = (this.#producer ??= this.kafka.producer(this.options));
    const isWhole = at === '' && record.value !== undefined;
    const letter = deadLetterRecord(this.topic ?? deadLetterTopicOf(record.topic), {
      key: record.key,
      value: isWhole ? record.value : JSON.stringify(message),
      headers: record.headers,
      note: {
        ...reason,
        original: { topic: record.topic, partition: record.partition, offset: record.offset },
        at: at === '' ? undefined : at,
        timeMs: Date.now(),
      },
    });
    try {
      await producer.ready();
      await producer.send(letter);
    } catch (error) {
      const isOfRecord = error instanceof KafkaError && error.code === 'message_too_large';
      if (!isOfRecord && this.#producer === producer) {
        this.#producer = undefined;
        await producer.close();
      }
      throw error;
    }
  }

  async close(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    await producer?.close();
  }
}
