import type { SharedThroughRedis } from '../../redis/index.js';
import { UPSTREAM_EXPECTED, isUpstreamUrl } from '../../runtime/index.js';
import type { Service, ServiceAddress, ServiceLog, ServiceOptions } from '../../service/index.js';
import { bestEffort, type CommandIo, UsageError } from '../io.js';
import { printable } from '../output/printable.js';
import { loadDefaults } from '../settings/load-settings.js';
import { openSharedLimits, sharedRouterOptions } from '../settings/shared-limits.js';
import { ingestSettings } from './ingest-settings.js';
import { notice } from './notice.js';
import type { ServeOptions } from './options.js';
import { stopRequest } from './stop-request.js';

const MEGABYTE = 1024 * 1024;

/** Runs the service until a signal stops it. */
export async function serve(
  options: ServeOptions,
  version: string | undefined,
  io: CommandIo,
): Promise<void> {
  // Loaded here, because the service loads slowly and other commands do not need it.
  const [{ createService }, { createLog }] = await Promise.all([
    import('../../service/index.js'),
    import('../output/service-log.js'),
  ]);
  const { upstream, defaults } = options;
  if (upstream !== undefined && !isUpstreamUrl(upstream)) {
    throw new UsageError(`--upstream: expected ${UPSTREAM_EXPECTED}, such as http://127.0.0.1:9091`);
  }
  const ingest = ingestSettings(options, io.env);
  const configDefaults = defaults === undefined ? {} : loadDefaults(defaults);
  // The service continues when its log cannot be written: without the service the host cannot deliver.
  const log = createLog(options.logLevel, bestEffort(io.stdout));
  const shared = await openSharedLimits(options, io.env, {
    onChange: ({ isConnected, text }) => {
      log[isConnected ? 'info' : 'warn']({}, text);
    },
    onQuota: (warning) => {
      log.warn(warning, 'the requests of the last 24 hours, of all processes, approach requestsPerDay');
    },
  });
  try {
    const service = createService({
      mode: options.mode,
      log,
      configDefaults,
      bodyMemoryBytes: options.bodyMemory * MEGABYTE,
      router: routerOptions(options, shared),
      ...(shared === undefined ? {} : { sharedLimits: () => shared.stats() }),
      ...(version === undefined ? {} : { version }),
      ...(upstream === undefined ? {} : { upstream }),
      ...(ingest === undefined ? {} : { ingest }),
    });
    const settings = { ingest: ingest !== undefined, defaults: Object.keys(configDefaults) };
    await runUntilStopped(service, { options, settings, log }, io);
  } finally {
    await shared?.close();
  }
}

function routerOptions(
  { concurrency, requestsPerSecond, requestsPerDay, requestTimeout, skipUnchanged, pxUrl }: ServeOptions,
  shared: SharedThroughRedis | undefined,
): ServiceOptions['router'] & object {
  return {
    concurrency,
    requestsPerSecond,
    requestsPerDay,
    requestTimeoutMs: requestTimeout,
    ...(pxUrl === undefined ? {} : { origin: pxUrl }),
    ...sharedRouterOptions(shared, skipUnchanged),
  };
}

/** How the service was started. */
interface Started {
  readonly options: ServeOptions;
  /** What the log says of the settings, beside the options. */
  readonly settings: object;
  readonly log: ServiceLog;
}

async function runUntilStopped(
  service: Service,
  { options, settings, log }: Started,
  io: CommandIo,
): Promise<void> {
  const { mode, upstream, graceMs, drainMs } = options;
  const { origin, port } = await listen(service, options);
  const stopping = stopRequest(io);
  log.info({ origin, port, mode, front: upstream !== undefined, ...settings }, 'listening');
  io.stderr.write(printable(notice(origin, options)));
  io.stderr.write('\n');

  const { graceful, hurry } = await stopping.first;
  log.info({ graceMs: graceful ? graceMs : 0 }, 'stopping');
  await service.stop({ graceMs: graceful ? graceMs : 0, drainMs, hurry });
  stopping.done();
  log.info({}, 'stopped');
}

async function listen(service: Service, { port, host }: ServeOptions): Promise<ServiceAddress> {
  try {
    return await service.listen({ port, host });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    await service.close();
    throw new UsageError(
      `cannot listen on ${host}, port ${port} (${code ?? 'unknown error'}): choose another --port, or 0 for a free one`,
    );
  }
}
