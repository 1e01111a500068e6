import { Timeline } from '../../../../src/cli/deliver/record/timeline';

const total = (list: readonly number[]): number => list.reduce((sum, each) => sum + each, 0);

test('a short run has one bucket for each second', () => {
  const timeline = new Timeline();
  for (const atMs of [0, 999, 1_000, 2_500]) timeline.request(atMs);
  timeline.answer('204', 1_200);
  timeline.add('delivered', 2_999);
  expect(timeline.report(4_100)).toEqual({
    bucketMs: 1_000,
    requests: [2, 1, 1, 0, 0],
    peaks: [2, 1, 1, 0, 0],
    delivered: [0, 0, 1, 0, 0],
    skipped: [0, 0, 0, 0, 0],
    rejected: [0, 0, 0, 0, 0],
    retries: [0, 0, 0, 0, 0],
    answers: { '204': [0, 1, 0, 0, 0] },
  });
});

test('a run without anything has one bucket', () => {
  expect(new Timeline().report(0)).toMatchObject({ bucketMs: 1_000, requests: [0], answers: {} });
});

test('a run of a day has at most 600 buckets, loses nothing, and keeps the peak second of each', () => {
  const timeline = new Timeline();
  const day = 86_400;
  for (let second = 0; second < day; second += 1) {
    const count = second === 50_000 ? 7 : 1 + (second % 2);
    for (let n = 0; n < count; n += 1) timeline.request(second * 1_000 + n);
    timeline.answer(second % 3 === 0 ? '404' : '204', second * 1_000);
    timeline.add('delivered', second * 1_000, 2);
  }
  const report = timeline.report(day * 1_000);
  expect(report.bucketMs).toBe(256_000);
  for (const list of [report.requests, report.peaks, report.rejected, ...Object.values(report.answers)]) {
    expect(list).toHaveLength(Math.ceil(day / 256));
  }
  expect(total(report.requests)).toBe(day / 2 + day + 6);
  expect(total(report.delivered)).toBe(2 * day);
  expect(total(report.answers['404']!) + total(report.answers['204']!)).toBe(day);
  expect(report.peaks[Math.floor(50_000 / 256)]).toBe(7);
  expect(Math.max(...report.peaks.filter((_, bucket) => bucket !== Math.floor(50_000 / 256)))).toBe(2);
});

test('requests that end late are counted in the second in which they were sent', () => {
  const timeline = new Timeline();
  for (const atMs of [5_000, 100, 5_001, 200, 300]) timeline.request(atMs);
  const { requests, peaks } = timeline.report(6_000);
  expect(requests).toEqual([3, 0, 0, 0, 0, 2]);
  expect(peaks).toEqual([3, 0, 0, 0, 0, 2]);
});

test('a request that ends a very long time after it was sent does not disturb the peaks', () => {
  const timeline = new Timeline();
  for (const second of [2_000, 2_000, 2_000 - 1_024, 2_000]) timeline.request(second * 1_000);
  const { peaks, requests, bucketMs } = timeline.report(2_001_000);
  expect(peaks[2_000_000 / bucketMs]).toBe(3);
  expect(total(requests)).toBe(4);
});

test('a server that answers with every status fills no memory', () => {
  const timeline = new Timeline();
  for (let status = 100; status < 600; status += 1) timeline.answer(String(status), 0);
  const { answers } = timeline.report(1_000);
  expect(Object.keys(answers)).toHaveLength(21);
  expect(answers.other).toEqual([480]);
});
