import { AggregatorRegistry, collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { RequestRecord, RouterStats } from '../router/index.js';

const PREFIX = 'gainsight_px_';
const SECONDS = 1_000;
const PX_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What a process knows of the limits that it shares with others. */
export interface SharedLimitsStats {
  readonly isConnected: boolean;
  readonly processes: number;
}

/**
 * The metrics that every process has that delivers events, for Prometheus. No label contains an id, a key or other data of
 * an event or a customer.
 */
export class DeliveryMetrics {
  readonly #registry = new Registry();
  readonly #events = this.counter('events_total', 'Events, by route, type and outcome.', [
    'route',
    'type',
    'outcome',
  ]);
  readonly #eventReasons = this.counter(
    'event_reasons_total',
    'Why events were not delivered, by route, outcome and error code.',
    ['route', 'outcome', 'code'],
  );
  readonly #pxRequests = this.counter('px_requests_total', 'Requests sent to PX, by route and status.', [
    'route',
    'status',
  ]);
  readonly #pxSeconds = this.histogram(
    'px_request_duration_seconds',
    'Time of a request to PX, with its response, by route.',
    ['route'],
    PX_BUCKETS,
  );

  /**
   * @param routerStats read at each scrape
   * @param sharedLimits the same; absent when the process shares its limits with no other
   */
  constructor(routerStats: () => RouterStats, sharedLimits?: () => SharedLimitsStats) {
    // Memory, garbage collection, CPU, and event loop delay.
    collectDefaultMetrics({ register: this.#registry });
    this.read('px_retries_total', 'Retried requests to PX.', () => routerStats().retries);
    this.read(
      'px_may_be_duplicates_total',
      'Plans that may have written an event twice.',
      () => routerStats().mayBeDuplicates,
    );
    this.read(
      'px_unsent_requests_total',
      'Requests that were not sent, because PX holds all that they say (--skip-unchanged).',
      () => routerStats().unsent.steps,
    );
    this.read(
      'px_unsent_unchanged_fields_total',
      'Fields of users and accounts that were not sent, because PX holds their value (--skip-unchanged).',
      () => routerStats().unsent.unchangedFields,
    );
    this.read(
      'px_unsent_stale_fields_total',
      'Fields of users and accounts that were not sent, because a newer event wrote them (--skip-unchanged).',
      () => routerStats().unsent.staleFields,
    );
    this.read(
      'links_skipped_total',
      'Group messages that wrote the account without linking a user (missingUserOnGroup: skip).',
      () => routerStats().notes.link_skipped ?? 0,
    );
    this.read(
      'px_rate_limit_waits_total',
      'Requests to PX that waited for the rate limit.',
      () => routerStats().rateLimitWaits.count,
    );
    this.read(
      'px_rate_limit_wait_seconds_total',
      'How long requests to PX waited for the rate limit, in sum.',
      () => routerStats().rateLimitWaits.totalMs / SECONDS,
    );
    this.read('plans_pending', 'Plans that wait or run.', () => routerStats().pending);
    this.read('px_requests_in_flight', 'Requests to PX in flight.', () => routerStats().inFlight);
    this.read(
      'px_day_quota_used_ratio',
      "The share of a day's requests that is used, from 0 to 1: the largest of all API keys.",
      () => routerStats().usedShare,
    );
    this.read('router_scopes', 'API keys and base URLs in memory.', () => routerStats().scopes);
    if (sharedLimits === undefined) return;
    this.read('redis_connected', 'Whether the limits are shared through Redis now: 1, or 0.', () =>
      Number(sharedLimits().isConnected),
    );
    this.read(
      'redis_processes',
      'Processes that shared the limits lately, this one included.',
      () => sharedLimits().processes,
    );
  }

  /** The content type of {@link text}. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** All metrics, in the text format of Prometheus. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  /** Sends these metrics to the primary process of a `node:cluster` whenever it asks for them. */
  answerCluster(): void {
    AggregatorRegistry.setRegistries([this.#registry]);
    // It listens from now on.
    new AggregatorRegistry();
  }

  events(route: string, type: string, outcome: string, count: number): void {
    this.#events.inc({ route, type, outcome }, count);
  }

  eventReasons(route: string, outcome: string, code: string, count: number): void {
    this.#eventReasons.inc({ route, outcome, code }, count);
  }

  pxRequest({ route, status, durationMs }: RequestRecord): void {
    this.#pxRequests.inc({ route, status: status ?? 'none' });
    this.#pxSeconds.observe({ route }, durationMs / SECONDS);
  }

  protected counter(name: string, help: string, labelNames: readonly string[] = []): Counter {
    return new Counter({
      name: PREFIX + name,
      help,
      labelNames: [...labelNames],
      registers: [this.#registry],
    });
  }

  protected gauge(name: string, help: string, labelNames: readonly string[] = []): Gauge {
    return new Gauge({ name: PREFIX + name, help, labelNames: [...labelNames], registers: [this.#registry] });
  }

  protected histogram(
    name: string,
    help: string,
    labelNames: readonly string[],
    buckets: readonly number[],
  ): Histogram {
    return new Histogram({
      name: PREFIX + name,
      help,
      labelNames: [...labelNames],
      buckets: [...buckets],
      registers: [this.#registry],
    });
  }

  /** A metric whose value is counted elsewhere and read at each scrape. */
  protected read(name: string, help: string, read: () => number): void {
    const metric = name.endsWith('_total') ? this.counter(name, help) : this.gauge(name, help);
    const collect = (): void => {
      metric.reset();
      metric.inc(read());
    };
    Object.assign(metric, { collect });
  }
}
