import { Chart } from '../parts/chart/chart.js';
import type { ChartLine } from '../parts/chart/chart-data.js';
import { clockTime, count, duration, rate } from '../parts/quantities.js';
import type { LiveNow, LiveSecond } from '../data/live.js';
import { failedRequests, lagLines, Minutes, X, X_RANGE } from './figures.js';
import type { Lag } from './live-state.js';

const HEIGHT = 130;

interface NowProps {
  readonly now: LiveNow;
  readonly lags: readonly Lag[];
}

/** What the service does now: rates, errors and lag of the last five minutes. */
export function Now({ now, lags }: NowProps) {
  const minutes = new Minutes(now);
  const { limit, pending, inFlight, pausedMs, lagMs } = now;
  const per = (of: (second: LiveSecond) => number): string =>
    `${rate(minutes.lastMinute(of) / 60)} per second`;
  const parts: { title: string; text: string; lines: readonly ChartLine[]; yText: (y: number) => string }[] =
    [
      {
        title: 'Events',
        text: `${per(({ events }) => events)} in the last minute, ${count(minutes.lastMinute(({ failed }) => failed))} failed`,
        lines: [
          { label: 'events', stroke: 'main', values: minutes.perSecond(({ events }) => events) },
          { label: 'failed', stroke: 'bad', values: minutes.perSecond(({ failed }) => failed) },
        ],
        yText: rate,
      },
      {
        title: 'Requests to PX',
        text: `${per(({ requests }) => requests)} in the last minute, ${count(minutes.lastMinute(failedRequests))} with an error; ${limit === undefined ? 'no limit' : `the limit of an API key is ${count(limit)}`}`,
        lines: [
          { label: 'requests', stroke: 'main', values: minutes.perSecond(({ requests }) => requests) },
          { label: 'errors', stroke: 'bad', values: minutes.perSecond(failedRequests) },
          ...(limit === undefined
            ? []
            : [{ label: `limit ${count(limit)}`, stroke: 'limit' as const, values: X.map(() => limit) }]),
        ],
        yText: rate,
      },
      {
        title: 'Lag',
        text:
          lagMs === undefined
            ? 'no event of the last minute says when it was received'
            : `half of the events within ${duration(lagMs.p50)}, 95 % within ${duration(lagMs.p95)}, the oldest ${duration(lagMs.max)}`,
        lines: lagLines(lags, now),
        yText: (seconds) => duration(seconds * 1_000),
      },
    ];
  return (
    <section aria-labelledby="now">
      <h2 id="now">Now</h2>
      <p>
        {count(inFlight)} requests in flight, {count(pending)} events pending
        {pausedMs > 0 && <b>, paused: PX asks to wait {duration(pausedMs)}</b>}.
      </p>
      <div class="charts">
        {parts.map(({ title, text, lines, yText }) => (
          <figure key={title}>
            <figcaption>
              <h3>{title}</h3>
              <p>{text}</p>
            </figcaption>
            <Chart
              x={X}
              xRange={X_RANGE}
              lines={lines}
              summary={`${title}, last five minutes: ${text}`}
              xText={(seconds) => (seconds === 0 ? 'now' : clockTime(seconds))}
              yText={yText}
              height={HEIGHT}
            />
          </figure>
        ))}
      </div>
    </section>
  );
}
