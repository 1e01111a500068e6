import type { RunReport } from '../../../src/web/index';

const times = (count: number, value: (index: number) => number): number[] =>
  Array.from({ length: count }, (_, index) => value(index));

/** The report of a run that was stopped, and that resumed another: each part of the page has something to show. */
export const REPORT: RunReport = {
  reportOf: 'gainsight-px deliver',
  versions: { gainsightPx: '9.8.7', node: '20.18.1' },
  startedAt: '2026-01-02T03:04:05.000Z',
  endedAt: '2026-01-02T03:24:05.000Z',
  durationMs: 1_199_000,
  summary: {
    sentTo: 'px',
    files: [{ name: 'events.jsonl', read: 123_456 }],
    messages: {
      read: 123_456,
      delivered: 120_000,
      rejected: 56,
      retryable: 12,
      skipped: { passedOver: 0, switchedOff: 0, typeFiltered: 2_400, refusedBefore: 3, unreadableBefore: 1 },
      byType: {
        track: { delivered: 100_000, skipped: 0, rejected: 56 },
        identify: { delivered: 20_000, skipped: 0, rejected: 0 },
        page: { delivered: 0, skipped: 2_400, rejected: 0 },
      },
    },
    requests: {
      total: 160_000,
      byRoute: { 'events.create': 100_000, 'users.update': 40_000, 'users.create': 20_000 },
      perMessage: 1.333,
      retries: 77,
      unsent: { steps: 5, unchangedFields: 6, staleFields: 7 },
      latencyMs: { p50: 31.2, p95: 144 },
    },
    linksSkipped: 0,
    runs: 3,
    resumed: true,
    left: 997,
    possibleDuplicates: 42,
    rejected: {
      byCode: [
        { code: 'id_missing', retryable: false, count: 44 },
        { code: 'blocked', retryable: true, count: 12 },
      ],
      file: 'rejected.jsonl',
    },
    dropped: { values: 801, messages: 480 },
    durationMs: 7_500_000,
    stopped: { message: 'PX did not answer for 15 min 00 s (503): resume when it answers again' },
    goOn: ['gainsight-px deliver events.jsonl --rejected rejected.jsonl --report report.2.html'],
  },
  settings: [
    ['--concurrency', '20'],
    ['data center', 'https://api.aptrinsic.com/v1'],
  ],
  requestsPerSecond: 180,
  timeline: {
    bucketMs: 2_000,
    requests: times(600, (n) => (n >= 300 && n < 400 ? 0 : 320 + (n % 7))),
    peaks: times(600, (n) => (n >= 300 && n < 400 ? 0 : 174 + (n % 7))),
    delivered: times(600, (n) => (n >= 300 && n < 400 ? 0 : 240)),
    skipped: times(600, () => 4),
    rejected: times(600, (n) => (n % 100 === 0 ? 50 : 0)),
    retries: times(600, (n) => (n === 299 ? 77 : 0)),
    answers: {
      '201': times(600, () => 200),
      '204': times(600, () => 100),
      '404': times(600, () => 20),
      '429': times(600, (n) => (n === 10 ? 5 : 0)),
      '503': times(600, (n) => (n === 299 ? 70 : 0)),
      'no answer': times(600, (n) => (n === 299 ? 7 : 0)),
    },
  },
  pauses: [
    { why: 'asked', fromMs: 21_000, untilMs: 23_000, times: 2, pausedMs: 1_500 },
    { why: 'outage', fromMs: 600_000, untilMs: 800_000, times: 1, pausedMs: 200_000 },
  ],
  routes: [
    {
      route: 'events.create',
      requests: 100_000,
      p50: 30,
      p95: 140,
      p99: 333,
      max: 2_345,
      histogram: times(24, (n) => n).map((n) => ({
        fromMs: 10 ** (n / 8),
        toMs: 10 ** ((n + 1) / 8),
        count: 10 + (n % 12) * 30,
      })),
    },
    {
      route: 'users.update',
      requests: 1,
      p50: 12.3,
      p95: 12.3,
      p99: 12.3,
      max: 12.3,
      histogram: [{ fromMs: 10, toMs: 13, count: 1 }],
    },
  ],
  slowest: [
    { route: 'events.create', durationMs: 2_345, status: 201, place: { line: 17, messageId: 'm-17' } },
    { route: 'events.create', durationMs: 2_000, errorCode: 'TIMEOUT', place: { line: 18, at: 'batch[2]' } },
  ],
  rejections: [
    {
      code: 'id_missing',
      retryable: false,
      reason: 'no usable user id </script><img src=x onerror=alert(1)>',
      count: 44,
      places: [{ line: 5, messageId: 'm-5' }],
    },
  ],
  dropped: [
    {
      path: 'traits.favouriteColour',
      reason: 'unmapped',
      count: 801,
      places: [{ file: 'a.jsonl', line: 9, messageId: '<b>m-9</b>' }],
    },
    { path: 'traits.former', reason: 'unmapped', count: 1, places: [] },
  ],
  warnings: [{ code: 'attribute_unknown', count: 8, places: [{ line: 11 }] }],
};

/** The report of a dry run that found nothing to say. */
export const DRY_RUN: RunReport = {
  ...REPORT,
  durationMs: 80,
  summary: {
    ...REPORT.summary,
    sentTo: 'nowhere',
    messages: {
      read: 2,
      wouldSend: 2,
      rejected: 0,
      retryable: 0,
      skipped: { passedOver: 0, switchedOff: 0, typeFiltered: 0, refusedBefore: 0, unreadableBefore: 0 },
      byType: { track: { wouldSend: 2, skipped: 0, rejected: 0 } },
    },
    requests: { atLeast: 2, atMost: 3, byRoute: { 'events.create': 2 } },
    runs: 1,
    resumed: false,
    left: 0,
    possibleDuplicates: 0,
    rejected: { byCode: [], file: null },
    dropped: { values: 0, messages: 0 },
    durationMs: 80,
    stopped: null,
    goOn: [],
  },
  timeline: {
    bucketMs: 1_000,
    requests: [0],
    peaks: [0],
    delivered: [2],
    skipped: [0],
    rejected: [0],
    retries: [0],
    answers: {},
  },
  pauses: [],
  routes: [],
  slowest: [],
  rejections: [],
  dropped: [],
  warnings: [],
};
