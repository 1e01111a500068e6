import type { ReportRoute, RunReport } from '../data/report.js';
import { count, duration } from '../parts/quantities.js';
import { Table } from '../parts/table.js';
import { Section } from './section.js';

/** How long requests took, by route. */
export function Latency({ report: { routes, summary } }: { readonly report: RunReport }) {
  if (routes.length === 0) return null;
  const bars = routes.flatMap(({ histogram }) => histogram);
  const from = Math.min(...bars.map(({ fromMs }) => fromMs));
  const to = Math.max(...bars.map(({ toMs }) => toMs));
  return (
    <Section title="Latency by route" ofThisRun={summary.resumed}>
      <p>
        p95: 95 % of the requests took no longer. Each picture shows how the requests are spread, from{' '}
        {duration(from)} at its left to {duration(to)} at its right; equal steps mean equal factors. The marks
        are p50, p95 and p99.
      </p>
      <Table
        caption="Latency by route"
        hidesCaption
        columns={['route', 'spread', ...['requests', 'p50', 'p95', 'p99', 'longest'].map(number)]}
        rows={routes.map((route) => [
          route.route,
          <Spread key={route.route} route={route} from={from} to={to} />,
          count(route.requests),
          ...[route.p50, route.p95, route.p99, route.max].map(duration),
        ])}
      />
    </Section>
  );
}

const WIDTH = 220;
const HEIGHT = 40;

function Spread({
  route,
  from,
  to,
}: {
  readonly route: ReportRoute;
  readonly from: number;
  readonly to: number;
}) {
  const { histogram, p50, p95, p99 } = route;
  const most = Math.max(...histogram.map((bar) => bar.count));
  const x = (ms: number): number =>
    WIDTH * Math.min(1, Math.max(0, Math.log(ms / from) / Math.log(to / from)));
  const text = `half within ${duration(p50)}, 95 % within ${duration(p95)}, 99 % within ${duration(p99)}`;
  return (
    <svg
      class="spread"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width={WIDTH}
      height={HEIGHT}
      role="img"
      aria-label={text}
    >
      <path class="ground" d={`M0 ${HEIGHT - 8}h${WIDTH}`} />
      {histogram.map(({ fromMs, toMs, count: number }) => {
        const height = Math.max(1, (HEIGHT - 10) * (number / most));
        return (
          <rect
            key={fromMs}
            x={x(fromMs)}
            width={Math.max(1, x(toMs) - x(fromMs) - 0.5)}
            y={HEIGHT - 8 - height}
            height={height}
          />
        );
      })}
      {[p50, p95, p99].map((ms, index) => (
        <path key={index} class="mark" d={`M${x(ms)} ${HEIGHT - 7}v${index === 0 ? 7 : 4}`} />
      ))}
    </svg>
  );
}

const number = (head: string) => ({ head, isNumber: true });
