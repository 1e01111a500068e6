import { EventEmitter } from 'node:events';

/** A record of the fake brokers. */
interface Stored {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

/** An error as the client makes them for an answer of the protocol. */
export function protocolError(apiId: string, response?: unknown): Error {
  return Object.assign(new Error(apiId), { code: 'PLT_KFK_PROTOCOL', apiId, response });
}

/** An error as the client makes them when no broker answers. */
export function networkError(): Error {
  return Object.assign(new Error('no connection'), { code: 'PLT_KFK_NETWORK', canRetry: true });
}

type FetchCall = { topics: { topicId: string; partitions: { partition: number; fetchOffset: bigint }[] }[] };
type Offset = { topic: string; partition: number; offset: bigint };

/**
 * The brokers behind the fake client: one topic `t` at one broker. A fetch stays in flight until the test answers it.
 */
export class FakeBrokers {
  readonly log = new Map<number, Stored[]>();
  readonly committed = new Map<number, bigint>();
  readonly commits: (Offset & { memberId: string | null; generationId: number })[] = [];
  readonly fetches: { call: FetchCall; answer: () => void; fail: (error: Error) => void }[] = [];
  readonly members: FakeConsumer[] = [];
  /** Taken one by one by calls of `commit`. */
  readonly commitFailures: Error[] = [];
  joinFailure: Error | undefined;

  constructor(readonly partitions = 2) {
    for (let partition = 0; partition < partitions; partition += 1) this.log.set(partition, []);
  }

  write(partition: number, ...values: string[]): void {
    this.log.get(partition)!.push(...values.map((value) => ({ key: null, value: Buffer.from(value) })));
  }

  /** The client's module, as far as the layer uses it for groups. */
  get client(): never {
    // The constructor of a function expression gives the fake its brokers.
    const brokers = this as FakeBrokers;
    const Consumer = class extends FakeConsumer {
      constructor(options: ConstructorParameters<typeof FakeConsumer>[1]) {
        super(brokers, options);
      }
    };
    return { Consumer } as never;
  }

  /** The answer to a fetch: one batch for each partition that has records behind the offset. */
  responseTo({ topics }: FetchCall): object {
    return {
      responses: topics.map(({ topicId, partitions }) => ({
        topicId,
        partitions: partitions.map(({ partition, fetchOffset }) => {
          const records = this.log.get(partition)!.slice(Number(fetchOffset));
          const batch = {
            attributes: 0,
            firstOffset: fetchOffset,
            lastOffsetDelta: records.length - 1,
            firstTimestamp: 0n,
            maxTimestamp: 0n,
            records: records.map((record, at) => ({
              ...record,
              offsetDelta: at,
              timestampDelta: 0n,
              headers: [],
            })),
          };
          return { partitionIndex: partition, errorCode: 0, records: records.length === 0 ? null : [batch] };
        }),
      })),
    };
  }
}

interface FakeOptions {
  readonly protocolsMetadata?: () => Promise<Buffer>;
}

/** The client's `Consumer`, as far as the layer uses it. */
export class FakeConsumer extends EventEmitter {
  readonly topics = { trackAll: (): void => undefined };
  memberId: string | null = null;
  generationId = 0;
  assignments: { topic: string; partitions: number[] }[] | null = null;
  isClosed = false;

  constructor(
    private readonly brokers: FakeBrokers,
    private readonly options: FakeOptions,
  ) {
    super();
  }

  metadata(): Promise<object> {
    const partitions = Array.from({ length: this.brokers.partitions }, () => ({ leader: 1 }));
    return Promise.resolve({ topics: new Map([['t', { id: 'id-of-t', partitions }]]) });
  }

  fetch(call: FetchCall): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.brokers.fetches.push({
        call,
        answer: () => {
          resolve(this.brokers.responseTo(call));
        },
        fail: reject,
      });
    });
  }

  async joinGroup(): Promise<void> {
    await this.options.protocolsMetadata?.();
    if (this.brokers.joinFailure !== undefined) throw this.brokers.joinFailure;
    this.brokers.members.push(this);
  }

  /** The group gives this member partitions, after all have joined. */
  assign(...partitions: number[]): void {
    this.memberId = `member-${this.brokers.members.indexOf(this)}`;
    this.generationId += 1;
    this.assignments = [{ topic: 't', partitions }];
    this.emit('consumer:group:join');
  }

  /** What the client does when a heartbeat is answered so; resolves when it asks to join again. */
  async rebalance(isOrderly = true): Promise<void> {
    if (isOrderly) this.emit('consumer:group:rebalance');
    await this.options.protocolsMetadata?.();
  }

  commit({ offsets }: { offsets: Offset[] }): Promise<void> {
    const failure = this.brokers.commitFailures.shift();
    if (failure !== undefined) return Promise.reject(failure);
    const { memberId, generationId } = this;
    for (const offset of offsets) {
      this.brokers.commits.push({ ...offset, memberId, generationId });
      this.brokers.committed.set(offset.partition, offset.offset);
    }
    return Promise.resolve();
  }

  listCommittedOffsets(): Promise<Map<string, bigint[]>> {
    const offsets = [...this.brokers.log.keys()].map(
      (partition) => this.brokers.committed.get(partition) ?? -1n,
    );
    return Promise.resolve(new Map([['t', offsets]]));
  }

  listOffsets({ timestamp }: { timestamp: bigint }): Promise<Map<string, bigint[]>> {
    const offsets = [...this.brokers.log.values()].map(({ length }) =>
      timestamp === -2n ? 0n : BigInt(length),
    );
    return Promise.resolve(new Map([['t', offsets]]));
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}
