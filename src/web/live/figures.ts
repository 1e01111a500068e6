import type { LiveNow, LiveSecond } from '../data/live.js';
import type { ChartLine } from '../parts/chart/chart-data.js';
import { SHOWN_MS, type Lag } from './live-state.js';

const SECOND_MS = 1_000;
/** So many seconds are one step of a chart: single ones would be too narrow to be seen. */
const STEP_S = 5;
const STEP_MS = STEP_S * SECOND_MS;
const STEPS = SHOWN_MS / STEP_MS;

/** The time of the charts: five minutes until now, in seconds from now, with the end of the last step. */
export const X: readonly number[] = Array.from({ length: STEPS + 1 }, (_, step) => (step - STEPS) * STEP_S);
export const X_RANGE = [-SHOWN_MS / SECOND_MS, 0] as const;

/** Requests that did not get what they asked for. A 404 is not among them: most ask whether PX knows a user. */
export function failedRequests({ throttled, refused, serverError, noAnswer }: LiveSecond): number {
  return throttled + refused + serverError + noAnswer;
}

/** How many there were in the seconds of the last five minutes, without the second that has just begun. */
export class Minutes {
  readonly #endMs: number;

  constructor(private readonly now: LiveNow) {
    this.#endMs = Math.floor(now.atMs / SECOND_MS) * SECOND_MS;
  }

  /** Per second, for each step of the charts. */
  perSecond(count: (second: LiveSecond) => number): number[] {
    const sums = Array.from({ length: STEPS }, () => 0);
    for (const second of this.now.seconds) {
      const step = STEPS - Math.ceil((this.#endMs - second.atMs) / STEP_MS);
      if (step >= 0 && step < STEPS) sums[step]! += count(second) / STEP_S;
    }
    return untilNow(sums);
  }

  /** In the last minute. */
  lastMinute(count: (second: LiveSecond) => number): number {
    const begin = this.#endMs - 60 * SECOND_MS;
    return this.now.seconds
      .filter(({ atMs }) => atMs >= begin && atMs < this.#endMs)
      .reduce((sum, second) => sum + count(second), 0);
  }
}

/** Ages of events, as the page saw them, in seconds. A step in which it saw nothing has none. */
export function lagLines(lags: readonly Lag[], { atMs }: LiveNow): ChartLine[] {
  const steps = new Map(lags.map((lag) => [STEPS - 1 - Math.floor((atMs - lag.atMs) / STEP_MS), lag]));
  const valuesOf = (of: (lag: Lag) => number | null): (number | null)[] =>
    untilNow(
      Array.from({ length: STEPS }, (_, step) => {
        const lag = steps.get(step);
        const value = lag === undefined ? null : of(lag);
        return value === null ? null : value / SECOND_MS;
      }),
    );
  return [
    { label: 'half', stroke: 'main', values: valuesOf(({ p50 }) => p50) },
    { label: '95 %', stroke: 'second', values: valuesOf(({ p95 }) => p95) },
  ];
}

/** The last value holds until now. */
const untilNow = <Value>(values: readonly Value[]): Value[] => [...values, ...values.slice(-1)];
