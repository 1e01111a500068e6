import type { Consumer } from '@platformatic/kafka' with { 'resolution-mode': 'import' };
import { loadClient } from '../../src/kafka/client';
import { readSettledNote } from '../../src/cli/consume/settled-note';
import { CommitNotes } from '../../src/kafka/group/commit-notes';
import { openKafka, partitionName, type KafkaRecord, type OutgoingRecord } from '../../src/kafka';

/** Whether a record is settled. */
export type Recorded = (partition: number, offset: bigint) => boolean;

/** Kafka as the driver of a run needs it. */
export interface GroupView {
  createTopic(topic: string, partitions: number): Promise<void>;
  write(records: readonly OutgoingRecord[]): Promise<void>;
  /** All records of a topic. */
  readAll(topic: string): Promise<KafkaRecord[]>;
  /** What the group has recorded as settled by now: by its commits, and by the texts that it keeps with them. */
  recorded(topic: string): Promise<Recorded>;
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
  const notes = new CommitNotes(client, view);
  const partitionsOf = new Map<string, number>();
  const ends = async (topic: string): Promise<bigint[]> =>
    (await view.listOffsets({ topics: [topic], timestamp: LATEST })).get(topic) ?? [];
  const committed = async (topic: string): Promise<bigint[]> => {
    const partitions = Array.from({ length: partitionsOf.get(topic)! }, (_, partition) => partition);
    return (await view.listCommittedOffsets({ topics: [{ topic, partitions }] })).get(topic) ?? [];
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
      const count = (await ends(topic)).reduce((sum, end) => sum + Number(end), 0);
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
    async recorded(topic) {
      const positions = await committed(topic);
      const beyond = positions.map((position, partition) =>
        readSettledNote(position, notes.read.get(partitionName({ topic, partition }))),
      );
      return (partition, offset) =>
        offset < positions[partition]! ||
        beyond[partition]!.some(({ from, to }) => from <= offset && offset < to);
    },
    async isDone(topic) {
      const [offsets, all] = [await committed(topic), await ends(topic)];
      return all.every((end, partition) => (offsets[partition] ?? 0n) >= end);
    },
    close: () => view.close(true),
  };
}
