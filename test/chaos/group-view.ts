import type { Consumer } from '@platformatic/kafka' with { 'resolution-mode': 'import' };
import { loadClient } from '../../src/kafka/client';
import { openKafka, type KafkaRecord, type OutgoingRecord } from '../../src/kafka';

/** Kafka as the driver of a run needs it. */
export interface GroupView {
  createTopic(topic: string, partitions: number): Promise<void>;
  write(records: readonly OutgoingRecord[]): Promise<void>;
  /** All records of a topic. */
  readAll(topic: string): Promise<KafkaRecord[]>;
  /** The offset that each partition will go on from, as the group committed it; 0 without a commit. */
  committed(topic: string): Promise<number[]>;
  /** Whether the group has committed everything. */
  isDone(topic: string): Promise<boolean>;
  close(): Promise<void>;
}

const LATEST = -1n;

/** Looks at a consumer group from outside, and reads and writes topics. */
export async function openGroupView(bootstrap: string, group: string): Promise<GroupView> {
  const [host, port] = bootstrap.split(':') as [string, string];
  const brokers = [{ host, port: Number(port) }];
  const kafka = await openKafka({ brokers });
  const client = await loadClient();
  const view: Consumer = new client.Consumer({
    clientId: 'chaos',
    bootstrapBrokers: [bootstrap],
    groupId: group,
    // The broker restarts now and then.
    retries: 60,
    retryDelay: 500,
  });
  view.on('error', () => undefined);
  const partitionsOf = new Map<string, number>();
  const ends = async (topic: string): Promise<number[]> =>
    ((await view.listOffsets({ topics: [topic], timestamp: LATEST })).get(topic) ?? []).map(Number);
  const committed = async (topic: string): Promise<number[]> => {
    const partitions = Array.from({ length: partitionsOf.get(topic)! }, (_, partition) => partition);
    const offsets = await view.listCommittedOffsets({ topics: [{ topic, partitions }] });
    return (offsets.get(topic) ?? []).map((offset) => Math.max(0, Number(offset)));
  };
  return {
    async createTopic(topic, partitions) {
      const admin = kafka.admin();
      await admin.createTopic({ topic, partitions, replicationFactor: 1 });
      await admin.close();
      partitionsOf.set(topic, partitions);
      view.topics.trackAll(topic);
    },
    async write(records) {
      const producer = kafka.producer();
      await Promise.all(records.map((record) => producer.send(record)));
      await producer.close();
    },
    async readAll(topic) {
      const count = (await ends(topic)).reduce((sum, end) => sum + end, 0);
      const records: KafkaRecord[] = [];
      if (count === 0) return records;
      await new Promise<void>((resolve, reject) => {
        const reader = kafka.groupConsumer(
          { topics: [topic], group: `reader-of-${topic}` },
          {
            onAssigned: () => undefined,
            onRecords: (_partition, some) => {
              records.push(...some);
              if (records.length >= count) void reader.close().then(resolve, reject);
            },
            onRevoked: () => Promise.resolve(),
            onLost: () => undefined,
            onProblem: () => undefined,
          },
        );
        reader.start().catch(reject);
      });
      return records;
    },
    committed,
    async isDone(topic) {
      const [offsets, all] = [await committed(topic), await ends(topic)];
      return all.every((end, partition) => (offsets[partition] ?? 0) >= end);
    },
    close: () => view.close(true),
  };
}
