import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { ErrorCode } from '../../core/index.js';
import type { RequestRecord, RouterStats } from '../../router/index.js';
import type { RepeatSource } from '../batch/job-memory.js';
import type { EventOutcome } from './event-outcome.js';

const PREFIX = 'gainsight_px_';
const SECONDS = 1_000;
const HTTP_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const PX_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Where the values that others count are read from, at each scrape. */
export interface MetricSources {
  readonly routerStats: () => RouterStats;
  readonly cachedConfigurations: () => number;
  readonly rememberedJobs: () => number;
  readonly bodyBytes: () => number;
  readonly bodiesWaiting: () => number;
}

/** The metrics of a service, for Prometheus. No label contains an id, a key or other data of an event or a customer. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #httpRequests = this.#counter('http_requests_total', 'Requests served, by route and status.', [
    'route',
    'status',
  ]);
  readonly #httpSeconds = new Histogram({
    name: `${PREFIX}http_request_duration_seconds`,
    help: 'Time from the head of a request to the end of its response, by route.',
    labelNames: ['route'],
    buckets: HTTP_BUCKETS,
    registers: [this.#registry],
  });
  readonly #events = this.#counter('events_total', 'Events, by route, type and outcome.', [
    'route',
    'type',
    'outcome',
  ]);
  readonly #eventReasons = this.#counter(
    'event_reasons_total',
    'Why events were filtered, dropped or retried, by route, outcome and error code.',
    ['route', 'outcome', 'code'],
  );
  readonly #repeatedJobs = this.#counter(
    'repeated_jobs_total',
    'Repeated jobs that were not run again: finished before (memory), or in flight (running).',
    ['source'],
  );
  readonly #pxRequests = this.#counter('px_requests_total', 'Requests sent to PX, by route and status.', [
    'route',
    'status',
  ]);
  readonly #pxSeconds = new Histogram({
    name: `${PREFIX}px_request_duration_seconds`,
    help: 'Time of a request to PX, with its response, by route.',
    labelNames: ['route'],
    buckets: PX_BUCKETS,
    registers: [this.#registry],
  });

  constructor(sources: MetricSources) {
    // Memory, garbage collection, CPU, and event loop delay.
    collectDefaultMetrics({ register: this.#registry });
    const { routerStats, cachedConfigurations, rememberedJobs, bodyBytes, bodiesWaiting } = sources;
    this.#read('px_retries_total', 'Retried requests to PX.', () => routerStats().retries);
    this.#read(
      'px_may_be_duplicates_total',
      'Plans that may have written an event twice.',
      () => routerStats().mayBeDuplicates,
    );
    this.#read(
      'links_skipped_total',
      'Group messages that wrote the account without linking a user (missingUserOnGroup: skip).',
      () => routerStats().notes.link_skipped ?? 0,
    );
    this.#read(
      'px_rate_limit_waits_total',
      'Requests to PX that waited for the rate limit.',
      () => routerStats().rateLimitWaits.count,
    );
    this.#read(
      'px_rate_limit_wait_seconds_total',
      'How long requests to PX waited for the rate limit, in sum.',
      () => routerStats().rateLimitWaits.totalMs / SECONDS,
    );
    this.#read('plans_pending', 'Plans that wait or run.', () => routerStats().pending);
    this.#read('px_requests_in_flight', 'Requests to PX in flight.', () => routerStats().inFlight);
    this.#read('router_scopes', 'API keys and base URLs in memory.', () => routerStats().scopes);
    this.#read(
      'remembered_jobs',
      'Finished jobs in memory, whose repetition is answered and not run.',
      rememberedJobs,
    );
    this.#read('body_bytes', 'Bytes of request bodies whose response is not sent yet.', bodyBytes);
    this.#read('bodies_waiting', 'Request bodies that wait for memory.', bodiesWaiting);
    this.#read('configuration_cache_entries', 'Compiled configurations in memory.', cachedConfigurations);
  }

  /** The content type of {@link text}. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** All metrics, in the text format of Prometheus. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  http(route: string, status: number, durationMs: number): void {
    this.#httpRequests.inc({ route, status });
    this.#httpSeconds.observe({ route }, durationMs / SECONDS);
  }

  events(route: string, type: string, outcome: EventOutcome, count: number): void {
    this.#events.inc({ route, type, outcome }, count);
  }

  eventReasons(route: string, outcome: EventOutcome, code: ErrorCode, count: number): void {
    this.#eventReasons.inc({ route, outcome, code }, count);
  }

  repeatedJob(source: RepeatSource): void {
    this.#repeatedJobs.inc({ source });
  }

  pxRequest({ route, status, durationMs }: RequestRecord): void {
    this.#pxRequests.inc({ route, status: status ?? 'none' });
    this.#pxSeconds.observe({ route }, durationMs / SECONDS);
  }

  #counter(name: string, help: string, labelNames: readonly string[]): Counter {
    return new Counter({
      name: PREFIX + name,
      help,
      labelNames: [...labelNames],
      registers: [this.#registry],
    });
  }

  /** A metric whose value is counted elsewhere and read at each scrape. */
  #read(name: string, help: string, read: () => number): void {
    const metric = name.endsWith('_total')
      ? this.#counter(name, help, [])
      : new Gauge({ name: PREFIX + name, help, registers: [this.#registry] });
    const collect = (): void => {
      metric.reset();
      metric.inc(read());
    };
    Object.assign(metric, { collect });
  }
}
