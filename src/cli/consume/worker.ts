import {
  partitionName,
  type CommitPoint,
  type KafkaRecord,
  type PartitionOffset,
  type TopicPartition,
} from '../../kafka/index.js';
import { sleep, type Clock } from '../../runtime/index.js';
import { AssignedPartition } from './assigned-partition.js';
import { CommitSchedule } from './commit-schedule.js';
import type { DeadLetters } from './dead-letters.js';
import type { MessageDelivery } from './message-delivery.js';
import type { WindowLimits } from './partition-window.js';

export interface WorkerParts {
  readonly clock: Clock;
  readonly delivery: MessageDelivery;
  readonly deadLetters: DeadLetters;
  /** Of all partitions together; each gets an equal share. */
  readonly limits: WindowLimits;
  /** Commits; resolves with false when the group has given the partitions to others. */
  readonly commit: (points: readonly CommitPoint[]) => Promise<boolean>;
  readonly onCommitFailure: (error: unknown) => void;
}

/** The shortest time between two commits. */
const COMMIT_INTERVAL_MS = 1_000;
/** How long the last commit may take. */
const LAST_COMMIT_MS = 5_000;

/** The partitions of one worker, between the consumer group and the router. */
export class Worker {
  readonly #partitions = new Map<string, AssignedPartition>();
  readonly #commits: CommitSchedule;
  #isStopping = false;

  constructor(private readonly parts: WorkerParts) {
    const { clock, commit, onCommitFailure } = parts;
    this.#commits = new CommitSchedule({
      clock,
      intervalMs: COMMIT_INTERVAL_MS,
      commit: (positions) =>
        commit(positions.map((at) => this.#partitions.get(partitionName(at))?.commitPoint ?? at)),
      onFailure: onCommitFailure,
    });
  }

  get partitions(): number {
    return this.#partitions.size;
  }

  /** Messages beyond the commit positions. */
  get messages(): number {
    return sum(this.#partitions.values(), ({ messages }) => messages);
  }

  /** Bytes of their records. */
  get bytes(): number {
    return sum(this.#partitions.values(), ({ bytes }) => bytes);
  }

  /** The group gives these partitions, and no others, to this worker; records come from these offsets. */
  onAssigned(starts: readonly CommitPoint[]): void {
    this.onLost([...this.#partitions.values()].map(({ start }) => start));
    const { clock, delivery, deadLetters, limits } = this.parts;
    const share = {
      messages: Math.max(1, Math.floor(limits.messages / starts.length)),
      bytes: Math.max(1, Math.floor(limits.bytes / starts.length)),
    };
    for (const start of starts) {
      const onProgress = (position: PartitionOffset): void => {
        this.#commits.note(position);
      };
      const partition = new AssignedPartition(start, {
        clock,
        delivery,
        deadLetters,
        limits: share,
        onProgress,
      });
      if (this.#isStopping) partition.giveUp();
      this.#partitions.set(partitionName(start), partition);
    }
  }

  /** Takes records of a partition, in order; resolves when it has room for more. */
  async onRecords(id: TopicPartition, records: readonly KafkaRecord[]): Promise<void> {
    await this.#partitions.get(partitionName(id))?.take(records);
  }

  /** Hands partitions over: finishes the requests in flight, gives up what has not begun, and commits. */
  async onRevoked(ids: readonly TopicPartition[]): Promise<void> {
    const revoked = ids.flatMap((id) => this.#partitions.get(partitionName(id)) ?? []);
    for (const partition of revoked) partition.giveUp();
    await Promise.all(revoked.map((partition) => partition.idle()));
    await this.#commits.flush();
    this.onLost(ids);
  }

  /** Another worker may have these partitions already. */
  onLost(ids: readonly TopicPartition[]): void {
    for (const id of ids) {
      const key = partitionName(id);
      this.#partitions.get(key)?.close();
      this.#partitions.delete(key);
      this.#commits.forget(id);
    }
  }

  /** PX takes requests on this route: the key may use it. */
  onRouteOpen(route: string): void {
    for (const partition of this.#partitions.values()) partition.onRouteOpen(route);
  }

  /** Sends and reads nothing more; partitions that are assigned later are not read. */
  giveUp(): void {
    this.#isStopping = true;
    for (const partition of this.#partitions.values()) partition.giveUp();
  }

  /**
   * Gives up all partitions, waits for the requests in flight, and commits.
   *
   * @param hurry ends the wait for the requests in flight
   */
  async stop(hurry: AbortSignal): Promise<void> {
    this.giveUp();
    const idle = Promise.all([...this.#partitions.values()].map((partition) => partition.idle()));
    await Promise.race([idle, aborted(hurry)]);
    // A broker that is away must not keep the process.
    const timeUp = new AbortController();
    const lastCommit = sleep(this.parts.clock, LAST_COMMIT_MS, timeUp.signal).catch(() => undefined);
    await Promise.race([this.#commits.close(), lastCommit]);
    timeUp.abort();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener(
      'abort',
      () => {
        resolve();
      },
      { once: true },
    );
  });
}

function sum<T>(items: Iterable<T>, valueOf: (item: T) => number): number {
  let total = 0;
  for (const item of items) total += valueOf(item);
  return total;
}
