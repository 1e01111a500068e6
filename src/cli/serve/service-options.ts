import type { SharedThroughRedis } from '../../redis/index.js';
import { UPSTREAM_EXPECTED, isUpstreamUrl } from '../../runtime/index.js';
import type { ServiceOptions } from '../../service/index.js';
import { UsageError, type Environment } from '../io.js';
import { readPage } from '../pages/page.js';
import { loadDefaults } from '../settings/load-settings.js';
import { sharedRouterOptions } from '../settings/shared-limits.js';
import { ingestSettings } from './ingest-settings.js';
import { liveSettings } from './live-settings.js';
import type { ServeOptions } from './options.js';

const MEGABYTE = 1024 * 1024;

/**
 * The options of the service; of one worker where there are several, each with its share of the memory and of the requests in flight.
 *
 * @throws UsageError when an option or a file is wrong
 * @throws ConfigurationError when the configuration of `--ingest` is
 */
export function serviceOptions(
  options: ServeOptions,
  version: string | undefined,
  env: Environment,
): ServiceOptions {
  const { mode, upstream, defaults, bodyMemory, pxUrl, workers, skipUnchanged } = options;
  const { concurrency, requestsPerSecond, requestsPerDay, requestTimeout } = options;
  if (upstream !== undefined && !isUpstreamUrl(upstream)) {
    throw new UsageError(`--upstream: expected ${UPSTREAM_EXPECTED}, such as http://127.0.0.1:9091`);
  }
  const ingest = ingestSettings(options, env);
  const live = liveSettings(options, env);
  return {
    mode,
    inspectorPage: readPage('inspector'),
    configDefaults: defaults === undefined ? {} : loadDefaults(defaults),
    bodyMemoryBytes: Math.ceil((bodyMemory * MEGABYTE) / workers),
    router: {
      concurrency: Math.max(1, Math.floor(concurrency / workers)),
      requestsPerSecond,
      requestsPerDay,
      requestTimeoutMs: requestTimeout,
      ...sharedRouterOptions(undefined, skipUnchanged),
      ...(pxUrl === undefined ? {} : { origin: pxUrl }),
    },
    ...(version === undefined ? {} : { version }),
    ...(upstream === undefined ? {} : { upstream }),
    ...(ingest === undefined ? {} : { ingest }),
    ...(live === undefined ? {} : { live }),
  };
}

/** The same, with limits and an object memory that are shared through Redis. */
export function withShared(
  settings: ServiceOptions,
  shared: SharedThroughRedis | undefined,
  { skipUnchanged }: ServeOptions,
): ServiceOptions {
  if (shared === undefined) return settings;
  return {
    ...settings,
    router: { ...settings.router, ...sharedRouterOptions(shared, skipUnchanged) },
    sharedLimits: () => shared.stats(),
  };
}
