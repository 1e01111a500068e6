import type { KafkaError } from '../../src/kafka/errors';
import { BatchingProducer, type ProducerOptions } from '../../src/kafka/producer';
import type { OutgoingRecord } from '../../src/kafka/records';
import { protocolError, networkError } from '../__mocks__/kafka-client.fake';

interface Sent {
  readonly values: readonly string[];
  readonly acknowledge: () => Promise<void>;
  readonly refuse: (error: Error) => Promise<void>;
}

interface ClientOptions {
  readonly idempotent: boolean;
  readonly acks: number;
  readonly retryDelay: (...args: readonly unknown[]) => number;
  readonly partitioner: (message: unknown, key: Buffer | undefined) => number;
}

const settled = (): Promise<void> => new Promise(setImmediate);

/** The producer with a client whose brokers answer when the test says so. */
function world(options: ProducerOptions = {}) {
  const sent: Sent[] = [];
  const made: { options?: ClientOptions; isClosed: boolean } = { isClosed: false };
  class Producer {
    constructor(clientOptions: ClientOptions) {
      made.options = clientOptions;
    }
    on(): void {
      // Events of the client are not used here.
    }
    send({ messages }: { messages: { value: Buffer }[] }): Promise<void> {
      return new Promise((resolve, reject) => {
        sent.push({
          values: messages.map(({ value }) => String(value).slice(0, 10)),
          acknowledge: () => (resolve(), settled()),
          refuse: (error) => (reject(error), settled()),
        });
      });
    }
    close(): Promise<void> {
      made.isClosed = true;
      return Promise.resolve();
    }
  }
  const client = { Producer, ProduceAcks: { ALL: -1 }, compatibilityPartitioner: () => 42 };
  const producer = new BatchingProducer(client as never, { brokers: [] }, options);
  return { producer, sent, made };
}

const record = (value: string, key?: string): OutgoingRecord => ({ topic: 't', key, value });

it('is idempotent, waits for all replicas, and chooses the partition of a key as other producers do', () => {
  const { made } = world();
  expect(made.options).toMatchObject({ idempotent: true, acks: -1 });
  const { partitioner } = made.options!;
  expect(partitioner({}, Buffer.from('ada'))).toBe(42);
  expect(partitioner({}, undefined)).not.toBe(partitioner({}, undefined));
});

it('has one batch in flight, and sends what waits meanwhile together and in order', async () => {
  const { producer, sent } = world();
  const first = [producer.send(record('a')), producer.send(record('b'))];
  await settled();
  const later = [producer.send(record('c')), producer.send(record('d')), producer.send(record('e'))];
  await settled();
  expect(sent.map(({ values }) => values)).toEqual([['a', 'b']]);
  await sent[0]!.acknowledge();
  await Promise.all(first);
  expect(sent.map(({ values }) => values)).toEqual([
    ['a', 'b'],
    ['c', 'd', 'e'],
  ]);
  await sent[1]!.acknowledge();
  await Promise.all(later);
});

it('keeps a batch within half a mebibyte', async () => {
  const { producer, sent } = world();
  for (const name of ['a', 'b', 'c']) void producer.send(record(name.repeat(300_000)));
  await settled();
  expect(sent[0]!.values).toHaveLength(1);
  await sent[0]!.acknowledge();
  expect(sent[1]!.values).toEqual(['b'.repeat(10)]);
});

it('has no room while too much waits', async () => {
  const { producer, sent } = world();
  await producer.ready();
  for (let at = 0; at < 9; at += 1) void producer.send(record('x'.repeat(500_000)));
  await settled();
  let hasRoom = false;
  void producer.ready().then(() => {
    hasRoom = true;
  });
  await settled();
  expect(hasRoom).toBe(false);
  await sent[0]!.acknowledge();
  await sent[1]!.acknowledge();
  expect(hasRoom).toBe(true);
});

it('refuses only the record that is too large', async () => {
  const { producer, sent } = world();
  const results = ['a', 'big', 'c'].map((value) =>
    producer.send(record(value)).then(
      () => 'written',
      ({ code }: KafkaError) => code,
    ),
  );
  await settled();
  await sent[0]!.refuse(protocolError('MESSAGE_TOO_LARGE'));
  await sent[1]!.acknowledge();
  await sent[2]!.refuse(protocolError('RECORD_LIST_TOO_LARGE'));
  await sent[3]!.acknowledge();
  await expect(Promise.all(results)).resolves.toEqual(['written', 'message_too_large', 'written']);
  expect(sent.slice(1).map(({ values }) => values)).toEqual([['a'], ['big'], ['c']]);
});

it('ends with a failure that is about the connection', async () => {
  const { producer, sent } = world();
  const [inFlight, waiting] = [producer.send(record('a')), settled().then(() => producer.send(record('b')))];
  const caught = Promise.allSettled([inFlight, waiting]);
  await settled();
  await settled();
  await sent[0]!.refuse(protocolError('CLUSTER_AUTHORIZATION_FAILED'));
  const refused = {
    status: 'rejected',
    reason: expect.objectContaining({ code: 'kafka_denied' }) as unknown,
  };
  await expect(caught).resolves.toEqual([refused, refused]);
  await expect(producer.send(record('c'))).rejects.toHaveProperty('code', 'kafka_denied');
  await producer.ready();
});

it('repeats for ever while no broker answers, and says so', () => {
  const problems: string[] = [];
  const { made } = world({ onRetry: ({ code }) => problems.push(code) });
  for (let attempt = 1; attempt <= 100; attempt += 1) {
    expect(made.options!.retryDelay({}, 'produce', attempt, 0, networkError())).toBe(500);
  }
  expect(problems).toHaveLength(100);
  expect(made.isClosed).toBe(false);
});

it('repeats only for a moment what cannot succeed', async () => {
  const { producer, made } = world();
  const result = producer.send(record('a'));
  const caught = expect(result).rejects.toHaveProperty('code', 'kafka_topic_missing');
  for (let attempt = 1; attempt <= 9; attempt += 1) {
    made.options!.retryDelay({}, 'produce', attempt, 0, protocolError('UNKNOWN_TOPIC_OR_PARTITION'));
  }
  expect(made.isClosed).toBe(false);
  made.options!.retryDelay({}, 'produce', 10, 0, protocolError('UNKNOWN_TOPIC_OR_PARTITION'));
  expect(made.isClosed).toBe(true);
  await caught;
});

it('rejects what is not acknowledged when it is closed', async () => {
  const { producer, sent } = world();
  const [inFlight, waiting] = [producer.send(record('a')), settled().then(() => producer.send(record('b')))];
  const caught = Promise.allSettled([inFlight, waiting]);
  await settled();
  expect(sent).toHaveLength(1);
  await producer.close();
  const closed = { status: 'rejected', reason: expect.objectContaining({ code: 'kafka_closed' }) as unknown };
  await expect(caught).resolves.toEqual([closed, closed]);
});
