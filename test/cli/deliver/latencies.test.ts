import fc from 'fast-check';
import { Latencies } from '../../../src/cli/deliver/report/latencies';

test('a percentile is within 1 % of the true one, also when the figures were stored in between', () => {
  const durations = fc.array(fc.double({ min: 50, max: 100_000, noNaN: true }), { minLength: 1 });
  fc.assert(
    fc.property(durations, durations, fc.integer({ min: 1, max: 100 }), (before, after, percent) => {
      const first = new Latencies();
      for (const durationMs of before) first.add(durationMs);
      const second = new Latencies(JSON.parse(JSON.stringify(first.save())) as ReturnType<Latencies['save']>);
      for (const durationMs of after) second.add(durationMs);
      const all = [...before, ...after].sort((a, b) => a - b);
      const exact = all[Math.ceil((all.length * percent) / 100) - 1]!;
      expect(Math.abs(second.percentile(percent)! / exact - 1)).toBeLessThan(0.01);
    }),
  );
});

test('without requests there is none', () => {
  expect(new Latencies().percentile(50)).toBeNull();
});
