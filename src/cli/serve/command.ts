import { Option, type Command } from 'commander';
import { ROUTER_DEFAULTS } from '../../router/index.js';
import type { CommandIo } from '../io.js';
import {
  concurrencyOption,
  configOption,
  duration,
  durationText,
  pxUrlOption,
  redisOption,
  redisProcessesOption,
  requestsPerDayOption,
  requestsPerSecondOption,
  requestTimeoutOption,
  skipUnchangedOption,
  wholeNumber,
} from '../options.js';
import { USUAL_SKIP_UNCHANGED } from '../settings/shared-limits.js';
import type { ServeOptions } from './options.js';
import { serve } from './serve.js';

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

--ingest also takes messages without a host, at POST /v1/deliver and at the
paths of SDKs (/v1/batch, /v1/track …), and delivers them with --config. Callers
send the token of the environment variable GAINSIGHT_PX_INGEST_TOKEN, as
"Authorization: Bearer …" or as the user name of HTTP Basic. docs/engines.md has
the settings of Kafka Connect, Vector and others.

--live shows the last events in a browser, with their requests and outcomes.
They hold personal data, and are in memory only. On a loopback address it needs
no token. On any other --host, set GAINSIGHT_PX_LIVE_TOKEN; the page asks for
it.

--concurrency and the limits hold for each API key in this service, with all of
its --workers: give each of two replicas half of what PX allows; or share the
limits with --redis. GAINSIGHT_PX_REDIS_PASSWORD holds the password of Redis.

OTEL_EXPORTER_OTLP_ENDPOINT names a collector: then the service reports what it
does in the traces of its callers (docs/operations.md).

The log goes to the standard output, one JSON line per request, without keys and
personal data. SIGTERM waits for the grace time before it stops, Ctrl-C does
not. A second signal ends either wait.

Example:
  $ gainsight-px serve --host 0.0.0.0
  $ gainsight-px serve --host 0.0.0.0 --upstream http://transformer:9090
  $ gainsight-px serve --ingest --config destination.json
  $ gainsight-px serve --live
`;

/** Adds the command `serve`. */
export function registerServe(program: Command, io: CommandIo): void {
  program
    .command('serve')
    .description('serve a RudderStack host as its destination transformer')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <number>', 'port to listen on; 0 takes a free one', wholeNumber(0), 9090)
    .option('--workers <number>', 'processes that serve the port together', wholeNumber(1, 64), 1)
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
    .option('--ingest', 'also take messages at POST /v1/deliver; needs a token, see below')
    .option('--live', 'show the last events at GET /live; beyond loopback it needs a token, see below')
    .addOption(configOption())
    .addOption(
      new Option('--ingest-deadline <duration>', 'when a request to --ingest is answered at the latest')
        .argParser(duration)
        .default(8_000, durationText(8_000)),
    )
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
    .addOption(skipUnchangedOption(USUAL_SKIP_UNCHANGED))
    .addOption(pxUrlOption())
    .addHelpText('after', HELP)
    .action((options: ServeOptions) => serve(options, program.version(), io));
}
