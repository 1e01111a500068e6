import type { KafkaError } from '../errors.js';
import type { CommitPoint, KafkaRecord, TopicPartition } from '../records.js';

/** What a member of a consumer group is told. One call after the other; none of them may throw. */
export interface GroupHandlers {
  /**
   * These partitions are this member's now, and no other one. Records come from the given offsets on: those of the last commit, and without one
   * the beginning or the end of the partition. A partition that was this member's before begins there again, too.
   */
  onAssigned(partitions: readonly CommitPoint[]): void;
  /**
   * Records of one partition, in their order. The partition is not read further until the result has resolved: that is the back-pressure.
   */
  onRecords(partition: TopicPartition, records: readonly KafkaRecord[]): Promise<void> | void;
  /**
   * The group distributes its partitions anew, and these are not this member's any more when the result has resolved, or after
   * `handOverMs`. Until then, `commit` works. No more records of them come.
   */
  onRevoked(partitions: readonly TopicPartition[]): Promise<void>;
  /** These partitions may be another member's already: nothing of them may be sent or committed any more. */
  onLost(partitions: readonly TopicPartition[]): void;
  /** A failure after which the member tries again. */
  onProblem(error: KafkaError): void;
}

export interface GroupOptions {
  readonly topics: readonly string[];
  readonly group: string;
  /** Where a partition without a commit begins. Default `earliest`. */
  readonly from?: 'earliest' | 'latest';
  /** After this time without a sign of life, the group gives a member's partitions to others, in milliseconds. Default 15,000. */
  readonly sessionTimeoutMs?: number;
  /** How often a member gives a sign of life, in milliseconds. Default 2,000. */
  readonly heartbeatMs?: number;
  /** How long a rebalance waits for `onRevoked`, in milliseconds; less than the session timeout. Default 8,000. */
  readonly handOverMs?: number;
}

/** How far a partition is behind. */
export interface PartitionLag extends TopicPartition {
  /** Records between the last commit (or the start) and the end. */
  readonly lag: bigint;
}

/** A member of a consumer group. */
export interface GroupConsumer {
  /**
   * Joins the group.
   *
   * @throws KafkaError when the brokers do not answer or refuse, or when a topic does not exist
   */
  start(): Promise<void>;
  /**
   * Commits offsets of this member's partitions, and leaves out others. It tries again for as long as the partitions are this member's. Await
   * the result before the next commit: commits run one after the other.
   *
   * @returns whether all of them are committed
   */
  commit(offsets: readonly CommitPoint[]): Promise<boolean>;
  /** The lag of this member's partitions. @throws KafkaError */
  lag(): Promise<readonly PartitionLag[]>;
  /** Leaves the group: others take over at once. Nothing is called any more. */
  close(): Promise<void>;
}
