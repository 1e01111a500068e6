import type { LiveNow, LiveSecond } from '../data/live.js';
import type { ChartLine } from '../parts/chart/chart-data.js';
import { SHOWN_MS, type Lag } from './live-state.js';

const SECOND_MS = 1_000;
const SECONDS = SHOWN_MS / SECOND_MS;

/** Requests that did not get what they asked for. A 404 is not among them: most ask whether PX knows a user. */
export function failedRequests({ throttled, refused, serverError, noAnswer }: LiveSecond): number {
  return throttled + refused + serverError + noAnswer;
}

/** The last five minutes second by second, without the one that has just begun. */
export interface Minutes {
  /** In seconds from now. */
  readonly x: readonly number[];
  readonly xRange: readonly [from: number, to: number];
  valuesOf(count: (second: LiveSecond) => number): number[];
}

export function minutesOf({ atMs, seconds }: LiveNow): Minutes {
  const end = Math.floor(atMs / SECOND_MS) * SECOND_MS;
  const begin = end - SHOWN_MS;
  const bySecond = new Map(seconds.map((second) => [(second.atMs - begin) / SECOND_MS, second]));
  return {
    x: Array.from({ length: SECONDS }, (_, index) => index - SECONDS),
    xRange: [-SECONDS, 0],
    valuesOf: (count) =>
      Array.from({ length: SECONDS }, (_, index) => {
        const second = bySecond.get(index);
        return second === undefined ? 0 : count(second);
      }),
  };
}

/** How many in the last minute. */
export const lastMinute = (values: readonly number[]): number =>
  values.slice(-60).reduce((sum, value) => sum + value, 0);

/** Ages of events, as the page saw them, in seconds; a second that it did not see has none. */
export function lagLines(lags: readonly Lag[], { atMs }: LiveNow): ChartLine[] {
  const at = (lag: Lag): number => SECONDS - 1 - Math.floor((atMs - lag.atMs) / SECOND_MS);
  const byIndex = new Map(lags.map((lag) => [at(lag), lag]));
  const valuesOf = (of: (lag: Lag) => number | null): (number | null)[] =>
    Array.from({ length: SECONDS }, (_, index) => {
      const lag = byIndex.get(index);
      const value = lag === undefined ? null : of(lag);
      return value === null ? null : value / SECOND_MS;
    });
  return [
    { label: 'half', stroke: 'main', values: valuesOf(({ p50 }) => p50) },
    { label: '95 %', stroke: 'second', values: valuesOf(({ p95 }) => p95) },
  ];
}
