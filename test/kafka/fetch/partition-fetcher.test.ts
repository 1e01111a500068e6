import { PartitionFetcher, type FetchClient } from '../../../src/kafka/fetch/partition-fetcher';
import { FakeClock } from '../../__mocks__/clock.fake';
import { FakeBrokers, networkError, protocolError, FakeConsumer } from '../../__mocks__/kafka-client.fake';

interface World {
  readonly brokers: FakeBrokers;
  readonly clock: FakeClock;
  readonly fetcher: PartitionFetcher;
  readonly taken: string[];
  readonly problems: string[];
}

function world(onRecords: () => Promise<void> | void = () => undefined): World {
  const [brokers, clock, taken, problems] = [
    new FakeBrokers(),
    new FakeClock(),
    [] as string[],
    [] as string[],
  ];
  const client = new FakeConsumer(brokers, {}) as unknown as FetchClient;
  const handlers = {
    onRecords: ({ partition }: { partition: number }, records: readonly { value: Buffer | undefined }[]) => {
      taken.push(`${partition}: ${records.map(({ value }) => String(value)).join(',')}`);
      return onRecords();
    },
    onProblem: ({ message }: Error) => problems.push(message),
  };
  return { brokers, clock, fetcher: new PartitionFetcher(client, handlers, clock), taken, problems };
}

const at = (partition: number, offset: bigint) => ({ topic: 't', partition, offset });

/** Which offsets the newest fetch asks for, by partition. */
const asked = ({ brokers }: World): Record<number, bigint> =>
  Object.fromEntries(
    brokers.fetches
      .at(-1)!
      .call.topics.map(({ partitions: [first] }) => [first!.partition, first!.fetchOffset]),
  );

it('has one fetch in flight at a broker, for all free partitions', async () => {
  const w = world();
  w.brokers.write(0, 'a');
  w.brokers.write(1, 'b', 'c');
  w.fetcher.read([at(0, 0n), at(1, 1n)]);
  await w.clock.advance(0);
  expect(w.brokers.fetches).toHaveLength(1);
  expect(asked(w)).toEqual({ 0: 0n, 1: 1n });
  w.brokers.fetches[0]!.answer();
  await w.clock.advance(0);
  expect(w.taken).toEqual(['0: a', '1: c']);
  expect(asked(w)).toEqual({ 0: 1n, 1: 2n });
});

it('does not read a partition whose records are still being taken, and reads the others', async () => {
  let done = (): void => undefined;
  const w = world(
    () =>
      new Promise((resolve) => {
        done = resolve;
      }),
  );
  w.brokers.write(0, 'a');
  w.fetcher.read([at(0, 0n), at(1, 0n)]);
  await w.clock.advance(0);
  w.brokers.fetches[0]!.answer();
  await w.clock.advance(0);
  expect(asked(w)).toEqual({ 1: 0n });
  w.brokers.fetches[1]!.answer();
  done();
  await w.clock.advance(0);
  expect(asked(w)).toHaveProperty('0', 1n);
});

it('tries again after a failure, and reports it', async () => {
  const w = world();
  w.brokers.write(0, 'a');
  w.fetcher.read([at(0, 0n)]);
  await w.clock.advance(0);
  w.brokers.fetches[0]!.fail(networkError());
  await w.clock.advance(999);
  expect(w.brokers.fetches).toHaveLength(1);
  expect(w.problems).toHaveLength(1);
  await w.clock.advance(1);
  w.brokers.fetches[1]!.answer();
  await w.clock.advance(0);
  expect(w.taken).toEqual(['0: a']);
});

it('begins a new session at once where the broker has forgotten it', async () => {
  const w = world();
  w.fetcher.read([at(0, 0n)]);
  await w.clock.advance(0);
  w.brokers.fetches[0]!.fail(protocolError('FETCH_SESSION_ID_NOT_FOUND'));
  await w.clock.advance(0);
  expect(w.brokers.fetches).toHaveLength(2);
  expect(w.problems).toEqual([]);
});

it('goes on at the first record that is there, and says what is gone', async () => {
  const w = world();
  w.fetcher.read([at(0, 5n), at(1, 7n)]);
  await w.clock.advance(0);
  const partitions = [
    { partitionIndex: 0, errorCode: 1, logStartOffset: 40n },
    { partitionIndex: 1, errorCode: 0, logStartOffset: 0n },
  ];
  const response = { responses: [{ topicId: 'id-of-t', partitions }] };
  w.brokers.fetches[0]!.fail(protocolError('OFFSET_OUT_OF_RANGE', response));
  await w.clock.advance(0);
  expect(asked(w)).toEqual({ 0: 40n, 1: 7n });
  expect(w.problems).toEqual([expect.stringContaining('t/0 has no record 5 any more')]);
});

it('reads nothing more once it is closed', async () => {
  const w = world();
  w.brokers.write(0, 'a');
  w.fetcher.read([at(0, 0n)]);
  await w.clock.advance(0);
  w.fetcher.close();
  w.brokers.fetches[0]!.answer();
  await w.clock.advance(5_000);
  expect(w.taken).toEqual([]);
  expect(w.brokers.fetches).toHaveLength(1);
});
