import type { RouterStats } from '../../router/index.js';
import { DeliveryMetrics, type SharedLimitsStats } from '../../metrics/index.js';
import type { RepeatSource } from '../batch/job-memory.js';

const SECONDS = 1_000;
const HTTP_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Where the values that others count are read from, at each scrape. */
export interface MetricSources {
  readonly routerStats: () => RouterStats;
  readonly cachedConfigurations: () => number;
  readonly rememberedJobs: () => number;
  readonly bodyBytes: () => number;
  readonly bodiesWaiting: () => number;
  readonly sharedLimits: (() => SharedLimitsStats) | undefined;
}

/** The metrics of a service. */
export class Metrics extends DeliveryMetrics {
  readonly #httpRequests = this.counter('http_requests_total', 'Requests served, by route and status.', [
    'route',
    'status',
  ]);
  readonly #httpSeconds = this.histogram(
    'http_request_duration_seconds',
    'Time from the head of a request to the end of its response, by route.',
    ['route'],
    HTTP_BUCKETS,
  );
  readonly #repeatedJobs = this.counter(
    'repeated_jobs_total',
    'Repeated jobs that were not run again: finished before (memory), or in flight (running).',
    ['source'],
  );

  constructor(sources: MetricSources) {
    const { routerStats, cachedConfigurations, rememberedJobs, bodyBytes, bodiesWaiting } = sources;
    super(routerStats, sources.sharedLimits);
    this.read(
      'remembered_jobs',
      'Finished jobs in memory, whose repetition is answered and not run.',
      rememberedJobs,
    );
    this.read('body_bytes', 'Bytes of request bodies whose response is not sent yet.', bodyBytes);
    this.read('bodies_waiting', 'Request bodies that wait for memory.', bodiesWaiting);
    this.read('configuration_cache_entries', 'Compiled configurations in memory.', cachedConfigurations);
  }

  http(route: string, status: number, durationMs: number): void {
    this.#httpRequests.inc({ route, status });
    this.#httpSeconds.observe({ route }, durationMs / SECONDS);
  }

  repeatedJob(source: RepeatSource): void {
    this.#repeatedJobs.inc({ source });
  }
}
