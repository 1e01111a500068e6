import cluster from 'node:cluster';
import type { ClusterMetrics } from '../../metrics/index.js';
import type { SharedThroughRedis } from '../../redis/index.js';
import { systemClock, type RouterOptions } from '../../router/index.js';
import type { Service, ServiceAddress, ServiceLog, ServiceOptions } from '../../service/index.js';
import type { OpenTracing } from '../../tracing/index.js';
import { bestEffort, type CommandIo, UsageError } from '../io.js';
import { printable } from '../output/printable.js';
import { openSharedLimits } from '../settings/shared-limits.js';
import { notice } from './notice.js';
import type { ServeOptions } from './options.js';
import { serviceOptions, withShared } from './service-options.js';
import { stopRequest, type StopRequest } from './stop-request.js';
import { closeTraces, openTraces, wantsTraces } from './traces.js';
import { WorkerChannel } from './workers/worker-channel.js';
import { WorkerPool } from './workers/worker-pool.js';

/** How a process serves. */
interface Serving {
  readonly options: ServeOptions;
  readonly settings: ServiceOptions;
  readonly log: ServiceLog;
  readonly io: CommandIo;
}

/** Runs the service until a signal stops it: in this process, or in several. */
export async function serve(
  options: ServeOptions,
  version: string | undefined,
  io: CommandIo,
): Promise<void> {
  const settings = serviceOptions(options, version, io.env);
  const { createLog } = await import('../output/service-log.js');
  const worker = options.workers > 1 ? cluster.worker : undefined;
  const base = worker === undefined ? null : { worker: worker.id, pid: process.pid };
  // The service continues when its log cannot be written: without the service the host cannot deliver.
  const log = createLog(options.logLevel, bestEffort(io.stdout), base);
  const serving = { options, settings: withQuotaLog(settings, log), log, io };
  if (options.workers === 1) await serveAlone(serving);
  else if (worker === undefined) await serveWithWorkers(serving);
  else await serveAsWorker(serving);
}

async function serveAlone(serving: Serving): Promise<void> {
  const { options, settings, log, io } = serving;
  const shared = await openShared(serving);
  try {
    const traces = await openTraces(io.env, settings.version, log);
    const service = await create({ ...withShared(settings, shared, options), ...tracingOf(traces), log });
    const address = await listen(service, options);
    const stopping = stopRequest(io);
    announce(address, serving);
    await stopOnRequest(service, traces, stopping, serving);
  } finally {
    await shared?.close();
  }
}

/** One worker process: the primary process announces the address, and stops it. */
async function serveAsWorker(serving: Serving): Promise<void> {
  const { options, settings, log, io } = serving;
  const stopping = stopRequest(io);
  const channel = new WorkerChannel(process, stopping);
  let shared: SharedThroughRedis | undefined;
  try {
    shared = await openShared(serving);
    const ofWorker =
      shared === undefined ? throughPrimary(serving, channel) : withShared(settings, shared, options);
    const traces = await openTraces(io.env, settings.version, log);
    const service = await create({ ...ofWorker, ...tracingOf(traces), log, group: channel.group });
    channel.send({ kind: 'listening', ...(await listen(service, options)) });
    await stopOnRequest(service, traces, stopping, serving);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    channel.send({ kind: 'failed', message: error.message });
    await stopping.first;
  } finally {
    await shared?.close();
    stopping.done();
    channel.close();
  }
}

/** The primary process counts what all workers send. */
function throughPrimary(
  { options: { requestsPerSecond, requestsPerDay, skipUnchanged = 0 }, settings }: Serving,
  { limits }: WorkerChannel,
): ServiceOptions {
  if (skipUnchanged > 0) {
    throw new UsageError(
      '--skip-unchanged with several --workers needs --redis: a worker alone does not know what the others write',
    );
  }
  if (requestsPerSecond === Infinity && requestsPerDay === Infinity) return settings;
  return { ...settings, router: { ...settings.router, rateLimiter: limits.limiterFor } };
}

async function serveWithWorkers(serving: Serving): Promise<void> {
  const { options, log, io } = serving;
  const { ClusterMetrics: Metrics } = await import('../../metrics/index.js');
  const { workers, requestsPerSecond, requestsPerDay, graceMs } = options;
  // Each worker accepts connections itself. With round robin, a connection on its way to a worker that dies hangs until its client gives up.
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  const metrics: ClusterMetrics = new Metrics(() => pool.serving);
  const pool = new WorkerPool({
    workers,
    limits: { requestsPerSecond, requestsPerDay },
    clock: systemClock,
    log,
    fork: () => cluster.fork(),
    onRestart: () => {
      metrics.restarted();
    },
    metrics: () => metrics.text(),
  });
  const address = await pool.start();
  const stopping = stopRequest(io);
  announce(address, serving);
  const { graceful, hurry } = await stopping.first;
  log.info({ graceMs: graceful ? graceMs : 0 }, 'stopping');
  await pool.stop(graceful, hurry);
  stopping.done();
  log.info({}, 'stopped');
}

/** Loaded only here, because the service loads slowly and the primary process of workers does not need it. */
async function create(settings: ServiceOptions): Promise<Service> {
  const { createService } = await import('../../service/index.js');
  return createService(settings);
}

const tracingOf = (traces: OpenTracing | undefined): Pick<ServiceOptions, 'tracing'> =>
  traces === undefined ? {} : { tracing: traces.tracing };

/** The warnings of a process that shares its limits with no other. */
function withQuotaLog(settings: ServiceOptions, log: ServiceLog): ServiceOptions {
  const onQuota: RouterOptions['onQuota'] = (warning, { keyFingerprint }) => {
    log.warn({ ...warning, keyFingerprint }, 'the requests of the last 24 hours approach requestsPerDay');
  };
  return { ...settings, router: { ...settings.router, onQuota } };
}

/** Every worker counts as a process of its own. */
function openShared({ options, log, io }: Serving): Promise<SharedThroughRedis | undefined> {
  const { workers, redisProcesses } = options;
  const sharing =
    redisProcesses === undefined ? options : { ...options, redisProcesses: redisProcesses * workers };
  return openSharedLimits(sharing, io.env, {
    onChange: ({ isConnected, text }) => {
      log[isConnected ? 'info' : 'warn']({}, text);
    },
    onQuota: (warning) => {
      log.warn(warning, 'the requests of the last 24 hours, of all processes, approach requestsPerDay');
    },
  });
}

function announce({ origin, port }: ServiceAddress, { options, settings, log, io }: Serving): void {
  const { workers, upstream, mode } = options;
  const { ingest, live, configDefaults = {} } = settings;
  log.info(
    {
      origin,
      port,
      mode,
      front: upstream !== undefined,
      ingest: ingest !== undefined,
      live: live !== undefined,
      ...(wantsTraces(io.env) ? { traces: true } : {}),
      defaults: Object.keys(configDefaults),
      ...(workers === 1 ? {} : { workers }),
    },
    'listening',
  );
  io.stderr.write(printable(notice(origin, options)));
  io.stderr.write('\n');
}

async function stopOnRequest(
  service: Service,
  traces: OpenTracing | undefined,
  stopping: StopRequest,
  { options, log, io }: Serving,
): Promise<void> {
  const { drainMs } = options;
  const { graceful, hurry } = await stopping.first;
  const graceMs = graceful ? options.graceMs : 0;
  const endMs = systemClock.nowMs() + graceMs + drainMs;
  log.info({ graceMs }, 'stopping');
  await service.stop({ graceMs, drainMs, hurry });
  if (!(await closeTraces(traces, { endMs, hurry }))) {
    log.warn({}, 'the last traces could not be exported in time');
    io.endsAtOnce = true;
  }
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
