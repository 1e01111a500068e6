/** One partition of a topic. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** A place in a partition. */
export interface PartitionOffset extends TopicPartition {
  /** The offset of the next record to read. */
  readonly offset: bigint;
}

/** What a group commits of a partition. */
export interface CommitPoint extends PartitionOffset {
  /** A text that the group keeps with the offset, of 4096 bytes at most: https://kafka.apache.org/documentation/#brokerconfigs_offset.metadata.max.bytes */
  readonly note?: string;
}

/** A record of a topic. */
export interface KafkaRecord extends PartitionOffset {
  /** Milliseconds since 1970: when it was produced, or written to the log, as the topic is set. */
  readonly timestampMs: number;
  readonly key: Buffer | undefined;
  /** `undefined`: a tombstone. */
  readonly value: Buffer | undefined;
  /** Of several headers with one name, the last. */
  readonly headers: ReadonlyMap<string, string>;
}

/** A record to be written. */
export interface OutgoingRecord {
  readonly topic: string;
  /** Records with the same key keep their order; without a key, records are spread over the partitions. */
  readonly key: string | Buffer | undefined;
  readonly value: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Names a partition, for keys of maps and for texts. */
export function partitionName({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
