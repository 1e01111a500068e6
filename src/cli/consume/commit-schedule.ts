import { partitionName, type PartitionOffset, type TopicPartition } from '../../kafka/index.js';
import type { Clock } from '../../runtime/index.js';

interface ScheduleParts {
  readonly clock: Clock;
  /** The shortest time between two commits, in milliseconds. */
  readonly intervalMs: number;
  /** Commits; resolves with false when the group has given the partitions to others, so that nothing is committed. */
  readonly commit: (positions: readonly PartitionOffset[]) => Promise<boolean>;
  /** Told when a commit fails: it is tried again. */
  readonly onFailure: (error: unknown) => void;
}

/** Commits the positions of all partitions together, at most once in an interval, and one commit at a time. */
export class CommitSchedule {
  readonly #dirty = new Map<string, PartitionOffset>();
  #cancelTimer: (() => void) | undefined;
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(private readonly parts: ScheduleParts) {}

  /** Notes what can be committed now; a later position of the same partition replaces it. */
  note(position: PartitionOffset): void {
    this.#dirty.set(partitionName(position), position);
    this.#schedule();
  }

  /** Forgets what is not committed of a partition: another worker has it. */
  forget(partition: TopicPartition): void {
    this.#dirty.delete(partitionName(partition));
  }

  /** Commits what is noted, now; resolves when it is committed or when that failed. Never rejects. */
  async flush(): Promise<void> {
    await this.#running;
    await this.#commit();
  }

  /** Commits what is noted, once more, and then nothing any longer. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.flush();
  }

  #schedule(): void {
    if (this.#closed || this.#cancelTimer !== undefined || this.#running !== undefined) return;
    this.#cancelTimer = this.parts.clock.after(this.parts.intervalMs, () => {
      void this.#commit();
    });
  }

  #commit(): Promise<void> {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (this.#dirty.size === 0) return Promise.resolve();
    const positions = [...this.#dirty.values()];
    this.#dirty.clear();
    this.#running = this.#run(positions).finally(() => {
      this.#running = undefined;
      if (this.#dirty.size > 0) this.#schedule();
    });
    return this.#running;
  }

  async #run(positions: readonly PartitionOffset[]): Promise<void> {
    try {
      await this.parts.commit(positions);
    } catch (error) {
      this.parts.onFailure(error);
      // What was noted meanwhile is newer.
      for (const position of positions) {
        const key = partitionName(position);
        if (!this.#dirty.has(key)) this.#dirty.set(key, position);
      }
    }
  }
}
