import type { Producer } from '@platformatic/kafka' with { 'resolution-mode': 'import' };
import type { KafkaClient } from './client.js';
import { KafkaError, kafkaErrorOf } from './errors.js';
import type { OutgoingRecord } from './records.js';
import { clientOptions, type KafkaConnection } from './settings/connection.js';

export interface ProducerOptions {
  /** Called with each failure after which the producer tries again. */
  readonly onRetry?: (error: KafkaError) => void;
  /** Called when the brokers have acknowledged a batch. */
  readonly onAcknowledged?: () => void;
}

/** Writes records in the order in which they are handed over. */
export interface KafkaProducer {
  /**
   * Resolves when all in-sync replicas hold the record.
   *
   * @throws KafkaError `message_too_large` for this record only; any other code is about the connection
   */
  send(record: OutgoingRecord): Promise<void>;
  /** Resolves when there is room for another record. */
  ready(): Promise<void>;
  /** Closes at once: what is not acknowledged rejects with `kafka_closed`. Await the results of `send` before. */
  close(): Promise<void>;
}

/** Smaller than the usual limit of a batch, 1 MiB: https://kafka.apache.org/documentation/#brokerconfigs_message.max.bytes */
const MAX_BATCH_BYTES = 512 * 1024;
/** A batch takes time in proportion to its records, too. */
const MAX_BATCH_RECORDS = 2_000;
const MAX_QUEUED_BYTES = 4 * 1024 * 1024;
/** What a record takes beside its texts, at most: https://kafka.apache.org/documentation/#record */
const RECORD_OVERHEAD = 40;
const HEADER_OVERHEAD = 10;

const RETRY_DELAY_MS = 500;
/** A topic that was just created is unknown for a moment. */
const MAX_ATTEMPTS_WITHOUT_HOPE = 10;
/** How long the brokers may take to acknowledge one batch. */
const ACKNOWLEDGE_MS = 30_000;

interface Queued {
  readonly record: OutgoingRecord;
  readonly bytes: number;
  readonly resolve: () => void;
  readonly reject: (error: KafkaError) => void;
}

/**
 * An idempotent producer with one batch in flight: records wait, and leave together in the next batch. With several batches in flight, a broker
 * that restarts can refuse one and take the next, which changes the order of a key. The client repeats a batch for as long as the producer is
 * open, with the same sequence numbers, so that the brokers do not store it twice.
 */
export class BatchingProducer implements KafkaProducer {
  readonly #producer: Pick<Producer, 'send' | 'close'>;
  #queue: Queued[] = [];
  #queuedBytes = 0;
  #inFlight: readonly Queued[] = [];
  #isSending = false;
  /** Set when no record can be written any more. */
  #failure: KafkaError | undefined;
  #onRoom: (() => void)[] = [];
  #partition = 0;

  constructor(
    client: KafkaClient,
    connection: KafkaConnection,
    private readonly options: ProducerOptions = {},
  ) {
    const producer = new client.Producer({
      ...clientOptions(connection),
      idempotent: true,
      acks: client.ProduceAcks.ALL,
      autocreateTopics: false,
      retryDelay: (_client, _operation, attempt, _retries, error) => {
        this.#onRetry(attempt, kafkaErrorOf(error));
        return RETRY_DELAY_MS;
      },
      timeout: ACKNOWLEDGE_MS,
      requestTimeout: ACKNOWLEDGE_MS * 2,
      // The same partition as other producers choose for a key: https://kafka.apache.org/documentation/#producerconfigs_partitioner.class
      partitioner: (message, key) =>
        key === undefined ? this.#nextPartition() : client.compatibilityPartitioner(message, key),
    });
    producer.on('error', () => undefined);
    this.#producer = producer;
  }

  /** The client would also repeat what cannot succeed: a login that is refused looks to it like a broken connection. */
  #onRetry(attempt: number, error: KafkaError): void {
    this.options.onRetry?.(error);
    if (error.retryable || attempt < MAX_ATTEMPTS_WITHOUT_HOPE) return;
    this.#fail(error);
    void this.#producer.close().catch(() => undefined);
  }

  /** The client takes it modulo the number of partitions. */
  #nextPartition(): number {
    this.#partition = (this.#partition + 1) % 0x7fff_ffff;
    return this.#partition;
  }

  send(record: OutgoingRecord): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
        return;
      }
      const queued = { record, bytes: sizeOf(record), resolve, reject };
      this.#queue.push(queued);
      this.#queuedBytes += queued.bytes;
      if (!this.#isSending) void this.#sendAll();
    });
  }

  ready(): Promise<void> {
    if (this.#queuedBytes < MAX_QUEUED_BYTES || this.#failure !== undefined) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onRoom.push(resolve);
    });
  }

  async close(): Promise<void> {
    this.#fail(new KafkaError('kafka_closed', 'the connection to Kafka is closed'));
    await this.#producer.close();
    this.#settle(this.#inFlight, this.#failure);
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true;
    // Records that are handed over in the same turn leave together.
    await Promise.resolve();
    while (this.#queue.length > 0) await this.#sendBatch(this.#takeBatch());
    this.#isSending = false;
  }

  #takeBatch(): Queued[] {
    let bytes = 0;
    let size = 0;
    for (const queued of this.#queue.slice(0, MAX_BATCH_RECORDS)) {
      bytes += queued.bytes;
      if (size > 0 && bytes > MAX_BATCH_BYTES) break;
      size += 1;
    }
    return this.#queue.splice(0, size);
  }

  async #sendBatch(batch: readonly Queued[]): Promise<void> {
    this.#inFlight = batch;
    try {
      await this.#producer.send({ messages: batch.map(({ record }) => messageOf(record)) });
    } catch (error) {
      await this.#onRefused(batch, kafkaErrorOf(error));
      return;
    }
    this.options.onAcknowledged?.();
    this.#settle(batch);
  }

  async #onRefused(batch: readonly Queued[], error: KafkaError): Promise<void> {
    if (error.code === 'message_too_large') {
      // One by one shows which record it is. A partition that took its part of the batch gets these records twice.
      if (batch.length > 1) for (const queued of batch) await this.#sendBatch([queued]);
      else this.#settle(batch, error);
      return;
    }
    this.#settle(batch, this.#failure ?? error);
    this.#fail(error);
  }

  #settle(batch: readonly Queued[], error?: KafkaError): void {
    for (const { bytes, resolve, reject } of batch) {
      this.#queuedBytes -= bytes;
      if (error === undefined) resolve();
      else reject(error);
    }
    if (this.#queuedBytes < MAX_QUEUED_BYTES) this.#makeRoom();
  }

  #fail(error: KafkaError): void {
    this.#failure ??= error;
    this.#settle(this.#queue.splice(0), this.#failure);
    this.#makeRoom();
  }

  #makeRoom(): void {
    for (const onRoom of this.#onRoom.splice(0)) onRoom();
  }
}

function sizeOf({ key, value, headers = {} }: OutgoingRecord): number {
  let bytes = RECORD_OVERHEAD + Buffer.byteLength(value) + (key === undefined ? 0 : Buffer.byteLength(key));
  for (const [name, text] of Object.entries(headers)) {
    bytes += HEADER_OVERHEAD + Buffer.byteLength(name) + Buffer.byteLength(text);
  }
  return bytes;
}

function messageOf({ topic, key, value, headers = {} }: OutgoingRecord): ClientMessage {
  return {
    topic,
    value: Buffer.from(value),
    ...(key === undefined ? {} : { key: Buffer.from(key) }),
    headers: new Map(Object.entries(headers).map(([name, text]) => [Buffer.from(name), Buffer.from(text)])),
  };
}

interface ClientMessage {
  topic: string;
  value: Buffer;
  key?: Buffer;
  headers: Map<Buffer, Buffer>;
}
