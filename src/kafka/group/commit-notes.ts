import type { Consumer } from '@platformatic/kafka' with { 'resolution-mode': 'import' };
import type { KafkaClient } from '../client.js';
import { partitionName } from '../records.js';

/** A part of https://kafka.apache.org/protocol#The_Messages_OffsetCommit, as the client builds it. */
interface CommitTopic {
  readonly name: string;
  readonly partitions: { readonly partitionIndex: number; committedMetadata: string | null }[];
}

/** A part of https://kafka.apache.org/protocol#The_Messages_OffsetFetch, as the client reads it. */
interface FetchedTopic {
  readonly name: string;
  readonly partitions: readonly { readonly partitionIndex: number; readonly metadata: string | null }[];
}

interface FetchAnswer {
  readonly topics?: readonly FetchedTopic[];
  readonly groups?: readonly { readonly topics: readonly FetchedTopic[] }[];
}

type Callback = (error: unknown, answer?: FetchAnswer) => void;
type Api = ((...args: unknown[]) => unknown) & object;
type GetApi = (name: string, callback: (error: unknown, api?: Api) => void) => void;

/** The place of the topics among the arguments of `OffsetCommit`, after connection, group, generation, member and instance. */
const COMMIT_TOPICS = 5;

/**
 * The texts that a group keeps with its offsets (Kafka: metadata of a commit). The client can neither write nor read them, so they are put in
 * and taken out where it hands its requests to the protocol (`kGetApi`, which it exports for that).
 */
export class CommitNotes {
  /** To be written with the next commit, by partition. */
  readonly toCommit = new Map<string, string>();
  /** Read with the last offsets, by partition. */
  readonly read = new Map<string, string>();

  constructor({ kGetApi }: KafkaClient, consumer: Consumer) {
    const client = consumer as unknown as Record<typeof kGetApi, GetApi | undefined>;
    const getApi = client[kGetApi]?.bind(consumer);
    // A client that does without keeps no texts. Then a worker that takes over delivers more again.
    if (getApi === undefined) return;
    client[kGetApi] = (name, callback) => {
      getApi(name, (error, api) => {
        callback(error, api === undefined ? undefined : this.#wrap(name, api));
      });
    };
  }

  #wrap(name: string, api: Api): Api {
    if (name === 'OffsetCommit') return this.#withArguments(api, (args) => this.#write(args));
    if (name === 'OffsetFetch') return this.#withArguments(api, (args) => this.#listen(args));
    return api;
  }

  /** The client reads the properties of an api, such as its version, too. */
  #withArguments(api: Api, change: (args: unknown[]) => unknown[]): Api {
    return Object.assign((...args: unknown[]) => api(...change(args)), api);
  }

  #write(args: unknown[]): unknown[] {
    for (const { name, partitions } of args[COMMIT_TOPICS] as CommitTopic[]) {
      for (const partition of partitions) {
        const key = partitionName({ topic: name, partition: partition.partitionIndex });
        partition.committedMetadata = this.toCommit.get(key) ?? null;
      }
    }
    return args;
  }

  #listen(args: unknown[]): unknown[] {
    const callback = args.at(-1) as Callback;
    const listening: Callback = (error, answer) => {
      const topics = answer?.topics ?? answer?.groups?.flatMap((group) => group.topics) ?? [];
      for (const { name, partitions } of topics) {
        for (const { partitionIndex, metadata } of partitions) {
          this.read.set(partitionName({ topic: name, partition: partitionIndex }), metadata ?? '');
        }
      }
      callback(error, answer);
    };
    return [...args.slice(0, -1), listening];
  }
}
