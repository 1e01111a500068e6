import type { GroupConsumer, PartitionLag } from '../../kafka/index.js';

const INTERVAL_MS = 10_000;

interface LagReaderParts {
  readonly consumer: () => Pick<GroupConsumer, 'lag'>;
  readonly onLag: (partitions: readonly PartitionLag[]) => void;
  readonly onFailure: (error: unknown) => void;
}

/** Reads the consumer lag now and then: a scrape must not wait for Kafka. */
export class LagReader {
  #timer: NodeJS.Timeout | undefined;
  #isReading = false;

  constructor(private readonly parts: LagReaderParts) {}

  /** Reads at once, and then at each interval. */
  start(): void {
    this.stop();
    this.#timer = setInterval(() => void this.#read(), INTERVAL_MS);
    void this.#read();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #read(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    const timer = this.#timer;
    try {
      const partitions = await this.parts.consumer().lag();
      // Not those of an earlier assignment.
      if (timer === this.#timer) this.parts.onLag(partitions);
    } catch (error) {
      if (timer === this.#timer) this.parts.onFailure(error);
    } finally {
      this.#isReading = false;
    }
  }
}
