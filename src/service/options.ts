import { parseConfigDefaults, type ConfigDefaults } from '../destinations/gainsight_px/index.js';
import type { Fetch, RouterOptions } from '../router/index.js';

/**
 * How the service brings events to PX. `inline`: it delivers them itself while it transforms (on the processor route the host sends the
 * track events, and repeats the updates of the others). `delivery`: it sends nothing while it transforms; the host hands every event to the
 * delivery proxy.
 */
export type Mode = 'inline' | 'delivery';

/** The log that a service writes to; a pino logger is one. */
export interface ServiceLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** How a service behaves. All of it is optional. */
export interface ServiceOptions {
  /** Default `inline`. */
  readonly mode?: Mode;
  /**
   * Configuration that holds for every destination which does not say it itself, key by key; a null, or a map without a filled row, does not.
   * Templates of a destination are resolved before. Default: none.
   */
  readonly configDefaults?: ConfigDefaults;
  /** URL of another transformer, which then serves all that is not this destination's. Default: none. */
  readonly upstream?: string;
  /** Sends the requests to PX. Default: Node's own HTTP client (`createHttpFetch`). */
  readonly fetch?: Fetch;
  /** How plans are delivered; `fetch` and `onRequest` are the service's own. */
  readonly router?: Omit<RouterOptions, 'fetch' | 'onRequest' | 'signal' | 'onRetryableFailure'>;
  /** Default: no log. */
  readonly log?: ServiceLog;
  /** Shown by `/health`. */
  readonly version?: string;
  /** After this time a transform request's plans that have not begun are given back to the host. Default 60,000. */
  readonly transformDeadlineMs?: number;
  /** After this time a deletion is answered with what was not done yet. Default 50,000: the host waits for 60,000. */
  readonly deletionDeadlineMs?: number;
  /**
   * How many done jobs are remembered, for 15 minutes, so that one that comes again is answered and not run again. Each takes about 150 bytes.
   * Default 200,000: as many as PX takes requests in that time.
   */
  readonly rememberedJobs?: number;
  /** Larger bodies are refused, as something to be tried again. Default 200 MB. */
  readonly maxBodyBytes?: number;
  /**
   * Bytes of bodies that are read and not answered yet, all together; what does not fit waits, unread. One body may go beyond it, so that one
   * larger than this is read as well. Default 64 MB.
   */
  readonly bodyMemoryBytes?: number;
  /**
   * While others wait for room, a body that takes longer than this to arrive is refused, as something to be tried again. Default 60,000.
   */
  readonly bodyTimeMs?: number;
  /** A client that reads nothing of its answer for longer than this has its connection cut. Default 60,000. */
  readonly answerIdleMs?: number;
  /**
   * How long `GET /features` waits for an upstream that does not tell its own, and before it has told any asks again every hundredth of it.
   * Default 25,000: the host waits for 30,000.
   */
  readonly featuresWaitMs?: number;
}

/** Options with every default filled in. */
export type Settings = Required<Omit<ServiceOptions, 'upstream' | 'fetch'>> &
  Pick<ServiceOptions, 'upstream' | 'fetch'>;

const MEGABYTE = 1024 * 1024;

const NO_LOG: ServiceLog = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Options with their defaults. @throws TypeError when one makes no sense, ConfigurationError when it is `configDefaults`. */
export function parseServiceOptions(options: ServiceOptions): Settings {
  const { mode = 'inline', upstream } = options;
  if (mode !== 'inline' && mode !== 'delivery') {
    throw new TypeError(`mode: expected "inline" or "delivery", found ${typeof mode}`);
  }
  if (upstream !== undefined && !isUpstreamUrl(upstream)) {
    // Not shown: there may be a password in it.
    throw new TypeError('upstream: expected a URL with http or https, without user, query and fragment');
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
    mode,
    // The host tries again by itself, and waits for whoever is slowest in a batch: shorter than the router's own defaults.
    // More in flight, too: twenty plans that hang are one batch of the host, and must not hold up all others.
    router: {
      maxAttempts: 3,
      maxPlanTimeMs: 15_000,
      maxPending: 10_000,
      concurrency: 100,
      ...options.router,
    },
  };
}

/** Whether requests can be forwarded there: paths are appended to it, and a user in it would never be sent. */
export function isUpstreamUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return /^https?:$/.test(protocol) && username + password === '' && !/[?#]/.test(text);
}
