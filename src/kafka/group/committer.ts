import type { Consumer } from '@platformatic/kafka' with { 'resolution-mode': 'import' };
import { sleep, type Clock } from '../../runtime/index.js';
import type { KafkaClient } from '../client.js';
import { type KafkaError, kafkaErrorOf } from '../errors.js';
import { untilReady } from '../not-yet.js';
import { partitionName, type CommitPoint, type TopicPartition } from '../records.js';
import { CommitNotes } from './commit-notes.js';
import { clientOptions, type KafkaConnection } from '../settings/connection.js';
import type { PartitionLag } from './group-consumer.js';

/** The place of a member in its group. */
export type Membership = Pick<Consumer, 'memberId' | 'generationId'>;

/** Answers that say: the member is not in this generation of the group any more. */
const PASSED = ['ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'REBALANCE_IN_PROGRESS', 'FENCED_INSTANCE_ID'];

const RETRY_AFTER_MS = 500;

/** Placeholder of a partition without a commit: https://kafka.apache.org/protocol#The_Messages_OffsetFetch */
const NO_OFFSET = -1n;
const UNKNOWN_EPOCH = -1;
const EARLIEST = -2n;
const LATEST = -1n;

/** Reads and commits offsets of a group for a member. It uses a client without retries, which never joins the group. */
export class Committer {
  readonly #client: Consumer;
  readonly #notes: CommitNotes;
  readonly #topics: readonly string[];
  readonly #committed = new Map<string, bigint>();
  /** One commit after the other: a later one must not be overtaken by an earlier one. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    client: KafkaClient,
    connection: KafkaConnection,
    { topics, group }: { readonly topics: readonly string[]; readonly group: string },
    private readonly clock: Clock,
  ) {
    this.#topics = topics;
    this.#client = new client.Consumer({ ...clientOptions(connection), groupId: group, retries: 0 });
    this.#notes = new CommitNotes(client, this.#client);
    this.#client.topics.trackAll(...topics);
    this.#client.on('error', () => undefined);
  }

  /** @throws KafkaError when the brokers do not answer or refuse, or when a topic does not exist */
  async checkTopics(): Promise<void> {
    await untilReady(this.clock, () => this.#client.metadata({ topics: [...this.#topics] }));
  }

  /** Commits for this member from now on. */
  use({ memberId, generationId }: Membership): void {
    this.#client.memberId = memberId;
    this.#client.generationId = generationId;
    this.#committed.clear();
  }

  /** @returns whether the offsets are committed; false when they are not the member's any more */
  commit(
    offsets: readonly CommitPoint[],
    isCurrent: () => boolean,
    onProblem: (error: KafkaError) => void,
  ): Promise<boolean> {
    const done = this.#last.then(() =>
      this.#persist(isCurrent, onProblem, async () => {
        const named = offsets.map(({ topic, partition, offset }) => ({
          topic,
          partition,
          offset,
          leaderEpoch: UNKNOWN_EPOCH,
        }));
        for (const offset of offsets) this.#notes.toCommit.set(partitionName(offset), offset.note ?? '');
        await this.#client.commit({ offsets: named });
        for (const offset of offsets) this.#committed.set(partitionName(offset), offset.offset);
        return true;
      }),
    );
    this.#last = done;
    return done.then((isDone) => isDone === true);
  }

  /** Where a member begins; `undefined` when the partitions are not the member's any more. */
  startingOffsets(
    partitions: readonly TopicPartition[],
    from: 'earliest' | 'latest',
    isCurrent: () => boolean,
    onProblem: (error: KafkaError) => void,
  ): Promise<readonly CommitPoint[] | undefined> {
    return this.#persist(isCurrent, onProblem, async () => {
      if (partitions.length === 0) return [];
      const topics = byTopic(partitions);
      const committed = await this.#client.listCommittedOffsets({ topics });
      const ends = await this.#client.listOffsets({
        topics: topics.map(({ topic }) => topic),
        timestamp: from === 'earliest' ? EARLIEST : LATEST,
      });
      return partitions.map(({ topic, partition }) => {
        const known = committed.get(topic)?.[partition] ?? NO_OFFSET;
        const offset = known === NO_OFFSET ? (ends.get(topic)?.[partition] ?? 0n) : known;
        this.#committed.set(partitionName({ topic, partition }), offset);
        const note =
          known === NO_OFFSET ? '' : (this.#notes.read.get(partitionName({ topic, partition })) ?? '');
        return { topic, partition, offset, ...(note === '' ? {} : { note }) };
      });
    });
  }

  async lag(partitions: readonly TopicPartition[]): Promise<readonly PartitionLag[]> {
    if (partitions.length === 0) return [];
    try {
      const topics = byTopic(partitions).map(({ topic }) => topic);
      const ends = await this.#client.listOffsets({ topics, timestamp: LATEST });
      return partitions.map(({ topic, partition }) => {
        const end = ends.get(topic)?.[partition] ?? 0n;
        const lag = end - (this.#committed.get(partitionName({ topic, partition })) ?? 0n);
        return { topic, partition, lag: lag > 0n ? lag : 0n };
      });
    } catch (error) {
      throw kafkaErrorOf(error);
    }
  }

  async close(): Promise<void> {
    await this.#client.close(true);
  }

  /** Tries again until it succeeds, or until the member's generation has passed. */
  async #persist<T>(
    isCurrent: () => boolean,
    onProblem: (error: KafkaError) => void,
    attempt: () => Promise<T>,
  ): Promise<T | undefined> {
    while (isCurrent()) {
      try {
        return await attempt();
      } catch (thrown) {
        const error = kafkaErrorOf(thrown);
        if (PASSED.some((id) => error.protocolErrors.has(id)) || !isCurrent()) return undefined;
        onProblem(error);
        await sleep(this.clock, RETRY_AFTER_MS);
      }
    }
    return undefined;
  }
}

function byTopic(partitions: readonly TopicPartition[]): { topic: string; partitions: number[] }[] {
  const topics = new Map<string, number[]>();
  for (const { topic, partition } of partitions) topics.set(topic, [...(topics.get(topic) ?? []), partition]);
  return [...topics].map(([topic, numbers]) => ({ topic, partitions: numbers }));
}
