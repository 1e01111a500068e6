import type { RunReport } from '../data/report.js';
import type { ChartLine, Stroke } from '../parts/chart/chart-data.js';

/** The timeline of a run for charts: in seconds, and per second. */
export interface Series {
  /** Where each bucket begins, and where the last one ends. */
  readonly x: readonly number[];
  readonly xRange: readonly [from: number, to: number];
  /** The width of each bucket in seconds; what is shorter than one second counts as one, as the limit is for any second. */
  readonly widths: readonly number[];
}

export function seriesOf({ timeline, durationMs }: RunReport): Series {
  const bucket = timeline.bucketMs / 1_000;
  const end = durationMs / 1_000;
  const starts = timeline.requests.map((_, index) => index * bucket);
  const last = Math.max(end, (starts.at(-1) ?? 0) + 1);
  return {
    x: [...starts, last],
    xRange: [0, last],
    widths: starts.map((start) => Math.max(1, Math.min(bucket, end - start))),
  };
}

/** Counts per bucket as a line per second. The last value holds until the end. */
export function perSecond(
  { widths }: Series,
  counts: readonly number[],
  { label, stroke }: Pick<ChartLine, 'label' | 'stroke'>,
): ChartLine {
  return line(
    counts.map((count, index) => count / widths[index]!),
    { label, stroke },
  );
}

/** Values per bucket as a line. */
export function line(
  values: readonly number[],
  { label, stroke }: { label: string; stroke: Stroke },
): ChartLine {
  return { label, stroke, values: [...values, values.at(-1) ?? 0] };
}

/** A part of the run, as a row of a table shows it. */
export interface Stretch {
  readonly fromS: number;
  readonly toS: number;
  /** The buckets of it: from, and up to but not with. */
  readonly buckets: readonly [from: number, to: number];
}

const ROWS = 20;

/** Divides the run into so many parts that a table of them can be read. */
export function stretches({ x }: Series): Stretch[] {
  const buckets = x.length - 1;
  const each = Math.ceil(buckets / ROWS);
  return Array.from({ length: Math.ceil(buckets / each) }, (_, row) => {
    const from = row * each;
    const to = Math.min(buckets, from + each);
    return { fromS: x[from]!, toS: x[to]!, buckets: [from, to] };
  });
}

export const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
