import type { JsonObject } from '../core/index.js';
import { parseConfigDefaults, type ConfigDefaults } from '../destinations/gainsight_px/index.js';
import type { SharedLimitsStats } from '../metrics/index.js';
import type { Fetch, RouterOptions } from '../router/index.js';
import { parseIngestOptions, type IngestOptions, type IngestSettings } from './ingest/ingest.js';
import type { LivePart } from './live/live-part.js';
import type { ParsedLiveQuery } from './live/live-query.js';
import { parseLiveOptions, type LiveOptions } from './live/live-settings.js';
import type { Tracing } from './observe/tracing.js';
import { UPSTREAM_EXPECTED, isUpstreamUrl } from '../runtime/index.js';

/**
 * When the service sends events to PX. `inline`: while it transforms them; on the processor route the host itself sends the track
 * events, and repeats the updates of the others. `delivery`: when the host calls the delivery proxy; transforming sends nothing.
 */
export type Mode = 'inline' | 'delivery';

/** The log that a service writes to, for example a pino logger. */
export interface ServiceLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Several processes that serve one port as workers of a `node:cluster`; they answer for each other. */
export interface ServiceGroup {
  /** The metrics of all of them, in the text format of Prometheus. */
  metrics(): Promise<string>;
  /** What `/health` shows of them. */
  health(): Promise<JsonObject>;
  /** The parts of all of them of an answer of `/live/events`. */
  live(query: ParsedLiveQuery): Promise<readonly LivePart[]>;
  /** Called once, where the option `live` is set: `partOf` makes this process's part of an answer of another one. */
  answerLive(partOf: (query: ParsedLiveQuery) => Promise<LivePart>): void;
}

/** How a service behaves. Every option has a default. */
export interface ServiceOptions {
  /** Default `inline`. */
  readonly mode?: Mode;
  /**
   * Configuration for every destination that does not set a key itself. `null`, and a map without a complete row, count as not set.
   * Templates of a destination are resolved first. Default: none.
   */
  readonly configDefaults?: ConfigDefaults;
  /** Messages that the service takes over HTTP itself, at `/v1/deliver` and the paths of SDKs. Default: none are taken. */
  readonly ingest?: IngestOptions;
  /** A window into the service at `/live`: its last events, with personal data, in memory only. Default: there is none. */
  readonly live?: LiveOptions;
  /** The inspector as an HTML page, served at `/inspect`. Default: there is no such page. */
  readonly inspectorPage?: string;
  /** The processes that serve the same port. Default: this one is alone. */
  readonly group?: ServiceGroup;
  /** URL of another transformer, to which requests for all other destinations are forwarded. Default: none. */
  readonly upstream?: string;
  /** Sends the requests to PX. Default: `createHttpFetch()`. */
  readonly fetch?: Fetch;
  /** Options of the router that delivers the plans; the service sets `fetch` and `onRequest` itself. */
  readonly router?: Omit<RouterOptions, 'fetch' | 'onRequest' | 'signal' | 'onRetryableFailure'>;
  /** Read for the metrics, when `router.rateLimiter` shares its limits with other processes: `stats` of `openRedis`. Default: none. */
  readonly sharedLimits?: () => SharedLimitsStats;
  /** Default: no log. */
  readonly log?: ServiceLog;
  /** Reports what the service does in the traces of its callers. Default: nothing is reported. */
  readonly tracing?: Tracing;
  /** The version that `/health` shows. Default: none. */
  readonly version?: string;
  /** After this many milliseconds, plans of a transform request that have not started go back to the host. Default 60,000. */
  readonly transformDeadlineMs?: number;
  /** After this many milliseconds, a deletion that is not finished is answered as retryable. Default 50,000: the host waits 60,000. */
  readonly deletionDeadlineMs?: number;
  /**
   * How many finished jobs the service remembers, for 15 minutes, so that a repeated job is answered and not run again. Each takes
   * about 150 bytes. Default 200,000: about as many requests as PX accepts in that time.
   */
  readonly rememberedJobs?: number;
  /** A larger body gets a retryable error. Default 200 MB. */
  readonly maxBodyBytes?: number;
  /**
   * Bytes of all bodies together, from the first byte until the response is sent; a body that does not fit waits unread. One body may
   * exceed the bound, so that a larger body is read too. Default 64 MB.
   */
  readonly bodyMemoryBytes?: number;
  /** A body that takes more milliseconds than this to arrive, while others wait for memory, gets a retryable error. Default 60,000. */
  readonly bodyTimeMs?: number;
  /** The service cuts the connection of a client that reads nothing of its response for so many milliseconds. Default 60,000. */
  readonly answerIdleMs?: number;
  /**
   * How many milliseconds `GET /features` waits for the upstream's features. Until the upstream has sent some, it is asked again after
   * each hundredth of this time. Default 25,000: the host waits 30,000.
   */
  readonly featuresWaitMs?: number;
}

/** Options whose default is to be absent. */
type OptionalKey = 'upstream' | 'fetch' | 'sharedLimits' | 'group' | 'inspectorPage' | 'tracing' | 'live';

/** The options with all defaults. */
export type ServiceSettings = Required<Omit<ServiceOptions, OptionalKey | 'ingest'>> &
  Pick<ServiceOptions, OptionalKey> & {
    readonly ingest: IngestSettings | undefined;
  };

const MEGABYTE = 1024 * 1024;

const NO_LOG: ServiceLog = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** The options with all defaults. @throws TypeError when an option is invalid, ConfigurationError for `configDefaults` */
export function parseServiceOptions(options: ServiceOptions): ServiceSettings {
  const { mode = 'inline', upstream } = options;
  if (mode !== 'inline' && mode !== 'delivery') {
    throw new TypeError(`mode: expected "inline" or "delivery", found ${typeof mode}`);
  }
  if (upstream !== undefined && !isUpstreamUrl(upstream)) {
    // The text does not show the value: it may contain a password.
    throw new TypeError(`upstream: expected ${UPSTREAM_EXPECTED}`);
  }
  return {
    log: NO_LOG,
    version: '',
    transformDeadlineMs: 60_000,
    deletionDeadlineMs: 50_000,
    rememberedJobs: 200_000,
    maxBodyBytes: 200 * MEGABYTE,
    bodyMemoryBytes: 64 * MEGABYTE,
    bodyTimeMs: 60_000,
    answerIdleMs: 60_000,
    featuresWaitMs: 25_000,
    ...options,
    configDefaults: parseConfigDefaults(options.configDefaults ?? {}),
    ingest: options.ingest === undefined ? undefined : parseIngestOptions(options.ingest),
    ...(options.live === undefined ? {} : { live: parseLiveOptions(options.live) }),
    mode,
    // The host retries, and waits for the slowest job of a batch: so fewer attempts and less time than the router's defaults.
    // And more plans in flight: twenty plans that hang are one batch of the host, and must not block all others.
    router: {
      maxAttempts: 3,
      maxPlanTimeMs: 15_000,
      maxPending: 10_000,
      concurrency: 100,
      ...options.router,
    },
  };
}
