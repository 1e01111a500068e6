import type { Consumer } from '@platformatic/kafka' with { 'resolution-mode': 'import' };
import { sleep, systemClock, type Clock } from '../../runtime/index.js';
import type { KafkaClient } from '../client.js';
import { type KafkaError, kafkaErrorOf } from '../errors.js';
import { PartitionFetcher } from '../fetch/partition-fetcher.js';
import { untilReady } from '../not-yet.js';
import { partitionName, type CommitPoint, type TopicPartition } from '../records.js';
import { clientOptions, type KafkaConnection } from '../settings/connection.js';
import { Committer } from './committer.js';
import type { GroupConsumer, GroupHandlers, GroupOptions, PartitionLag } from './group-consumer.js';

const DEFAULTS = {
  from: 'earliest',
  sessionTimeoutMs: 15_000,
  heartbeatMs: 2_000,
  handOverMs: 8_000,
} as const;

/** How long the group waits for all members to join again. */
const REBALANCE_TIMEOUT_MS = 30_000;
/** A request to join is answered when all members have joined. */
const REQUEST_TIMEOUT_MS = REBALANCE_TIMEOUT_MS + 10_000;
const RETRY_AFTER_MS = 1_000;
/** A leave waits behind a join on the same connection. */
const LEAVE_WITHIN_MS = 3_000;

type Client = Consumer;

/**
 * A member of a consumer group, by the classic protocol with eager rebalances.
 *
 * It does not use the client's stream of messages: after a rebalance, the stream can skip records that are not committed, because a fetch from
 * before the rebalance moves the position that the rebalance set back. And the client's `commit` joins the group again when the generation has
 * passed, and then commits for partitions that may be another member's. So three clients share the work: one is the member, one commits
 * ({@link Committer}), one fetches; a fetch that waits for records holds up no commit and no heartbeat.
 */
export class GroupMember implements GroupConsumer {
  readonly #options: GroupOptions & typeof DEFAULTS;
  readonly #committer: Committer;
  readonly #fetchClient: Client;
  readonly #fetcher: PartitionFetcher;
  #member: Client | undefined;
  /** Partitions of this member, until they are handed over. */
  #assigned = new Map<string, TopicPartition>();
  /** Counts joins and revocations: what began under another number counts no more. */
  #epoch = 0;
  /** The group asks all members to join again; then commits still work. */
  #isRebalance = false;
  #isClosed = false;

  constructor(
    private readonly client: KafkaClient,
    private readonly connection: KafkaConnection,
    options: GroupOptions,
    private readonly handlers: GroupHandlers,
    private readonly clock: Clock = systemClock,
  ) {
    this.#options = { ...DEFAULTS, ...options } as GroupOptions & typeof DEFAULTS;
    const { topics, group } = options;
    this.#committer = new Committer(client, connection, { topics, group }, clock);
    this.#fetchClient = new client.Consumer({
      ...clientOptions(connection),
      groupId: group,
      retries: 0,
    });
    this.#fetchClient.topics.trackAll(...topics);
    this.#fetchClient.on('error', () => undefined);
    this.#fetcher = new PartitionFetcher(this.#fetchClient, handlers, clock);
  }

  async start(): Promise<void> {
    await this.#committer.checkTopics();
    await untilReady(
      this.clock,
      () => this.#join(),
      async (error) => {
        this.handlers.onProblem(error);
        await this.#leave();
      },
    );
  }

  async commit(offsets: readonly CommitPoint[]): Promise<boolean> {
    const own = offsets.filter((offset) => this.#assigned.has(partitionName(offset)));
    const isCurrent = (): boolean => own.every((offset) => this.#assigned.has(partitionName(offset)));
    if (own.length === 0) return offsets.length === 0;
    const isDone = await this.#committer.commit(own, isCurrent, this.#onProblem);
    return isDone && own.length === offsets.length;
  }

  lag(): Promise<readonly PartitionLag[]> {
    return this.#committer.lag([...this.#assigned.values()]);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#epoch += 1;
    this.#assigned.clear();
    this.#fetcher.close();
    await this.#leave();
    await Promise.all([this.#committer.close(), this.#fetchClient.close(true)]).catch(() => undefined);
  }

  readonly #onProblem = (error: KafkaError): void => {
    this.handlers.onProblem(error);
  };

  async #join(): Promise<void> {
    const { topics, group, sessionTimeoutMs, heartbeatMs } = this.#options;
    const member: Client = new this.client.Consumer({
      ...clientOptions(this.connection),
      groupId: group,
      autocommit: false,
      sessionTimeout: sessionTimeoutMs,
      heartbeatInterval: heartbeatMs,
      rebalanceTimeout: REBALANCE_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      // By then the group has given up a member that it does not hear.
      heartbeatStallTimeout: Math.max(heartbeatMs, sessionTimeoutMs - heartbeatMs),
      protocolsMetadata: async () => {
        if (member === this.#member) await this.#handOver();
        return Buffer.alloc(0);
      },
    });
    this.#member = member;
    member.topics.trackAll(...topics);
    const whileMember = (callback: () => void) => (): void => {
      if (member === this.#member && !this.#isClosed) callback();
    };
    const joinAnew = whileMember(() => void this.#joinAnew());
    member.on('error', joinAnew);
    member.on('consumer:heartbeat:stalled', joinAnew);
    member.on('consumer:group:rebalance', () => {
      this.#isRebalance = true;
    });
    member.on(
      'consumer:group:join',
      whileMember(() => void this.#onJoined(member)),
    );
    await member.joinGroup({}).catch((error: unknown) => {
      throw kafkaErrorOf(error);
    });
  }

  /** Called before each join. */
  async #handOver(): Promise<void> {
    const isOrderly = this.#isRebalance;
    this.#isRebalance = false;
    const epoch = (this.#epoch += 1);
    const partitions = [...this.#assigned.values()];
    this.#fetcher.read([]);
    if (partitions.length === 0) return;
    if (isOrderly) {
      const { handOverMs } = this.#options;
      const timeUp = new AbortController();
      const isInTime = await Promise.race([
        this.handlers.onRevoked(partitions).then(() => true),
        sleep(this.clock, handOverMs, timeUp.signal).then(
          () => false,
          () => true,
        ),
      ]);
      timeUp.abort();
      if (epoch !== this.#epoch) return; // Lost meanwhile.
      this.#assigned.clear();
      if (!isInTime) this.handlers.onLost(partitions);
    } else this.#lose();
  }

  #lose(): void {
    this.#epoch += 1;
    this.#fetcher.read([]);
    const partitions = [...this.#assigned.values()];
    this.#assigned.clear();
    if (partitions.length > 0) this.handlers.onLost(partitions);
  }

  async #onJoined(member: Client): Promise<void> {
    const epoch = (this.#epoch += 1);
    const isCurrent = (): boolean => epoch === this.#epoch && !this.#isClosed;
    this.#isRebalance = false;
    this.#committer.use(member);
    const partitions = (member.assignments ?? []).flatMap(({ topic, partitions: numbers }) =>
      numbers.map((partition) => ({ topic, partition })),
    );
    const offsets = await this.#committer.startingOffsets(
      partitions,
      this.#options.from,
      isCurrent,
      this.#onProblem,
    );
    if (offsets === undefined || !isCurrent()) return;
    this.#assigned = new Map(partitions.map((partition) => [partitionName(partition), partition]));
    this.handlers.onAssigned(offsets);
    this.#fetcher.read(offsets);
  }

  /** A member whose heartbeats fail is not heard any more, and one that failed to join does not try again. */
  async #joinAnew(): Promise<void> {
    this.#lose();
    await this.#leave();
    while (!this.#isClosed) {
      try {
        await this.#join();
        return;
      } catch (error) {
        this.handlers.onProblem(kafkaErrorOf(error));
        await this.#leave();
        await sleep(this.clock, RETRY_AFTER_MS);
      }
    }
  }

  async #leave(): Promise<void> {
    const member = this.#member;
    this.#member = undefined;
    if (member === undefined) return;
    const timeUp = new AbortController();
    await Promise.race([
      member.close(true).catch(() => undefined),
      sleep(this.clock, LEAVE_WITHIN_MS, timeUp.signal).catch(() => undefined),
    ]);
    timeUp.abort();
  }
}
