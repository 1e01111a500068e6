import { Option, type Command } from 'commander';
import { ROUTER_DEFAULTS } from '../../router/index.js';
import { UPSTREAM_EXPECTED, isUpstreamUrl } from '../../runtime/index.js';
import type { Mode, Service, ServiceAddress, ServiceLog } from '../../service/index.js';
import { bestEffort, type CommandIo, UsageError } from '../io.js';
import {
  concurrencyOption,
  pxUrlOption,
  redisOption,
  redisProcessesOption,
  requestsPerDayOption,
  requestsPerSecondOption,
  requestTimeoutOption,
  skipUnchangedFor,
  skipUnchangedOption,
  wholeNumber,
  type SendingLimits,
  type SharingOptions,
} from '../options.js';
import { printable } from '../output/printable.js';
import type { LogLevel } from '../output/service-log.js';
import { loadDefaults } from '../settings/load-settings.js';
import { openSharedLimits } from '../settings/shared-limits.js';

interface Options extends SendingLimits, SharingOptions {
  readonly host: string;
  readonly port: number;
  readonly mode: Mode;
  readonly upstream?: string;
  readonly defaults?: string;
  readonly bodyMemory: number;
  /** In milliseconds; 0: off. */
  readonly skipUnchanged: number;
  readonly logLevel: LogLevel;
  readonly graceMs: number;
  readonly drainMs: number;
  readonly pxUrl?: string;
}

const MEGABYTE = 1024 * 1024;

const HELP = `
Set on the RudderStack host:
  DEST_TRANSFORM_URL=http://<this machine>:9090
and with --mode delivery also:
  RSERVER_ROUTER_GAINSIGHT_PX_TRANSFORMER_PROXY=true

When the host has other destinations, --upstream names the transformer that
serves them. All of their requests are forwarded to it.

--defaults names a JSON file with keys of the configuration (not apiKey and
productTagKey) for every destination that does not set them itself:
  {"pageEvents": true, "dataCenter": "EU"}
A null, or a map without a filled row, counts as not set.

--concurrency and the limits hold for each API key in this process: give each of
two replicas half of what PX allows; or share the limits with --redis. A password
of Redis belongs into GAINSIGHT_PX_REDIS_PASSWORD.

The log goes to the standard output, one JSON line per request, without keys and
personal data. SIGTERM waits for the grace time before it stops, Ctrl-C does
not. A second signal ends either wait.

Example:
  $ gainsight-px serve --host 0.0.0.0
  $ gainsight-px serve --host 0.0.0.0 --upstream http://transformer:9090
`;

/** Adds the command `serve`. */
export function registerServe(program: Command, io: CommandIo): void {
  program
    .command('serve')
    .description('serve a RudderStack host as its destination transformer')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <number>', 'port to listen on; 0 takes a free one', wholeNumber(0), 9090)
    .addOption(
      new Option(
        '--mode <mode>',
        'when events are sent to PX: while they are transformed, or by the delivery proxy',
      )
        .choices(['inline', 'delivery'])
        .default('inline'),
    )
    .option('--upstream <url>', 'transformer that serves all other destinations')
    .option('--defaults <file>', 'JSON file with configuration for all destinations')
    .addOption(
      new Option('--log-level <level>', 'how much is logged')
        .choices(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
        .default('info'),
    )
    .option('--body-memory <megabytes>', 'request bodies in memory at most; others wait', wholeNumber(1), 64)
    .option('--grace-ms <ms>', 'how long new work is accepted after SIGTERM', wholeNumber(0), 5_000)
    .option('--drain-ms <ms>', 'time to finish the work in flight after that', wholeNumber(0), 70_000)
    .addOption(concurrencyOption(100))
    .addOption(requestsPerSecondOption(ROUTER_DEFAULTS.requestsPerSecond))
    .addOption(requestsPerDayOption(ROUTER_DEFAULTS.requestsPerDay))
    .addOption(redisOption())
    .addOption(redisProcessesOption())
    .addOption(requestTimeoutOption(ROUTER_DEFAULTS.requestTimeoutMs))
    .addOption(skipUnchangedOption(0))
    .addOption(pxUrlOption())
    .addHelpText('after', HELP)
    .action((options: Options) => serve(options, program.version(), io));
}

async function serve(options: Options, version: string | undefined, io: CommandIo): Promise<void> {
  // Loaded here, because the service loads slowly and other commands do not need it.
  const [{ createService }, { createLog }] = await Promise.all([
    import('../../service/index.js'),
    import('../output/service-log.js'),
  ]);
  const { mode, upstream, defaults, bodyMemory, pxUrl, logLevel } = options;
  const { concurrency, requestsPerSecond, requestsPerDay, requestTimeout, skipUnchanged } = options;
  if (upstream !== undefined && !isUpstreamUrl(upstream)) {
    throw new UsageError(`--upstream: expected ${UPSTREAM_EXPECTED}, such as http://127.0.0.1:9091`);
  }
  const configDefaults = defaults === undefined ? {} : loadDefaults(defaults);
  // The service continues when its log cannot be written: without the service the host cannot deliver.
  const log = createLog(logLevel, bestEffort(io.stdout));
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
      mode,
      log,
      configDefaults,
      bodyMemoryBytes: bodyMemory * MEGABYTE,
      router: {
        concurrency,
        requestsPerSecond,
        requestsPerDay,
        requestTimeoutMs: requestTimeout,
        ...skipUnchangedFor(skipUnchanged),
        ...(pxUrl === undefined ? {} : { origin: pxUrl }),
        ...(shared === undefined ? {} : { rateLimiter: shared.rateLimiter }),
      },
      ...(shared === undefined ? {} : { sharedLimits: () => shared.stats() }),
      ...(version === undefined ? {} : { version }),
      ...(upstream === undefined ? {} : { upstream }),
    });
    await runUntilStopped(service, { ...options, defaultKeys: Object.keys(configDefaults) }, log, io);
  } finally {
    await shared?.close();
  }
}

async function runUntilStopped(
  service: Service,
  options: Options & { readonly defaultKeys: readonly string[] },
  log: ServiceLog,
  io: CommandIo,
): Promise<void> {
  const { mode, upstream, graceMs, drainMs, defaultKeys } = options;
  const { origin, port } = await listen(service, options);
  const stopping = stopRequest(io);
  log.info({ origin, port, mode, front: upstream !== undefined, defaults: defaultKeys }, 'listening');
  io.stderr.write(printable(notice(origin, options)));
  io.stderr.write('\n');

  const { graceful, hurry } = await stopping.first;
  log.info({ graceMs: graceful ? graceMs : 0 }, 'stopping');
  await service.stop({ graceMs: graceful ? graceMs : 0, drainMs, hurry });
  stopping.done();
  log.info({}, 'stopped');
}

async function listen(service: Service, { port, host }: Options): Promise<ServiceAddress> {
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

const WHAT_MODES_DO: Readonly<Record<Mode, string>> = {
  inline: 'it delivers every event while the host has it transformed',
  delivery: 'it delivers every event that the host passes to the delivery proxy',
};

const ANY_ADDRESS: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

/** One line: what runs, and what to set on the host. */
function notice(origin: string, { mode, upstream, host }: Options): string {
  // 0.0.0.0 and :: are not addresses that the host can reach.
  const reachable = ANY_ADDRESS.has(host) ? origin.replace(/\/\/.*:/, '//<this machine>:') : origin;
  const settings = [
    `DEST_TRANSFORM_URL=${reachable}`,
    ...(mode === 'delivery' ? ['RSERVER_ROUTER_GAINSIGHT_PX_TRANSFORMER_PROXY=true'] : []),
  ];
  const rest = upstream === undefined ? '' : '; all other destinations are forwarded';
  return `serving at ${origin}, mode ${mode}: ${WHAT_MODES_DO[mode]}${rest}. Set on the host: ${settings.join(' and ')}`;
}

interface StopRequest {
  /** The first signal: `graceful` for SIGTERM; a second signal aborts `hurry`. */
  readonly first: Promise<{ readonly graceful: boolean; readonly hurry: AbortSignal }>;
  /** Removes the signal listeners. */
  readonly done: () => void;
}

/**
 * SIGTERM comes from an orchestrator, which must first see that the service is not ready. Ctrl-C comes from a
 * person who waits.
 */
function stopRequest(io: CommandIo): StopRequest {
  const hurry = new AbortController();
  let resolve!: (request: { graceful: boolean; hurry: AbortSignal }) => void;
  const first = new Promise<{ graceful: boolean; hurry: AbortSignal }>((settle) => {
    resolve = settle;
  });
  let asked = false;
  const ask = (graceful: boolean): void => {
    if (asked) hurry.abort();
    asked = true;
    resolve({ graceful, hurry: hurry.signal });
  };
  const onTerm = (): void => {
    ask(true);
  };
  const onInterrupt = (): void => {
    ask(false);
  };
  io.on('SIGTERM', onTerm);
  io.on('SIGINT', onInterrupt);
  const done = (): void => {
    io.off('SIGTERM', onTerm);
    io.off('SIGINT', onInterrupt);
  };
  return { first, done };
}
