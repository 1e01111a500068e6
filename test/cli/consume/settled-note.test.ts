import fc from 'fast-check';
import { readSettledNote, settledNote, type OffsetRange } from '../../../src/cli/consume/settled-note';

const ranges = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 5000 })), { maxLength: 2000 })
  .map((pairs) => {
    let before = 0n;
    return pairs.map(([gap, length]): OffsetRange => {
      const from = before + BigInt(gap);
      before = from + BigInt(length);
      return { from, to: before };
    });
  });

const shift = (by: bigint, all: readonly OffsetRange[]): OffsetRange[] =>
  all.map(({ from, to }) => ({ from: from + by, to: to + by }));

test('a note holds the first ranges, in what Kafka keeps with an offset', () => {
  fc.assert(
    fc.property(ranges, fc.bigInt({ min: 0n, max: 2n ** 62n }), (all, position) => {
      const note = settledNote(position, shift(position, all));
      expect((note ?? '').length).toBeLessThanOrEqual(4000);
      const read = readSettledNote(position, note);
      expect(read).toEqual(shift(position, all).slice(0, read.length));
      if (all.length < 300) expect(read).toHaveLength(all.length);
    }),
    { numRuns: 50 },
  );
});

test.each([undefined, '', 'of another program', 's1:', 's1:1', 's1:1,x!', 's2:1,1'])(
  '%j says nothing',
  (note) => {
    expect(readSettledNote(5n, note)).toEqual([]);
  },
);
