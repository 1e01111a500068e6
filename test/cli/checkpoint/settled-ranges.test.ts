import fc from 'fast-check';
import {
  isIn,
  isSettled,
  lastSettled,
  NOTHING_SETTLED,
  rangesOf,
  settledNow,
  type Settled,
} from '../../../src/cli/checkpoint/settled-ranges';

const numbersIn = (settled: Settled, most: number): number[] =>
  Array.from({ length: most }, (_, index) => index + 1).filter((number) => isSettled(settled, number));

test('a run over several kills settles exactly what each of its runs has settled', () => {
  const run = fc.record({
    read: fc.integer({ min: 0, max: 60 }),
    unsettled: fc.uniqueArray(fc.integer({ min: 1, max: 60 })),
  });
  fc.assert(
    fc.property(fc.array(run, { maxLength: 5 }), (runs) => {
      let settled = NOTHING_SETTLED;
      const expected = new Set<number>();
      for (const { read, unsettled } of runs) {
        // What an earlier run has settled is not unsettled again.
        const open = unsettled.filter((number) => number <= read && !expected.has(number));
        for (let number = 1; number <= read; number += 1) if (!open.includes(number)) expected.add(number);
        settled = settledNow(
          settled,
          read,
          open.sort((a, b) => a - b),
        );
      }
      expect(numbersIn(settled, 61)).toEqual([...expected].sort((a, b) => a - b));
      expect(lastSettled(settled)).toBe(Math.max(0, ...expected));
      // Compact: neither empty ranges nor ranges that touch.
      let before = settled.upTo;
      for (const [first, last] of settled.beyond) {
        expect(first).toBeGreaterThan(before + 1);
        expect(last).toBeGreaterThanOrEqual(first);
        before = last;
      }
    }),
  );
});

test('ranges contain the numbers that they were made of, and no others', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 50 })), (numbers) => {
      const ranges = rangesOf(numbers.sort((a, b) => a - b));
      for (let number = 0; number <= 51; number += 1) {
        expect(isIn(ranges, number)).toBe(numbers.includes(number));
      }
    }),
  );
});
