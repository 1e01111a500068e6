import { KafkaAdmin } from './admin.js';
import { loadClient } from './client.js';
import { readTopic, type ReadOptions } from './fetch/read-topic.js';
import type { GroupConsumer, GroupHandlers, GroupOptions } from './group/group-consumer.js';
import { GroupMember } from './group/group-member.js';
import { BatchingProducer, type KafkaProducer, type ProducerOptions } from './producer.js';
import type { KafkaRecord } from './records.js';
import type { KafkaConnection } from './settings/connection.js';

/** Kafka, as the commands use it. The caller closes what it opens. */
export interface Kafka {
  producer(options?: ProducerOptions): KafkaProducer;
  groupConsumer(options: GroupOptions, handlers: GroupHandlers): GroupConsumer;
  admin(): KafkaAdmin;
  /** The records that a topic has now, as {@link readTopic}. */
  read(topic: string, options?: ReadOptions): AsyncGenerator<KafkaRecord, void, undefined>;
}

/**
 * Loads the client. It connects to the brokers later, when it is used.
 *
 * @throws KafkaError `kafka_client_missing`
 */
export async function openKafka(connection: KafkaConnection): Promise<Kafka> {
  const client = await loadClient();
  return {
    producer: (options) => new BatchingProducer(client, connection, options),
    groupConsumer: (options, handlers) => new GroupMember(client, connection, options, handlers),
    admin: () => new KafkaAdmin(client, connection),
    read: (topic, options) => readTopic(client, connection, topic, options),
  };
}
