import type { UndeliverableMessage } from '../../../src/cli/consume/dead-letters';
import { ConsumeSession, type SessionParts } from '../../../src/cli/consume/session';
import type { CommitPoint, KafkaRecord, PartitionOffset } from '../../../src/kafka';
import type { RouterOptions } from '../../../src/router';
import { FakeClock, settled } from '../../__mocks__/clock.fake';
import { FakePxApi, type ScriptedAnswer, type SentRequest } from '../../__mocks__/px-api.fake';

export const CONFIG = { apiKey: '00000000-0000-0000-0000-000000000000', productTagKey: 'AP-EXAMPLE-2' };
export const TOPIC = 'events';

type Answer = (request: SentRequest, index: number) => ScriptedAnswer;

/** A worker with one fake group, a fake clock and a scripted PX. */
export class World {
  readonly clock = new FakeClock();
  readonly px: FakePxApi;
  readonly session: ConsumeSession;
  /** Committed offsets by partition, as far as they have moved. */
  readonly committed = new Map<number, bigint>();
  /** The texts that the group keeps with them. */
  readonly notes = new Map<number, string | undefined>();
  readonly letters: UndeliverableMessage[] = [];
  /** Outcomes as counted, in order: `track delivered`, `track deadLetter rejected`. */
  readonly counted: string[] = [];
  readonly failures: unknown[] = [];
  /** What the next write of a dead letter fails with, until it is unset. */
  deadLetterError: Error | undefined;
  commitError: Error | undefined;

  constructor(
    answer: Answer = () => ({ status: 204 }),
    { limits, config, ...router }: Pick<Partial<SessionParts>, 'limits' | 'config'> & RouterOptions = {},
  ) {
    this.px = new FakePxApi(this.clock, answer);
    this.session = new ConsumeSession({
      config: config ?? CONFIG,
      router: {
        clock: this.clock,
        fetch: this.px.fetch,
        random: () => 0.5,
        requestsPerSecond: Infinity,
        ...router,
      },
      retryForMs: 15 * 60_000,
      limits: limits ?? { messages: 1_000, bytes: 1_000_000 },
      commit: this.#commit,
      sendDeadLetter: (letter) => {
        if (this.deadLetterError !== undefined) return Promise.reject(this.deadLetterError);
        this.letters.push(letter);
        return Promise.resolve();
      },
      observer: {
        message: (...words) => this.counted.push(words.filter((word) => word !== undefined).join(' ')),
        request: () => undefined,
        commitFailed: (error) => this.failures.push(error),
        deadLetterFailed: (error) => this.failures.push(error),
      },
    });
  }

  get worker(): ConsumeSession['worker'] {
    return this.session.worker;
  }

  /** The paths of what was sent, in order. */
  get sentTo(): string[] {
    return this.px.sent.map(({ method, path, body }) => {
      const { eventName } = (body ?? {}) as { eventName?: string };
      return eventName ?? `${method} ${path}`;
    });
  }

  assign(...partitions: number[]): void {
    this.worker.onAssigned(
      partitions.map((partition) => {
        const note = this.notes.get(partition);
        return { ...at(partition, this.committed.get(partition) ?? 0n), ...(note !== undefined && { note }) };
      }),
    );
  }

  /** Hands records to the worker; resolves when it takes more. */
  take(partition: number, from: number, ...values: unknown[]): Promise<void> {
    return this.worker.onRecords(
      { topic: TOPIC, partition },
      values.map((value, index) => record(partition, from + index, value)),
    );
  }

  readonly #commit = (points: readonly CommitPoint[]): Promise<boolean> => {
    if (this.commitError !== undefined) return Promise.reject(this.commitError);
    for (const { partition, offset, note } of points) {
      if (offset > (this.committed.get(partition) ?? 0n)) this.committed.set(partition, offset);
      this.notes.set(partition, note);
    }
    return Promise.resolve(true);
  };
}

export function at(partition: number, offset: bigint): PartitionOffset {
  return { topic: TOPIC, partition, offset };
}

/** A record with a JSON value; with a Buffer, or undefined, as its value itself. */
export function record(partition: number, offset: number, value: unknown): KafkaRecord {
  const bytes = value === undefined || Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value));
  return {
    topic: TOPIC,
    partition,
    offset: BigInt(offset),
    key: undefined,
    value: bytes,
    timestampMs: 0,
    headers: new Map(),
  };
}

export function track(userId: string, event: string): object {
  return { type: 'track', userId, event };
}

export function identify(userId: string, traits: object = { title: 'x' }): object {
  return { type: 'identify', userId, traits };
}

export { settled };
