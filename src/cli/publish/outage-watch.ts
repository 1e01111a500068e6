import type { KafkaError } from '../../kafka/index.js';
import type { Clock } from '../../runtime/index.js';

export interface OutageWatchParts {
  /** How long an outage may last, in milliseconds. */
  readonly retryForMs: number;
  readonly clock: Clock;
  /** Called when an outage begins. */
  readonly onBegin: (error: KafkaError) => void;
  /** Called when it is over. */
  readonly onEnd: () => void;
  /** Called once, when it has lasted too long. */
  readonly onTooLong: (error: KafkaError) => void;
}

/** Follows the failures of a producer, which repeats by itself for as long as it is open. */
export class OutageWatch {
  #beganMs: number | undefined;
  #isOver = false;

  constructor(private readonly parts: OutageWatchParts) {}

  /** An attempt failed. */
  onFailure(error: KafkaError): void {
    const { retryForMs, clock, onBegin, onTooLong } = this.parts;
    if (this.#isOver) return;
    if (this.#beganMs === undefined) {
      this.#beganMs = clock.nowMs();
      if (retryForMs > 0) onBegin(error);
    }
    if (clock.nowMs() - this.#beganMs < retryForMs) return;
    this.#isOver = true;
    onTooLong(error);
  }

  /** An attempt succeeded. */
  onSuccess(): void {
    if (this.#beganMs === undefined || this.#isOver) return;
    this.#beganMs = undefined;
    this.parts.onEnd();
  }
}
