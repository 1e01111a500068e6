import type { RequestRecord } from '../../../../src/router/index';
import { RunRecord } from '../../../../src/cli/deliver/record/run-record';
import type { InputItem } from '../../../../src/cli/input/input-item';

const request = (route: string, durationMs: number, status?: number): RequestRecord => ({
  step: 's',
  route,
  effect: 'upsert',
  method: 'PUT',
  ...(status === undefined ? { errorCode: 'TIMEOUT' } : { status }),
  durationMs,
  waitedMs: 0,
  verdict: 'ok',
});

const item = (
  line: number,
  message: unknown = { messageId: `m${line}`, userId: 'ada@example.com' },
): InputItem => ({
  kind: 'message',
  position: { line },
  message,
  refusal: undefined,
  bytes: 1,
});

const NOTHING = { dropped: [], warnings: {} };

function started(): { record: RunRecord; clock: { nowMs: number } } {
  const clock = { nowMs: 5_000 };
  const record = new RunRecord(() => clock.nowMs);
  record.begin();
  return { record, clock };
}

test('requests count when they were sent, answers when they came', () => {
  const { record, clock } = started();
  clock.nowMs += 2_500;
  record.onRequest(request('users.update', 2_400, 204));
  record.onRequest(request('users.update', 10));
  clock.nowMs += 500;
  const { timeline, durationMs } = record.report(NOTHING);
  expect(durationMs).toBe(3_000);
  expect(timeline.requests).toEqual([1, 0, 1]);
  expect(timeline.answers).toEqual({ '204': [0, 0, 1], 'no answer': [0, 0, 1] });
});

test('each route has its percentiles, its longest request and its histogram', () => {
  const { record } = started();
  for (let n = 1; n <= 100; n += 1) record.onRequest(request('users.update', n, 204));
  record.onRequest(request('events.create', 5_000, 201));
  const { routes } = record.report(NOTHING);
  expect(routes.map(({ route, requests, max }) => ({ route, requests, max }))).toEqual([
    { route: 'users.update', requests: 100, max: 100 },
    { route: 'events.create', requests: 1, max: 5_000 },
  ]);
  const [{ p50, p95, p99, histogram }] = routes as [(typeof routes)[0]];
  for (const [found, exact] of [
    [p50, 50],
    [p95, 95],
    [p99, 99],
  ] as const) {
    expect(Math.abs(found / exact - 1)).toBeLessThan(0.02);
  }
  expect(histogram.reduce((sum, { count }) => sum + count, 0)).toBe(100);
  histogram.forEach(({ fromMs, toMs }, index) => {
    expect(toMs / fromMs).toBeCloseTo(10 ** (1 / 12));
    if (index > 0) expect(fromMs).toBeGreaterThanOrEqual(histogram[index - 1]!.toMs * 0.999);
  });
});

test('the slowest requests keep their place, and no other value of their message', () => {
  const { record } = started();
  const outcome = (requests: readonly RequestRecord[], retries = 0) =>
    ({ delivered: true, requests, retries, mayBeDuplicate: false }) as const;
  for (let n = 1; n <= 50; n += 1)
    record.onOutcome(outcome([request('users.update', (n * 7) % 50, 204)]), item(n));
  record.onOutcome(outcome([request('users.update', 900), request('users.update', 3, 204)], 1), item(99));
  const { slowest, timeline } = record.report(NOTHING);
  expect(slowest).toHaveLength(20);
  expect(slowest[0]).toEqual({
    route: 'users.update',
    durationMs: 900,
    errorCode: 'TIMEOUT',
    place: { line: 99, messageId: 'm99' },
  });
  expect(slowest.slice(1).map(({ durationMs }) => durationMs)).toEqual(
    Array.from({ length: 19 }, (_, n) => 49 - n),
  );
  expect(timeline.retries).toEqual([1]);
  expect(JSON.stringify(slowest)).not.toContain('ada');
});

test('rejections that differ in ids and numbers alone are one kind, and others are not', () => {
  const { record } = started();
  const reject = (reason: string, line: number, retryable = false): void => {
    record.onRejected({ item: item(line), code: 'rejected', reason, retryable });
  };
  for (let n = 1; n <= 9; n += 1)
    reject(`user u_${n}@example.com of line ${n}: unrecognized field "phone"`, n);
  reject('user u_1@example.com of line 3: unrecognized field "fax"', 10);
  reject('user u_1@example.com of line 3: unrecognized field "fax"', 11, true);
  const { rejections } = record.report(NOTHING);
  expect(rejections).toEqual([
    {
      code: 'rejected',
      retryable: false,
      count: 9,
      reason: 'user u_1@example.com of line 1: unrecognized field "phone"',
      places: [1, 2, 3].map((line) => ({ line, messageId: `m${line}` })),
    },
    expect.objectContaining({ count: 1, retryable: false, places: [{ line: 10, messageId: 'm10' }] }),
    expect.objectContaining({ count: 1, retryable: true, places: [{ line: 11, messageId: 'm11' }] }),
  ]);
});

test('what was dropped and warned of has its first places', () => {
  const { record } = started();
  const warning = { code: 'junk_id', field: 'identifyId', message: 'm' } as const;
  for (let n = 1; n <= 5; n += 1) {
    record.onRemarks(
      { dropped: [{ path: 'traits.x', reason: 'no_target', value: 'secret' } as never], warnings: [warning] },
      item(n),
    );
  }
  const counted = { path: 'traits.x', reason: 'no_target' as never, count: 70 };
  const { dropped, warnings } = record.report({ dropped: [counted], warnings: { junk_id: 5, other: 1 } });
  const places = [1, 2, 3].map((line) => ({ line, messageId: `m${line}` }));
  expect(dropped).toEqual([{ ...counted, places }]);
  expect(warnings).toEqual([
    { code: 'junk_id', count: 5, places },
    { code: 'other', count: 1, places: [] },
  ]);
});

test('of paths that are too long to be counted, no place is kept', () => {
  const { record } = started();
  for (const length of [200, 201]) {
    const remarks = {
      dropped: [{ path: 'x'.repeat(length), reason: 'unmapped', type: 'string' }],
      warnings: [],
    };
    record.onRemarks(remarks as never, item(length));
  }
  const dropped = [200, 201].map((length) => ({
    path: 'x'.repeat(length),
    reason: 'unmapped' as const,
    count: 1,
  }));
  const { dropped: reported } = record.report({ dropped, warnings: {} });
  expect(reported.map(({ places }) => places.map(({ line }) => line))).toEqual([[200], []]);
});

test.each([[{ messageId: 7 }], [{ messageId: 'x'.repeat(101) }], [{ messageId: '' }], [null], ['text']])(
  'a message id that is unusual is left out: %j',
  (message) => {
    const { record } = started();
    record.onRejected({ item: item(1, message), code: 'c', reason: 'r', retryable: false });
    expect(record.report(NOTHING).rejections[0]!.places).toEqual([{ line: 1 }]);
  },
);

test('a million messages with names of their own take bounded memory', () => {
  const { record, clock } = started();
  for (let n = 0; n < 1_000_000; n += 1) {
    clock.nowMs += 5;
    record.onRequest(request('users.update', n % 997, 204));
    if (n % 10 === 0) {
      const dropped = [{ path: `traits.t${n}`, reason: 'no_target', value: n } as never];
      record.onRemarks({ dropped, warnings: [] }, item(n));
      record.onRejected({ item: item(n), code: `c${n}`, reason: `${n}`, retryable: false });
    }
  }
  const report = record.report(NOTHING);
  expect(report.rejections).toHaveLength(200);
  expect(report.timeline.requests.length).toBeLessThanOrEqual(600);
  expect(JSON.stringify(report).length).toBeLessThan(100_000);
});
