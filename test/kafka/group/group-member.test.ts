import type { GroupHandlers } from '../../../src/kafka/group/group-consumer';
import { GroupMember } from '../../../src/kafka/group/group-member';
import type { TopicPartition } from '../../../src/kafka/records';
import { FakeClock } from '../../__mocks__/clock.fake';
import {
  FakeBrokers,
  networkError,
  protocolError,
  type FakeConsumer,
} from '../../__mocks__/kafka-client.fake';

const OPTIONS = { topics: ['t'], group: 'g', handOverMs: 5_000 };
const place = (partition: number): TopicPartition => ({ topic: 't', partition });
const at = (partition: number, offset: bigint) => ({ topic: 't', partition, offset });

interface World {
  readonly brokers: FakeBrokers;
  readonly clock: FakeClock;
  readonly member: GroupMember;
  readonly events: string[];
  /** The client that is the member at the moment. */
  readonly current: () => FakeConsumer;
}

function world(handlers: Partial<GroupHandlers> = {}, options: object = {}): World {
  const [brokers, clock, events] = [new FakeBrokers(), new FakeClock(), [] as string[]];
  const names = (partitions: readonly TopicPartition[]): string =>
    partitions.map(({ partition }) => partition).join(',');
  const member = new GroupMember(
    brokers.client,
    { brokers: [] },
    { ...OPTIONS, ...options },
    {
      onAssigned: (partitions) => {
        events.push(
          `assigned ${partitions.map(({ partition, offset }) => `${partition}@${offset}`).join(',')}`,
        );
      },
      onRecords: ({ partition }, records) => {
        events.push(`records of ${partition}: ${records.map(({ value }) => String(value)).join(',')}`);
      },
      onRevoked: (partitions) => {
        events.push(`revoked ${names(partitions)}`);
        return Promise.resolve();
      },
      onLost: (partitions) => events.push(`lost ${names(partitions)}`),
      onProblem: ({ code }) => events.push(`problem ${code}`),
      ...handlers,
    },
    clock,
  );
  return { brokers, clock, member, events, current: () => brokers.members.at(-1)! };
}

/** A member with both partitions, each with records. */
async function joined(handlers: Partial<GroupHandlers> = {}): Promise<World> {
  const w = world(handlers);
  w.brokers.write(0, 'a', 'b');
  w.brokers.write(1, 'c');
  await w.member.start();
  w.current().assign(0, 1);
  await w.clock.advance(0);
  return w;
}

/** Answers the fetch in flight. */
async function answer({ brokers, clock }: World): Promise<void> {
  brokers.fetches.pop()!.answer();
  await clock.advance(0);
}

it('reads its partitions from the last commit, and else from the beginning', async () => {
  const w = world();
  w.brokers.write(0, 'a', 'b');
  w.brokers.write(1, 'c');
  w.brokers.committed.set(0, 1n);
  await w.member.start();
  w.current().assign(0, 1);
  await w.clock.advance(0);
  await answer(w);
  expect(w.events).toEqual(['assigned 0@1,1@0', 'records of 0: b', 'records of 1: c']);
});

it('reads from the end where it is asked to', async () => {
  const w = world({}, { from: 'latest' });
  w.brokers.write(0, 'a', 'b');
  await w.member.start();
  w.current().assign(0);
  await w.clock.advance(0);
  expect(w.events).toEqual(['assigned 0@2']);
});

it('rejects the start when it cannot join', async () => {
  const { member, brokers } = world();
  brokers.joinFailure = protocolError('GROUP_AUTHORIZATION_FAILED');
  await expect(member.start()).rejects.toHaveProperty('code', 'kafka_denied');
});

it('commits as the member of its generation', async () => {
  const w = await joined();
  await expect(w.member.commit([at(0, 2n)])).resolves.toBe(true);
  expect(w.brokers.commits).toEqual([
    { ...at(0, 2n), leaderEpoch: -1, memberId: 'member-0', generationId: 1 },
  ]);
});

it('leaves out partitions that are not its own', async () => {
  const w = await joined();
  await w.current().rebalance();
  w.current().assign(1);
  await w.clock.advance(0);
  await expect(w.member.commit([at(0, 2n), at(1, 1n)])).resolves.toBe(false);
  expect(w.brokers.commits).toMatchObject([at(1, 1n)]);
});

it('repeats a commit until the brokers answer, and not after its generation', async () => {
  const w = await joined();
  w.brokers.commitFailures.push(networkError(), protocolError('COORDINATOR_LOAD_IN_PROGRESS'));
  await expect(w.clock.runUntil(w.member.commit([at(0, 1n)]))).resolves.toBe(true);
  expect(w.events.filter((event) => event.startsWith('problem'))).toHaveLength(2);
  w.brokers.commitFailures.push(protocolError('ILLEGAL_GENERATION'));
  await expect(w.member.commit([at(0, 2n)])).resolves.toBe(false);
  expect(w.brokers.commits).toHaveLength(1);
});

describe('a rebalance', () => {
  it('waits until what is in flight is handed over, and commits until then', async () => {
    let handedOver = (): void => undefined;
    const w: World = await joined({
      onRevoked: () =>
        new Promise((resolve) => {
          handedOver = resolve;
        }),
    });
    let isJoining = false;
    const joining = w
      .current()
      .rebalance()
      .then(() => {
        isJoining = true;
      });
    await w.clock.advance(4_000);
    expect(isJoining).toBe(false);
    await expect(w.member.commit([at(0, 2n)])).resolves.toBe(true);
    handedOver();
    await joining;
    await expect(w.member.commit([at(0, 2n)])).resolves.toBe(false);
  });

  it('does not wait longer than for the hand-over', async () => {
    const w = await joined({ onRevoked: () => new Promise(() => undefined) });
    await w.clock.runUntil(w.current().rebalance());
    expect(w.clock.nowMs()).toBe(5_000);
    expect(w.events.at(-1)).toBe('lost 0,1');
  });

  it('hands on no record of before: not of a fetch in flight, and not twice', async () => {
    const w = await joined();
    const old = w.brokers.fetches.pop()!;
    await w.current().rebalance();
    w.current().assign(0);
    await w.clock.advance(0);
    // The broker answers the fetch of before only now: its position must not replace the one of after.
    old.answer();
    await w.clock.advance(0);
    expect(w.events).toEqual(['assigned 0@0,1@0', 'revoked 0,1', 'assigned 0@0']);
    await answer(w);
    expect(w.events.at(-1)).toBe('records of 0: a,b');
  });

  it('loses the partitions when the group has already put the member out', async () => {
    const w = await joined();
    await w.current().rebalance(false);
    expect(w.events.at(-1)).toBe('lost 0,1');
    await expect(w.member.commit([at(0, 1n)])).resolves.toBe(false);
    expect(w.brokers.commits).toEqual([]);
  });

  it('forgets a join that the next one overtakes', async () => {
    const w = world();
    await w.member.start();
    w.current().assign(0);
    const again = w.current().rebalance();
    await w.clock.advance(0);
    await again;
    expect(w.events).toEqual([]);
    w.current().assign(1);
    await w.clock.advance(0);
    expect(w.events).toEqual(['assigned 1@0']);
  });
});

describe('a member that fails', () => {
  it.each(['error', 'consumer:heartbeat:stalled'])(
    'on %s gives up its partitions and joins anew',
    async (event) => {
      const w = await joined();
      const first = w.current();
      first.emit(event, networkError());
      await w.clock.advance(0);
      expect(w.events.at(-1)).toBe('lost 0,1');
      expect(first.isClosed).toBe(true);
      expect(w.current()).not.toBe(first);
      // Nothing that the first one still says counts.
      first.assign(0);
      await w.clock.advance(0);
      expect(w.events.at(-1)).toBe('lost 0,1');
      w.current().assign(1);
      await w.clock.advance(0);
      expect(w.events.at(-1)).toBe('assigned 1@0');
    },
  );

  it('tries to join until it can', async () => {
    const w = await joined();
    w.brokers.joinFailure = networkError();
    w.current().emit('error', networkError());
    await w.clock.advance(3_500);
    expect(w.events.filter((event) => event === 'problem kafka_unreachable')).toHaveLength(4);
    w.brokers.joinFailure = undefined;
    await w.clock.advance(1_000);
    w.current().assign(0);
    await w.clock.advance(0);
    expect(w.events.at(-1)).toBe('assigned 0@0');
  });
});

it('knows its lag: what is not committed', async () => {
  const w = await joined();
  await w.member.commit([at(0, 1n)]);
  await expect(w.member.lag()).resolves.toEqual([
    { ...place(0), lag: 1n },
    { ...place(1), lag: 1n },
  ]);
});

it('says nothing any more once it is closed', async () => {
  const w = await joined();
  await w.member.close();
  expect(w.current().isClosed).toBe(true);
  const before = [...w.events];
  await answer(w);
  w.current().emit('error', networkError());
  await w.clock.advance(5_000);
  expect(w.events).toEqual(before);
  expect(w.brokers.members).toHaveLength(1);
});
