import type { KafkaClient } from '../client.js';
import { kafkaErrorOf, type KafkaError } from '../errors.js';
import type { KafkaRecord } from '../records.js';
import { clientOptions, type KafkaConnection } from '../settings/connection.js';
import { PartitionFetcher } from './partition-fetcher.js';

export interface ReadOptions {
  /** Leaves out what was written before, in milliseconds since 1970. */
  readonly sinceMs?: number | undefined;
}

/** Required by the client, although a reader that commits nothing has no group. */
const NO_GROUP = 'gainsight-px';

const EARLIEST = -2n;
const LATEST = -1n;

/** So often in a row it may fail. */
const MAX_FAILURES = 10;

interface Batch {
  readonly records: readonly KafkaRecord[];
  readonly taken: () => void;
}

/**
 * Yields the records of a topic from the beginning, or from a time on, to the end that it has now. Records of one partition come in their
 * order. Memory is bounded: it reads on when the records before are taken.
 *
 * @throws KafkaError
 */
export async function* readTopic(
  client: KafkaClient,
  connection: KafkaConnection,
  topic: string,
  { sinceMs }: ReadOptions = {},
): AsyncGenerator<KafkaRecord, void, undefined> {
  const consumer = new client.Consumer({ ...clientOptions(connection), groupId: NO_GROUP });
  consumer.topics.trackAll(topic);
  consumer.on('error', () => undefined);
  const batches: Batch[] = [];
  const ends = new Map<number, bigint>();
  let [failure, failures]: [KafkaError | undefined, number] = [undefined, 0];
  let wake = (): void => undefined;

  const fetcher = new PartitionFetcher(consumer, {
    onRecords: ({ partition }, records) => {
      failures = 0;
      const end = ends.get(partition) ?? 0n;
      return new Promise((taken) => {
        batches.push({ records: records.filter(({ offset }) => offset < end), taken });
      });
    },
    onPosition: ({ partition, offset }) => {
      if (offset >= (ends.get(partition) ?? 0n)) ends.delete(partition);
      wake();
    },
    onProblem: (error) => {
      failures += 1;
      if (error.retryable && failures < MAX_FAILURES) return;
      failure = error;
      wake();
    },
  });
  try {
    const list = (timestamp: bigint): Promise<readonly bigint[]> =>
      consumer.listOffsets({ topics: [topic], timestamp }).then((offsets) => offsets.get(topic) ?? []);
    const [starts, latest] = await Promise.all([
      list(sinceMs === undefined ? EARLIEST : BigInt(Math.trunc(sinceMs))),
      list(LATEST),
    ]).catch((error: unknown) => {
      throw kafkaErrorOf(error);
    });
    const positions = latest.flatMap((end, partition) => {
      const start = starts[partition] ?? -1n;
      return start < 0n || start >= end ? [] : [{ topic, partition, offset: start }];
    });
    for (const { partition } of positions) ends.set(partition, latest[partition]!);
    fetcher.read(positions);
    while (ends.size > 0 || batches.length > 0) {
      const batch = batches.shift();
      if (batch !== undefined) {
        yield* batch.records;
        batch.taken();
      } else if (failure !== undefined) throw failure as KafkaError;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    fetcher.close();
    await consumer.close(true);
  }
}
