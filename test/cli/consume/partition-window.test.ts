import { PartitionWindow, type RecordSlot } from '../../../src/cli/consume/partition-window';

const LIMITS = { messages: 4, bytes: 100 };

function window(limits = LIMITS): { window: PartitionWindow; positions: bigint[] } {
  const positions: bigint[] = [];
  return { window: new PartitionWindow(10n, limits, (position) => positions.push(position)), positions };
}

function open(of: PartitionWindow, from: number, count: number): RecordSlot[] {
  return Array.from({ length: count }, (_, index) => of.open(BigInt(from + index), 1, 1));
}

test('the position moves only when every earlier record is settled', () => {
  const { window: partition, positions } = window();
  const [first, second, third] = open(partition, 10, 3);
  partition.settle(third!);
  partition.settle(second!);
  expect([partition.position, positions]).toEqual([10n, []]);
  partition.settle(first!);
  expect([partition.position, positions]).toEqual([13n, [13n]]);
});

test('a record of several messages is settled when all of them are', () => {
  const { window: partition } = window();
  const slot = partition.open(10n, 3, 1);
  partition.settle(slot);
  partition.settle(slot);
  expect(partition.position).toBe(10n);
  partition.settle(slot);
  expect(partition.position).toBe(11n);
});

test('a record without messages is settled at once, behind those before it', () => {
  const { window: partition } = window();
  partition.open(10n, 0, 1);
  expect(partition.position).toBe(11n);
  const [slot] = open(partition, 11, 1);
  partition.open(12n, 0, 1);
  expect(partition.position).toBe(11n);
  partition.settle(slot!);
  expect(partition.position).toBe(13n);
});

test('the position skips offsets that hold no record, as compaction and transactions leave them', () => {
  const { window: partition } = window();
  partition.settle(partition.open(10n, 1, 1));
  partition.settle(partition.open(25n, 1, 1));
  expect(partition.position).toBe(26n);
});

test.each([
  ['messages', { messages: 2, bytes: 100 }],
  ['bytes', { messages: 100, bytes: 2 }],
])('is full by %s beyond the position, settled ones too', async (_, limits) => {
  const { window: partition } = window(limits);
  const [first, second] = open(partition, 10, 2);
  partition.settle(second!);
  expect(partition.isFull).toBe(true);
  let hasRoom = false;
  const room = partition.room().then(() => {
    hasRoom = true;
  });
  await Promise.resolve();
  expect(hasRoom).toBe(false);
  partition.settle(first!);
  await room;
  expect([partition.messages, partition.bytes]).toEqual([0, 0]);
});

test('takes one record of any size', async () => {
  const { window: partition } = window({ messages: 1, bytes: 1 });
  await partition.room();
  partition.open(10n, 50, 1_000);
  expect(partition.isFull).toBe(true);
});

test('lets its caller go when the partition is given up', async () => {
  const { window: partition } = window({ messages: 1, bytes: 1 });
  partition.open(10n, 1, 1);
  const room = partition.room();
  partition.release();
  await room;
  expect(partition.isFull).toBe(true);
});

test('holds as little after a hundred thousand records as after one', () => {
  const { window: partition } = window({ messages: 10, bytes: 100 });
  for (let offset = 10; offset < 100_000; offset += 1) partition.settle(partition.open(BigInt(offset), 1, 1));
  expect([partition.position, partition.messages]).toEqual([100_000n, 0]);
});

test('what is settled beyond a record that was overtaken is delivered again after it', () => {
  const { window: partition } = window({ messages: 100, bytes: 100 });
  const [waits, done, overtaken, later] = open(partition, 10, 4);
  partition.settle(done!);
  partition.settle(later!);
  expect(partition.settledBeyond()).toEqual([
    { from: 11n, to: 12n },
    { from: 13n, to: 14n },
  ]);
  overtaken!.isOvertaken = true;
  expect(partition.settledBeyond()).toEqual([{ from: 11n, to: 12n }]);
  partition.settle(overtaken!);
  expect(partition.settledBeyond()).toEqual([{ from: 11n, to: 14n }]);
  partition.settle(waits!);
  expect(partition.settledBeyond()).toEqual([]);
});
