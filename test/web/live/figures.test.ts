import { lagLines, Minutes, X } from '../../../src/web/live/figures';
import type { LiveSecond } from '../../../src/web/index';
import { liveNow } from './live-data';

const END_MS = 1_767_323_400_000;
const second = (secondsAgo: number, events: number): LiveSecond => ({
  atMs: END_MS - secondsAgo * 1_000,
  events,
  failed: 0,
  requests: 0,
  ok: 0,
  notFound: 0,
  throttled: 0,
  refused: 0,
  serverError: 0,
  noAnswer: 0,
});

test('seconds are counted in the step that they belong to, and the one that has just begun is not', () => {
  const seconds = [
    second(301, 7),
    second(300, 10),
    second(296, 5),
    second(295, 1),
    second(5, 20),
    second(1, 30),
    second(0, 999),
  ];
  const values = new Minutes(liveNow({ atMs: END_MS + 999, seconds })).perSecond(({ events }) => events);
  expect(values).toHaveLength(X.length);
  expect([values[0], values[1], values[2]]).toEqual([3, 0.2, 0]);
  expect(values.slice(-3)).toEqual([0, 10, 10]);
});

test('the last minute has sixty whole seconds', () => {
  const seconds = [second(61, 1), second(60, 2), second(1, 4), second(0, 8)];
  expect(new Minutes(liveNow({ atMs: END_MS + 1, seconds })).lastMinute(({ events }) => events)).toBe(6);
});

test('lags are where the page saw them, and nothing is made up between', () => {
  const now = liveNow({ atMs: END_MS });
  const lags = [
    { atMs: END_MS - 12_000, p50: 3_000, p95: 9_000 },
    { atMs: END_MS - 6_000, p50: null, p95: null },
    { atMs: END_MS, p50: 1_000, p95: 2_000 },
  ];
  const [half, most] = lagLines(lags, now);
  expect(half!.values).toHaveLength(X.length);
  expect(half!.values.slice(-5)).toEqual([null, 3, null, 1, 1]);
  expect(most!.values.slice(-5)).toEqual([null, 9, null, 2, 2]);
});
