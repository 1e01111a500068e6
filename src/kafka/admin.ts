import type { Admin } from '@platformatic/kafka' with { 'resolution-mode': 'import' };
import { systemClock } from '../runtime/index.js';
import type { KafkaClient } from './client.js';
import { kafkaErrorOf } from './errors.js';
import { untilReady } from './not-yet.js';
import { clientOptions, type KafkaConnection } from './settings/connection.js';

/** A topic to create where it does not exist. */
export interface TopicPlan {
  readonly topic: string;
  /** `undefined`: as the brokers are set. */
  readonly partitions?: number | undefined;
  /** `undefined`: as the brokers are set. */
  readonly replicationFactor?: number | undefined;
  /** How long the topic keeps records, in milliseconds; -1 for ever; `undefined`: as the brokers are set. */
  readonly retentionMs?: number | undefined;
}

/** A topic, after {@link KafkaAdmin.createTopic}. */
export interface TopicState {
  readonly topic: string;
  /** False when it existed before: then it stays as it is. */
  readonly created: boolean;
  readonly partitions: number;
  readonly replicationFactor: number;
}

/** https://kafka.apache.org/protocol#The_Messages_DescribeConfigs */
const TOPIC_RESOURCE = 2;
const RETENTION = 'retention.ms';
const MAX_MESSAGE = 'max.message.bytes';

/** How long a new topic may take to appear at all brokers. */
const APPEARS_WITHIN_ATTEMPTS = 50;
const APPEARS_DELAY_MS = 200;

/** Creates and describes topics. Its methods throw KafkaError. */
export class KafkaAdmin {
  readonly #admin: Admin;

  constructor(client: KafkaClient, connection: KafkaConnection) {
    this.#admin = new client.Admin({
      ...clientOptions(connection),
      retries: 2,
      retryDelay: APPEARS_DELAY_MS,
    });
    this.#admin.on('error', () => undefined);
  }

  /** The topic as it is; `undefined` when it does not exist. */
  async describeTopic(topic: string): Promise<Omit<TopicState, 'created'> | undefined> {
    try {
      const { topics } = await untilReady(systemClock, () =>
        this.#admin.metadata({ topics: [topic], forceUpdate: true }),
      );
      const found = topics.get(topic);
      if (found === undefined) return undefined;
      const { partitions, partitionsCount } = found;
      return { topic, partitions: partitionsCount, replicationFactor: partitions[0]?.replicas.length ?? 0 };
    } catch (thrown) {
      const error = kafkaErrorOf(thrown);
      if (error.code === 'kafka_topic_missing') return undefined;
      throw error;
    }
  }

  /** Creates a topic where it does not exist. A topic that exists stays as it is. */
  async createTopic({ topic, partitions, replicationFactor, retentionMs }: TopicPlan): Promise<TopicState> {
    const before = await this.describeTopic(topic);
    if (before !== undefined) return { ...before, created: false };
    let created = true;
    try {
      await this.#admin.createTopics({
        topics: [topic],
        ...(partitions === undefined ? {} : { partitions }),
        ...(replicationFactor === undefined ? {} : { replicas: replicationFactor }),
        configs: retentionMs === undefined ? [] : [{ name: RETENTION, value: String(retentionMs) }],
      });
    } catch (thrown) {
      const error = kafkaErrorOf(thrown);
      if (!error.protocolErrors.has('TOPIC_ALREADY_EXISTS')) throw error;
      created = false; // Another process was faster.
    }
    return { ...(await this.#appeared(topic)), created };
  }

  /** The largest batch that a topic takes, in bytes; `undefined` where the login may not ask. */
  async maxMessageBytes(topic: string): Promise<number | undefined> {
    try {
      const [described] = await this.#admin.describeConfigs({
        resources: [{ resourceType: TOPIC_RESOURCE, resourceName: topic, configurationKeys: [MAX_MESSAGE] }],
      });
      const value = Number(described?.configs.find(({ name }) => name === MAX_MESSAGE)?.value);
      return Number.isSafeInteger(value) && value > 0 ? value : undefined;
    } catch {
      return undefined;
    }
  }

  async close(): Promise<void> {
    await this.#admin.close();
  }

  async #appeared(topic: string): Promise<Omit<TopicState, 'created'>> {
    for (let attempt = 1; ; attempt += 1) {
      const state = await this.describeTopic(topic);
      if (state !== undefined && state.partitions > 0) return state;
      if (attempt === APPEARS_WITHIN_ATTEMPTS) throw kafkaErrorOf(new Error(`Unknown topic ${topic}`));
      await new Promise((resolve) => setTimeout(resolve, APPEARS_DELAY_MS));
    }
  }
}
