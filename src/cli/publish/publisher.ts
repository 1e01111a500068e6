import { messageKey } from '../../destinations/gainsight_px/index.js';
import { KafkaError, type KafkaProducer } from '../../kafka/index.js';
import { stringifyJson } from '../../runtime/index.js';
import type { Snapshot } from '../checkpoint/checkpoint.js';
import type { Rejection } from '../rejected/rejection.js';
import type { Counts } from '../deliver/report/counts.js';
import { OrderedWindow, type Slot, type WindowLimits } from '../deliver/run/ordered-window.js';
import type { Stop } from '../deliver/run/stop.js';
import type { InputItem, InputMessage, UnreadableItem } from '../input/input-item.js';
import { count } from '../output/quantities.js';
import type { PublishCheckpoint } from './publish-state.js';

export interface PublisherParts {
  readonly producer: KafkaProducer;
  readonly topic: string;
  /** The largest batch that the topic takes, in bytes; `undefined`: not known, the brokers decide. */
  readonly maxMessageBytes: number | undefined;
  readonly counts: Counts;
  /** How many messages at the beginning of the input are skipped. */
  readonly skip: number;
  /** Whether messages that an earlier run refused for good are published. */
  readonly includeRefused: boolean;
  readonly stop: Stop;
  readonly checkpoint: PublishCheckpoint | undefined;
  /** Gets each rejection, in the order of the input. False: it could not be kept, and the message stays for the next run. */
  readonly onRejection: (rejection: Rejection) => boolean;
}

const WINDOW: WindowLimits = { slots: 50_000, bytes: 64 * 1024 * 1024 };

/**
 * Publishes the messages of an input, each with the key of its user, and reports the rejected ones in the order of the input. A message is settled
 * when all in-sync replicas have it.
 */
export class Publisher {
  readonly #window: OrderedWindow<Rejection>;
  /** Numbers of messages that stay for the next run. */
  readonly #left = new Set<number>();
  #withoutKey: number;
  #pending = 0;
  #onIdle: (() => void) | undefined;

  constructor(private readonly parts: PublisherParts) {
    this.#withoutKey = parts.checkpoint?.before?.own.withoutKey ?? 0;
    this.#window = new OrderedWindow<Rejection>(WINDOW, (rejection, number) => {
      if (!parts.onRejection(rejection)) {
        this.#left.add(number);
        return;
      }
      parts.counts.noteRejected(rejection);
      parts.counts.firstRejections.add(rejection);
    });
  }

  /** Published messages that name neither a user nor an account: any partition may have them. */
  get withoutKey(): number {
    return this.#withoutKey;
  }

  /** Resolves when every message of the input is settled, or stays for the next run. */
  async run(items: AsyncIterable<InputItem>): Promise<void> {
    const { counts, skip, checkpoint } = this.parts;
    for await (const item of items) {
      counts.read += 1;
      if (checkpoint?.wasSettled(counts.read) === true) continue;
      if (counts.read <= skip) counts.passedOver += 1;
      else if (item.kind === 'unreadable') this.#takeUnreadable(item);
      else {
        const published = this.#takeMessage(item);
        if (published !== undefined) await published;
      }
    }
    if (this.#pending === 0) return;
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
  }

  /** What is not settled of what was read, for a checkpoint. */
  unfinished(): Pick<Snapshot<unknown>, 'unsettled' | 'mayHaveLanded'> {
    const unsettled = [...this.#window.unfinished.map(({ number }) => number), ...this.#left];
    return {
      unsettled: unsettled.sort((a, b) => a - b),
      mayHaveLanded: [...this.#left].sort((a, b) => a - b),
    };
  }

  #takeUnreadable(item: UnreadableItem): void {
    const { counts } = this.parts;
    if (item.refusal !== undefined) counts.noteSkipped(item, 'unreadable_before');
    else this.#reject(item, { code: item.code, reason: item.message, retryable: false });
  }

  /** Await its result before the next message: that is the back-pressure. */
  #takeMessage(item: InputMessage): Promise<void> | undefined {
    const { counts, includeRefused, maxMessageBytes } = this.parts;
    if (item.refusal?.retryable === false && !includeRefused) {
      counts.noteSkipped(item, 'refused_before');
      return undefined;
    }
    const value = Buffer.from(stringifyJson(item.message));
    if (maxMessageBytes === undefined || value.length <= maxMessageBytes) return this.#send(item, value);
    this.#reject(item, this.#tooLarge(value));
    return undefined;
  }

  #reject(item: InputItem, reason: Omit<Rejection, 'item'>): void {
    this.#window.settle(this.#window.open(item.bytes, this.parts.counts.read), { item, ...reason });
  }

  #tooLarge(value: Buffer): Omit<Rejection, 'item'> {
    const { topic, maxMessageBytes } = this.parts;
    const limit = maxMessageBytes === undefined ? 'less' : `${count(maxMessageBytes)} at most`;
    return {
      code: 'message_too_large',
      reason: `the message has ${count(value.length)} bytes, and the topic ${topic} takes ${limit}: raise its max.message.bytes, and publish again`,
      // With a larger limit it can be published, and it can be delivered without Kafka.
      retryable: true,
    };
  }

  async #send(item: InputMessage, value: Buffer): Promise<void> {
    const { counts, producer, topic, checkpoint } = this.parts;
    const number = counts.read;
    const slot = this.#window.open(item.bytes, number);
    const reserved = checkpoint?.reserve(number);
    if (reserved !== undefined && !(await reserved)) {
      this.#leave(slot);
      return;
    }
    const key = messageKey(item.message);
    this.#pending += 1;
    // Nothing but a checkpoint is awaited before this: the order of the input is the order in a partition.
    void producer.send({ topic, key, value }).then(
      () => {
        counts.noteDelivered(item);
        if (key === undefined) this.#withoutKey += 1;
        if (checkpoint?.mayHaveBeenSent(number) === true) counts.possibleDuplicates += 1;
        this.#window.settle(slot);
        this.#ended();
      },
      (error: unknown) => {
        this.#onFailure(error, slot, item, value);
        this.#ended();
      },
    );
    await producer.ready();
    if (this.#window.isFull) await this.#window.room();
  }

  #onFailure(error: unknown, slot: Slot<Rejection>, item: InputMessage, value: Buffer): void {
    if (error instanceof KafkaError && error.code === 'message_too_large') {
      this.#window.settle(slot, { item, ...this.#tooLarge(value) });
      return;
    }
    this.#leave(slot);
    const text = error instanceof KafkaError ? error.message : 'an unexpected error of the Kafka client';
    this.parts.stop.request('kafka_failed', `Kafka failed: ${text}`);
  }

  #leave(slot: Slot<Rejection>): void {
    this.#left.add(slot.number);
    this.#window.settle(slot);
  }

  #ended(): void {
    this.#pending -= 1;
    if (this.#pending === 0) this.#onIdle?.();
  }
}
