import type { KafkaRecord } from '../../kafka/index.js';
import { sleep, type Clock } from '../../runtime/index.js';
import type { DeadLetterReason } from './outcomes.js';

/** A message that cannot be delivered. */
export interface UndeliverableMessage {
  readonly record: KafkaRecord;
  /** The place of the message in its record, as `batch[3]`; empty where the record is the message. */
  readonly at: string;
  /** The message, where the record holds others too. */
  readonly message: unknown;
  readonly reason: DeadLetterReason;
}

interface WriterParts {
  /** Writes to the topic; resolves when all replicas have it. */
  readonly send: (letter: UndeliverableMessage) => Promise<void>;
  readonly clock: Clock;
  /** Told of each failed write: it is tried again. */
  readonly onFailure: (error: unknown) => void;
}

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

/**
 * Writes dead letters for as long as it takes. A message whose dead letter is not written is not settled, so it holds
 * back the commit position, and then its partition.
 */
export class DeadLetters {
  #waiting = 0;

  constructor(private readonly parts: WriterParts) {}

  /** Dead letters that are not written yet. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Resolves when the letter is in the topic; rejects with the reason of the signal when that aborts first. */
  async write(letter: UndeliverableMessage, signal: AbortSignal): Promise<void> {
    const { send, clock, onFailure } = this.parts;
    this.#waiting += 1;
    try {
      for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
        signal.throwIfAborted();
        try {
          await send(letter);
          return;
        } catch (error) {
          onFailure(error);
        }
        await sleep(clock, waitMs, signal);
      }
    } finally {
      this.#waiting -= 1;
    }
  }
}
