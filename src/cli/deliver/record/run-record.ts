import type { ReportRoute, RunReport } from '../../../web/index.js';
import type { Outcome, RequestRecord } from '../../../router/index.js';
import type { InputItem } from '../../input/input-item.js';
import type { Rejection } from '../../rejected/rejection.js';
import type { CountsObserver, Remarks } from '../report/counts.js';
import { MAX_PATH_LENGTH, type DroppedPath } from '../report/dropped-values.js';
import { Latencies } from '../report/latencies.js';
import { Examples } from './examples.js';
import { PauseLog } from './pause-log.js';
import { RejectionKinds } from './rejection-kinds.js';
import { SlowestRequests } from './slowest-requests.js';
import { Timeline } from './timeline.js';

/** Buckets of the report: 12 for ten times the duration. */
const BAR_GROWTH = 10 ** (1 / 12);
const MAX_DROPPED = 100;

/** The part of a report that is recorded while a run goes on. */
type Recorded = Pick<
  RunReport,
  'timeline' | 'pauses' | 'routes' | 'slowest' | 'rejections' | 'dropped' | 'warnings'
>;

/** What the counts know of all runs. */
interface CountedRemarks {
  /** The most frequent first. */
  readonly dropped: readonly DroppedPath[];
  readonly warnings: Readonly<Record<string, number>>;
}

interface RouteTimes {
  readonly latencies: Latencies;
  requests: number;
  max: number;
}

/** Records a run for its report. Its memory does not grow with the run. */
export class RunRecord implements CountsObserver {
  readonly pauses = new PauseLog();
  readonly #timeline = new Timeline();
  readonly #routes = new Map<string, RouteTimes>();
  readonly #slowest = new SlowestRequests();
  readonly #rejections = new RejectionKinds();
  readonly #dropped = new Examples();
  readonly #warnings = new Examples();
  #startMs = 0;

  /** @param nowMs a clock that never goes back */
  constructor(private readonly nowMs: () => number) {}

  /** The run begins now. */
  begin(): void {
    this.#startMs = this.nowMs();
  }

  get #atMs(): number {
    return this.nowMs() - this.#startMs;
  }

  onRequest({ route, durationMs, status }: RequestRecord): void {
    const atMs = this.#atMs;
    this.#timeline.request(atMs - durationMs);
    this.#timeline.answer(status === undefined ? 'no answer' : String(status), atMs);
    let times = this.#routes.get(route);
    if (times === undefined) {
      this.#routes.set(route, (times = { latencies: new Latencies(), requests: 0, max: 0 }));
    }
    times.latencies.add(durationMs);
    times.requests += 1;
    times.max = Math.max(times.max, durationMs);
  }

  onOutcome({ requests, retries }: Outcome, item: InputItem): void {
    for (const request of requests) this.#slowest.add(request, item);
    if (retries > 0) this.#timeline.add('retries', this.#atMs, retries);
  }

  onDelivered(): void {
    this.#timeline.add('delivered', this.#atMs);
  }

  onSkipped(): void {
    this.#timeline.add('skipped', this.#atMs);
  }

  onRejected(rejection: Rejection): void {
    this.#timeline.add('rejected', this.#atMs);
    this.#rejections.add(rejection);
  }

  onRemarks({ dropped, warnings }: Remarks, item: InputItem): void {
    for (const { path, reason } of dropped) {
      if (path.length <= MAX_PATH_LENGTH) this.#dropped.add(`${reason} ${path}`, item);
    }
    for (const { code } of warnings) this.#warnings.add(code, item);
  }

  /** The record of a run that ends now. */
  report({ dropped, warnings }: CountedRemarks): Recorded & Pick<RunReport, 'durationMs'> {
    const durationMs = Math.round(this.#atMs);
    return {
      durationMs,
      timeline: this.#timeline.report(durationMs),
      pauses: this.pauses.report(this.#startMs, this.nowMs()),
      routes: [...this.#routes]
        .map(([route, times]) => routeReport(route, times))
        .sort((a, b) => b.requests - a.requests),
      slowest: this.#slowest.list(),
      rejections: this.#rejections.list(),
      dropped: dropped
        .slice(0, MAX_DROPPED)
        .map((counted) => ({ ...counted, places: this.#dropped.of(`${counted.reason} ${counted.path}`) })),
      warnings: Object.entries(warnings).map(([code, count]) => ({
        code,
        count,
        places: this.#warnings.of(code),
      })),
    };
  }
}

function routeReport(route: string, { latencies, requests, max }: RouteTimes): ReportRoute {
  const percentile = (percent: number): number => Math.min(max, latencies.percentile(percent) ?? 0);
  return {
    route,
    requests,
    p50: percentile(50),
    p95: percentile(95),
    p99: percentile(99),
    max,
    histogram: latencies.bars(BAR_GROWTH),
  };
}
