import { setMaxListeners } from 'node:events';
import type { CommitPoint, KafkaRecord, PartitionOffset } from '../../kafka/index.js';
import type { Clock } from '../../runtime/index.js';
import { Deferred403s } from '../deliver/run/deferred-403s.js';
import type { DeadLetters } from './dead-letters.js';
import type { MessageDelivery, PartitionMessage } from './message-delivery.js';
import { PartitionWindow, type RecordSlot, type WindowLimits } from './partition-window.js';
import { messagesInRecord } from './record-messages.js';
import { readSettledNote, settledNote, type OffsetRange } from './settled-note.js';

interface PartitionParts {
  readonly clock: Clock;
  readonly delivery: MessageDelivery;
  readonly deadLetters: DeadLetters;
  readonly limits: WindowLimits;
  /** Told whenever there is more to commit, with the commit position. */
  readonly onProgress: (position: PartitionOffset) => void;
}

/**
 * How long a full window waits for the explanation of a 403. Where the key is to blame, 20 in a row stop the worker
 * before.
 */
const UNEXPLAINED_403_MS = 30_000;

/** A partition from the moment that the group assigns it to this worker until it is handed over. */
export class AssignedPartition {
  readonly #window: PartitionWindow;
  readonly #deferred = new Deferred403s();
  readonly #givenUp = new AbortController();
  /** Deliveries and writes of dead letters that have not ended. */
  #running = 0;
  #onIdle: (() => void) | undefined;
  #isClosed = false;

  /** What earlier owners have settled beyond the start, as far as it is not read. */
  #settledBefore: readonly OffsetRange[];

  /** @param start the committed offset, from which records come */
  constructor(
    readonly start: CommitPoint,
    private readonly parts: PartitionParts,
  ) {
    // Each message that waits listens to it: for its retry, or for its dead letter.
    setMaxListeners(0, this.#givenUp.signal);
    this.#settledBefore = readSettledNote(start.offset, start.note);
    this.#window = new PartitionWindow(start.offset, parts.limits, this.#onProgress);
  }

  /** What to commit now. */
  get commitPoint(): CommitPoint {
    const { topic, partition } = this.start;
    const offset = this.#window.position;
    const note = settledNote(offset, [...this.#window.settledBeyond(), ...this.#settledBefore]);
    return { topic, partition, offset, ...(note === undefined ? {} : { note }) };
  }

  readonly #onProgress = (): void => {
    const { topic, partition } = this.start;
    if (!this.#isClosed) this.parts.onProgress({ topic, partition, offset: this.#window.position });
  };

  /** Messages beyond the commit position. */
  get messages(): number {
    return this.#window.messages;
  }

  /** Bytes of their records. */
  get bytes(): number {
    return this.#window.bytes;
  }

  get isGivenUp(): boolean {
    return this.#givenUp.signal.aborted;
  }

  /** Takes records, in order. Resolves when there is room for more: that is the back-pressure. */
  async take(records: readonly KafkaRecord[]): Promise<void> {
    for (const record of records) {
      await this.#room();
      if (this.isGivenUp) return;
      this.#takeRecord(record);
    }
  }

  /** PX takes requests on this route: the key may use it. */
  onRouteOpen(route: string): void {
    this.#deferred.onRouteOpen(route);
  }

  /**
   * Sends nothing more of this partition, and reads nothing more. Requests in flight finish, and what they settle still
   * moves the commit position.
   */
  giveUp(): void {
    this.#givenUp.abort();
    this.#window.release();
  }

  /** Resolves when nothing of a given-up partition is in flight. */
  idle(): Promise<void> {
    if (this.#running === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onIdle = resolve;
    });
  }

  /** Ends it: another worker may have the partition, so nothing moves the commit position any longer. */
  close(): void {
    this.giveUp();
    this.#isClosed = true;
  }

  /** Resolves when there is room for another record. A 403 that nothing explains does not hold the partition up for ever. */
  async #room(): Promise<void> {
    if (!this.#window.isFull) return;
    const { clock } = this.parts;
    const release = (): void => {
      this.#deferred.releaseAll(false);
      cancel = clock.after(UNEXPLAINED_403_MS, release);
    };
    let cancel = clock.after(UNEXPLAINED_403_MS, release);
    await this.#window.room();
    cancel();
  }

  #takeRecord(record: KafkaRecord): void {
    const isSettled = this.#isSettledBefore(record.offset);
    const messages = messagesInRecord(record.value);
    const bytes = (record.value?.length ?? 0) + (record.key?.length ?? 0);
    const { delivery } = this.parts;
    if (isSettled) {
      this.#window.open(record.offset, 0, bytes);
      return;
    }
    if ('code' in messages) {
      const item = this.#item(record, this.#window.open(record.offset, 1, bytes), '', undefined);
      void this.#count(delivery.takeUnreadable(item, messages));
      return;
    }
    const slot = this.#window.open(record.offset, messages.length, bytes);
    for (const { message, at } of messages) {
      void this.#count(delivery.take(this.#item(record, slot, at, message)));
    }
  }

  /** Records come in order: from this one on the window knows what is settled. */
  #isSettledBefore(offset: bigint): boolean {
    const next = offset + 1n;
    const isSettled = this.#settledBefore.some(({ from, to }) => from <= offset && offset < to);
    this.#settledBefore = this.#settledBefore
      .filter(({ to }) => to > next)
      .map((range) => (range.from < next ? { ...range, from: next } : range));
    return isSettled;
  }

  #item(record: KafkaRecord, slot: RecordSlot, at: string, message: unknown): PartitionMessage {
    const { signal } = this.#givenUp;
    return {
      message,
      signal,
      deferred: this.#deferred,
      writeDeadLetter: (reason) =>
        this.#count(this.parts.deadLetters.write({ record, at, message, reason }, signal)),
      onOvertaken: () => {
        slot.isOvertaken = true;
      },
      onSettled: () => {
        this.#window.settle(slot);
        this.#onProgress();
      },
    };
  }

  async #count(work: Promise<void>): Promise<void> {
    this.#running += 1;
    try {
      await work;
    } finally {
      this.#running -= 1;
      if (this.#running === 0) this.#onIdle?.();
    }
  }
}
