import { UPSTREAM_EXPECTED, isUpstreamUrl } from '../../runtime/index.js';
import type { Service, ServiceAddress } from '../../service/index.js';
import { bestEffort, type CommandIo, UsageError } from '../io.js';
import { printable } from '../output/printable.js';
import { loadDefaults } from '../settings/load-settings.js';
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
  const { mode, upstream, defaults, bodyMemory, pxUrl, logLevel, graceMs, drainMs } = options;
  const { concurrency, requestsPerSecond, requestsPerDay, requestTimeout } = options;
  if (upstream !== undefined && !isUpstreamUrl(upstream)) {
    throw new UsageError(`--upstream: expected ${UPSTREAM_EXPECTED}, such as http://127.0.0.1:9091`);
  }
  const ingest = ingestSettings(options, io.env);
  const configDefaults = defaults === undefined ? {} : loadDefaults(defaults);
  // The service continues when its log cannot be written: without the service the host cannot deliver.
  const log = createLog(logLevel, bestEffort(io.stdout));
  const service = createService({
    mode,
    log,
    configDefaults,
    bodyMemoryBytes: bodyMemory * MEGABYTE,
    router: {
      concurrency,
      requestsPerSecond,
      requestsPerDay,
      requestTimeoutMs: requestTimeout,
      ...(pxUrl === undefined ? {} : { origin: pxUrl }),
    },
    ...(version === undefined ? {} : { version }),
    ...(upstream === undefined ? {} : { upstream }),
    ...(ingest === undefined ? {} : { ingest }),
  });
  const { origin, port } = await listen(service, options);
  const stopping = stopRequest(io);
  log.info(
    {
      origin,
      port,
      mode,
      front: upstream !== undefined,
      ingest: ingest !== undefined,
      defaults: Object.keys(configDefaults),
    },
    'listening',
  );
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
