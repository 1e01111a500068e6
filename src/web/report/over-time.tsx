import type { ComponentChildren } from 'preact';
import type { PauseCause, RunReport } from '../data/report.js';
import { Chart } from '../parts/chart/chart.js';
import type { ChartLine, ChartSpan, Stroke } from '../parts/chart/chart-data.js';
import { clockTime, count, rate } from '../parts/quantities.js';
import { Table } from '../parts/table.js';
import { Section } from './section.js';
import { line, perSecond, seriesOf, stretches, sum, type Series } from './series.js';

/** Names of pauses: short, for a chart. */
const SPANS: Readonly<Record<PauseCause, string>> = {
  asked: 'PX asks to wait',
  outage: 'PX does not answer',
  quota: 'quota used up',
};

/** What happened when: charts, each with its numbers as a table. */
export function OverTime({ report }: { readonly report: RunReport }) {
  const series = seriesOf(report);
  const { timeline, pauses, summary } = report;
  const isDryRun = summary.sentTo === 'nowhere';
  const spans = pauses.map(({ why, fromMs, untilMs }) => ({
    from: fromMs / 1_000,
    to: untilMs / 1_000,
    label: SPANS[why],
  }));
  const results = (
    [
      ['delivered', isDryRun ? 'would be sent' : 'delivered', 'good'],
      ['skipped', 'skipped', 'soft'],
      ['rejected', 'rejected', 'bad'],
    ] as const
  )
    .map(([key, label, stroke]) => ({ label, stroke, counts: timeline[key] }))
    .filter(({ label, counts }) => label !== 'skipped' || sum(counts) > 0);
  return (
    <Section title="Over time" ofThisRun={summary.resumed}>
      {!isDryRun && <Requests report={report} series={series} spans={spans} />}
      <Counted title="Messages per second" series={series} spans={spans} lists={results} />
      {!isDryRun && (
        <Counted title="Answers per second" series={series} spans={spans} lists={answersOf(report)} />
      )}
    </Section>
  );
}

interface PartProps {
  readonly series: Series;
  readonly spans: readonly ChartSpan[];
}

function Requests({ report, series, spans }: PartProps & { readonly report: RunReport }) {
  const { timeline, requestsPerSecond, durationMs } = report;
  const { requests, peaks, bucketMs } = timeline;
  const hasPeaks = bucketMs > 1_000;
  const lines: ChartLine[] = [
    perSecond(series, requests, { label: 'requests', stroke: 'main' }),
    ...(hasPeaks ? [line(peaks, { label: 'fastest second', stroke: 'second' })] : []),
    ...(requestsPerSecond === null
      ? []
      : [
          line(
            requests.map(() => requestsPerSecond),
            { label: `limit ${count(requestsPerSecond)}`, stroke: 'limit' },
          ),
        ]),
  ];
  const average = (sum(requests) * 1_000) / Math.max(durationMs, 1_000);
  const limit =
    requestsPerSecond === null ? 'there was no limit' : `the limit was ${count(requestsPerSecond)}`;
  const summary = `${rate(average)} requests per second on average, ${count(Math.max(...peaks))} in the fastest second; ${limit}.`;
  return (
    <figure>
      <figcaption>
        <h3>Requests per second, against the limit</h3>
        <p>{summary}</p>
      </figcaption>
      <Chart {...series} lines={lines} spans={spans} summary={summary} xText={clockTime} yText={rate} />
      <Numbers title="Requests per second">
        <Table
          caption="Requests per second"
          columns={['time', number('requests'), number('per second'), number('fastest second')]}
          rows={stretches(series).map(({ fromS, toS, buckets }) => {
            const all = sum(requests.slice(...buckets));
            const peak = Math.max(...peaks.slice(...buckets));
            return [span(fromS, toS), count(all), rate(all / Math.max(1, toS - fromS)), count(peak)];
          })}
        />
      </Numbers>
    </figure>
  );
}

interface List {
  readonly label: string;
  readonly stroke: Stroke;
  readonly counts: readonly number[];
}

function Counted({
  title,
  series,
  spans,
  lists,
}: PartProps & { readonly title: string; readonly lists: readonly List[] }) {
  const summary = `${lists.map(({ label, counts }) => `${label}: ${count(sum(counts))}`).join(', ')}.`;
  if (lists.length === 0) return null;
  return (
    <figure>
      <figcaption>
        <h3>{title}</h3>
        <p>{summary}</p>
      </figcaption>
      <Chart
        {...series}
        lines={lists.map(({ label, stroke, counts }) => perSecond(series, counts, { label, stroke }))}
        spans={spans}
        summary={`${title}. In all: ${summary}`}
        xText={clockTime}
        yText={rate}
      />
      <Numbers title={title}>
        <Table
          caption={`${title}: how many in each part of the run`}
          columns={['time', ...lists.map(({ label }) => number(label))]}
          rows={stretches(series).map(({ fromS, toS, buckets }) => [
            span(fromS, toS),
            ...lists.map(({ counts }) => count(sum(counts.slice(...buckets)))),
          ])}
        />
      </Numbers>
    </figure>
  );
}

/** Lines for the most frequent answers, and one for all others. */
function answersOf({ timeline: { answers, retries } }: RunReport): List[] {
  const lists = Object.entries(answers).sort(([, a], [, b]) => sum(b) - sum(a));
  const strokes: Stroke[] = ['main', 'second', 'warn', 'limit'];
  const shown = lists.length > strokes.length ? strokes.length - 1 : strokes.length;
  const others = lists.slice(shown).map(([, counts]) => counts);
  const all = lists.slice(0, shown).map(([label, counts]) => ({ label, counts }));
  if (others.length > 0) {
    all.push({
      label: 'other answers',
      counts: others[0]!.map((_, bucket) => sum(others.map((counts) => counts[bucket]!))),
    });
  }
  const named = all.map((list, index) => ({ ...list, stroke: strokes[index]! }));
  return sum(retries) === 0 ? named : [...named, { label: 'repeated', stroke: 'bad', counts: retries }];
}

function Numbers({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <details>
      <summary>{title} as numbers</summary>
      {children}
    </details>
  );
}

const number = (head: string) => ({ head, isNumber: true });

const span = (fromS: number, toS: number): string =>
  toS - fromS < 1.5 ? clockTime(fromS) : `${clockTime(fromS)} to ${clockTime(toS)}`;
