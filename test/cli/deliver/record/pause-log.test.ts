import { PauseLog } from '../../../../src/cli/deliver/record/pause-log';

test('a pause that is asked for again becomes longer, and one after it is another', () => {
  const log = new PauseLog();
  log.add('asked', 1_000, 3_000);
  log.add('asked', 2_000, 4_000);
  log.add('asked', 2_500, 3_500);
  log.add('outage', 2_000, 2_500);
  log.add('asked', 9_000, 9_500);
  expect(log.report(500, 20_000)).toEqual([
    { why: 'asked', fromMs: 500, untilMs: 3_500, times: 1, pausedMs: 3_000 },
    { why: 'outage', fromMs: 1_500, untilMs: 2_000, times: 1, pausedMs: 500 },
    { why: 'asked', fromMs: 8_500, untilMs: 9_000, times: 1, pausedMs: 500 },
  ]);
});

test('a pause ends with the run at the latest', () => {
  const log = new PauseLog();
  log.add('quota', 100, 1e9);
  log.add('asked', 5_000, 6_000);
  expect(log.report(100, 4_100)).toEqual([
    { why: 'quota', fromMs: 0, untilMs: 4_000, times: 1, pausedMs: 4_000 },
  ]);
});

test('of very many, close ones are joined, and their time is kept', () => {
  const log = new PauseLog();
  const pauses = 10_000;
  for (let n = 0; n < pauses; n += 1) log.add(n % 2 === 0 ? 'asked' : 'outage', n * 5_000, n * 5_000 + 700);
  const report = log.report(0, pauses * 5_000);
  expect(report.length).toBeLessThanOrEqual(200);
  for (const why of ['asked', 'outage']) {
    const own = report.filter((span) => span.why === why);
    expect(own.reduce((sum, { times }) => sum + times, 0)).toBe(pauses / 2);
    expect(own.reduce((sum, { pausedMs }) => sum + pausedMs, 0)).toBe((pauses / 2) * 700);
  }
});
