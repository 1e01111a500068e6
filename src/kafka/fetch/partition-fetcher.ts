import type { ClusterMetadata, Consumer } from '@platformatic/kafka' with { 'resolution-mode': 'import' };
import { systemClock, type Clock } from '../../runtime/index.js';
import { KafkaError, kafkaErrorOf } from '../errors.js';
import { partitionName, type KafkaRecord, type PartitionOffset, type TopicPartition } from '../records.js';
import { decodeRecords } from './decode-records.js';

/** The part of the client that fetching needs. */
export type FetchClient = Pick<Consumer, 'metadata' | 'fetch' | 'clearMetadata'>;

type FetchResponse = Awaited<ReturnType<Consumer['fetch']>>;

export interface FetchHandlers {
  /** Gets records in the order of their partition. The partition is fetched again when the result has resolved. */
  onRecords(partition: TopicPartition, records: readonly KafkaRecord[]): Promise<void> | void;
  /** The position moved, also past what is no record. */
  onPosition?(position: PartitionOffset): void;
  /** A failure after which it tries again. */
  onProblem(error: KafkaError): void;
}

/** How long a broker waits for new records: it answers one request of a connection after the other. */
const MAX_WAIT_MS = 200;
const MAX_BYTES = 8 * 1024 * 1024;
const MAX_BYTES_OF_PARTITION = 1024 * 1024;
const RETRY_AFTER_MS = 1_000;

interface Reading extends TopicPartition {
  position: bigint;
  /** A fetch is in flight, or its records are being taken. */
  isBusy: boolean;
}

/** Reads partitions from given positions on, with at most one fetch in flight for each broker. */
export class PartitionFetcher {
  #readings: readonly Reading[] = [];
  readonly #nodesInFlight = new Set<number>();
  #isPlanning = false;
  #isClosed = false;
  #cancelRetry: (() => void) | undefined;

  constructor(
    private readonly client: FetchClient,
    private readonly handlers: FetchHandlers,
    private readonly clock: Clock = systemClock,
  ) {}

  /** Reads these partitions from now on, and no other one. A fetch of before that is still in flight counts no more. */
  read(partitions: readonly PartitionOffset[]): void {
    this.#readings = partitions.map(({ topic, partition, offset }) => ({
      topic,
      partition,
      position: offset,
      isBusy: false,
    }));
    this.#plan();
  }

  close(): void {
    this.#isClosed = true;
    this.#readings = [];
    this.#cancelRetry?.();
  }

  /** Starts a fetch at each broker that leads free partitions and answers no other fetch. */
  readonly #plan = (): void => {
    const free = this.#readings.filter(({ isBusy }) => !isBusy);
    if (this.#isPlanning || this.#isClosed || this.#cancelRetry !== undefined || free.length === 0) return;
    this.#isPlanning = true;
    this.client.metadata({ topics: [...new Set(free.map(({ topic }) => topic))] }).then(
      (metadata) => {
        this.#isPlanning = false;
        this.#fetchFrom(metadata);
      },
      (error: unknown) => {
        this.#isPlanning = false;
        this.#retryLater(error);
      },
    );
  };

  #fetchFrom(metadata: ClusterMetadata): void {
    const byNode = new Map<number, Reading[]>();
    for (const reading of this.#readings) {
      const leader = metadata.topics.get(reading.topic)?.partitions[reading.partition]?.leader;
      if (reading.isBusy || leader === undefined || this.#nodesInFlight.has(leader)) continue;
      const readings = byNode.get(leader);
      if (readings === undefined) byNode.set(leader, [reading]);
      else readings.push(reading);
    }
    for (const [node, readings] of byNode) void this.#fetch(node, readings, metadata);
  }

  async #fetch(node: number, readings: readonly Reading[], metadata: ClusterMetadata): Promise<void> {
    this.#nodesInFlight.add(node);
    for (const reading of readings) reading.isBusy = true;
    const topicNames = new Map([...metadata.topics].map(([name, { id }]) => [id, name]));
    try {
      const response = await this.client.fetch({
        node,
        topics: readings.map(({ topic, partition, position }) => ({
          topicId: metadata.topics.get(topic)!.id,
          partitions: [
            {
              partition,
              fetchOffset: position,
              partitionMaxBytes: MAX_BYTES_OF_PARTITION,
              currentLeaderEpoch: -1,
              lastFetchedEpoch: -1,
            },
          ],
        })),
        maxWaitTime: MAX_WAIT_MS,
        maxBytes: MAX_BYTES,
      });
      this.#nodesInFlight.delete(node);
      this.#take(response, readings, topicNames);
    } catch (error) {
      this.#nodesInFlight.delete(node);
      for (const reading of readings) reading.isBusy = false;
      if (!isSessionGone(error) && !this.#moveIntoRange(error, readings, topicNames)) this.#retryLater(error);
    }
    this.#plan();
  }

  #take(
    response: FetchResponse,
    readings: readonly Reading[],
    topicNames: ReadonlyMap<string, string>,
  ): void {
    const batches = new Map(
      response.responses.flatMap(({ topicId, partitions }) =>
        partitions.map(({ partitionIndex, records }) => [
          partitionName({ topic: topicNames.get(topicId) ?? '', partition: partitionIndex }),
          records ?? [],
        ]),
      ),
    );
    for (const reading of readings) {
      reading.isBusy = false;
      // Other partitions are read meanwhile, or this one from another position.
      if (!this.#readings.includes(reading)) continue;
      const found = batches.get(partitionName(reading)) ?? [];
      const { records, next } = decodeRecords(reading, found, reading.position);
      if (next === reading.position) continue;
      reading.position = next;
      if (records.length > 0) this.#handOn(reading, records);
      else this.handlers.onPosition?.({ ...placeOf(reading), offset: next });
    }
  }

  #handOn(reading: Reading, records: readonly KafkaRecord[]): void {
    const taken = this.handlers.onRecords(placeOf(reading), records);
    const position = { ...placeOf(reading), offset: reading.position };
    this.handlers.onPosition?.(position);
    if (taken === undefined) return;
    reading.isBusy = true;
    void taken.finally(() => {
      reading.isBusy = false;
      this.#plan();
    });
  }

  /**
   * Moves positions whose records are gone to the first record that is there, and says so. Records are gone when the topic keeps them for
   * a shorter time than nobody read them, or when the topic was made anew.
   */
  #moveIntoRange(
    error: unknown,
    readings: readonly Reading[],
    topicNames: ReadonlyMap<string, string>,
  ): boolean {
    if (!kafkaErrorOf(error).protocolErrors.has('OFFSET_OUT_OF_RANGE')) return false;
    const { response } = error as { response?: FetchResponse };
    let hasMoved = false;
    for (const { topicId, partitions } of response?.responses ?? []) {
      for (const { partitionIndex, errorCode, logStartOffset } of partitions) {
        const name = partitionName({ topic: topicNames.get(topicId) ?? '', partition: partitionIndex });
        const reading = readings.find((candidate) => partitionName(candidate) === name);
        if (errorCode !== OFFSET_OUT_OF_RANGE || reading === undefined || logStartOffset < 0n) continue;
        const text = `${name} has no record ${reading.position} any more: reading goes on at ${logStartOffset}`;
        reading.position = logStartOffset;
        hasMoved = true;
        this.handlers.onProblem(new KafkaError('kafka_failed', text));
      }
    }
    return hasMoved;
  }

  #retryLater(error: unknown): void {
    if (this.#isClosed) return;
    this.handlers.onProblem(kafkaErrorOf(error));
    this.#cancelRetry ??= this.clock.after(RETRY_AFTER_MS, () => {
      this.#cancelRetry = undefined;
      this.#plan();
    });
  }
}

/** A broker that restarts forgets its fetch sessions. The client begins a new one with the next fetch. */
function isSessionGone(error: unknown): boolean {
  const { protocolErrors } = kafkaErrorOf(error);
  return SESSION_GONE.some((id) => protocolErrors.has(id));
}

const SESSION_GONE = [
  'FETCH_SESSION_ID_NOT_FOUND',
  'INVALID_FETCH_SESSION_EPOCH',
  'FETCH_SESSION_TOPIC_ID_ERROR',
];

/** https://kafka.apache.org/protocol#protocol_error_codes */
const OFFSET_OUT_OF_RANGE = 1;

function placeOf({ topic, partition }: TopicPartition): TopicPartition {
  return { topic, partition };
}
