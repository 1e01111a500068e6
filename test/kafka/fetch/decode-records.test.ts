import { decodeRecords, type RecordsBatch } from '../../../src/kafka/fetch/decode-records';

const PLACE = { topic: 't', partition: 3 };

function batch(
  firstOffset: bigint,
  values: readonly string[],
  more: Partial<RecordsBatch> = {},
): RecordsBatch {
  return {
    attributes: 0,
    firstOffset,
    lastOffsetDelta: values.length - 1,
    firstTimestamp: 1_000n,
    maxTimestamp: 9_000n,
    records: values.map((value, at) => ({
      offsetDelta: at,
      timestampDelta: BigInt(at),
      key: Buffer.from(`k${at}`),
      value: Buffer.from(value),
      headers: [[Buffer.from('h'), Buffer.from(value)]],
    })),
    ...more,
  };
}

it('reads records, and leaves out those before the position', () => {
  const { records, next } = decodeRecords(PLACE, [batch(10n, ['a', 'b']), batch(12n, ['c'])], 11n);
  expect(records.map(({ offset, value }) => [offset, String(value)])).toEqual([
    [11n, 'b'],
    [12n, 'c'],
  ]);
  expect(next).toBe(13n);
  expect(records[0]).toMatchObject({ ...PLACE, timestampMs: 1_001, key: Buffer.from('k1') });
  expect(records[0]!.headers).toEqual(new Map([['h', 'b']]));
});

it('moves past markers of transactions and removed records', () => {
  const marker = batch(10n, ['marker'], { attributes: 0b10_0000 });
  const compacted = batch(11n, [], { lastOffsetDelta: 4 });
  expect(decodeRecords(PLACE, [marker, compacted], 10n)).toEqual({ records: [], next: 16n });
});

it('takes the time of the log where the topic is set so', () => {
  const { records } = decodeRecords(PLACE, [batch(0n, ['a'], { attributes: 0b1000 })], 0n);
  expect(records[0]!.timestampMs).toBe(9_000);
});

it('keeps a tombstone as a record without a value', () => {
  const tombstone = { offsetDelta: 0, timestampDelta: 0n, key: null, value: null, headers: [] };
  const { records } = decodeRecords(PLACE, [batch(0n, ['a'], { records: [tombstone] })], 0n);
  expect(records).toEqual([expect.objectContaining({ key: undefined, value: undefined })]);
});

it('stays where it is when nothing new came', () => {
  expect(decodeRecords(PLACE, [], 7n)).toEqual({ records: [], next: 7n });
  expect(decodeRecords(PLACE, [batch(2n, ['a'])], 7n)).toEqual({ records: [], next: 7n });
});
