import { Option, type Command } from 'commander';
import {
  createSimulator,
  FAULT_NAMES,
  parseFault,
  REFUSALS,
  type AttributeInput,
  type AttributeModel,
  type FaultRule,
  type Listening,
  type Refusal,
  type RequestCounts,
  type Simulator,
  type SimulatorOptions,
} from '../../simulator/index.js';
import { type CommandIo, UsageError } from '../io.js';
import { eachParsedBy, wholeNumber } from '../options.js';
import { print } from '../output/print.js';
import { tableStyleOf, renderTable } from '../output/table.js';
import { stopSignal } from '../stop-signal.js';

interface Options {
  readonly port: number;
  readonly host: string;
  readonly latencyMs: number;
  readonly rateLimit?: number;
  readonly retryAfter?: number;
  readonly readLagMs?: number;
  readonly fault?: readonly FaultRule[];
  readonly requireKey?: boolean;
  readonly keyMay?: 'read' | 'write';
  readonly refuseWith: Refusal;
  readonly productTagKey?: readonly string[];
  readonly attribute?: readonly SimulatedAttribute[];
  readonly json?: boolean;
}

const HELP = `
A rule is written fault[@route][:nth=N|:every=N]. Without nth and every, each
request fails. A fault is an HTTP status, delay-<ms>, or one of
  ${FAULT_NAMES.join(', ')
    .replace(/(.{1,76})(?: |$)/g, '$1\n  ')
    .trim()}

An attribute is written model.name=TYPE[:STATE]. The model is user or account,
the type STRING, NUMBER, BOOLEAN or DATE_TIME, the state ENABLED or DISABLED. A
model with attributes drops all others; without any it takes every attribute.

Examples:
  $ gainsight-px simulate --port 8080 --latency-ms 20 --fault error-500:every=7
  $ gainsight-px deliver events.jsonl --config destination.json --px-url http://127.0.0.1:8080
  $ gainsight-px simulate --product-tag-key AP-EXAMPLE-2 --attribute user.plan=STRING
`;

/** Adds the command `simulate`. */
export function registerSimulate(program: Command, io: CommandIo): void {
  program
    .command('simulate')
    .description('run an in-memory Gainsight PX until it is stopped')
    .option('--port <number>', 'port to listen on; 0 takes a free one', wholeNumber(0), 0)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--latency-ms <ms>', 'delay of each response', wholeNumber(0), 0)
    .option('--rate-limit <number>', 'requests per second; further ones get 429', wholeNumber(1))
    .option('--retry-after <seconds>', 'Retry-After of a 429', wholeNumber(0))
    .option('--read-lag-ms <ms>', 'how long PX does not find a new object', wholeNumber(0))
    .option('--fault <rule>', 'which requests fail, and how; may be repeated', eachParsedBy(parseFault))
    .option('--require-key', 'accept only the key in GAINSIGHT_PX_API_KEY')
    .addOption(
      new Option('--key-may <permission>', 'all that the key may do (default: read and write)').choices([
        'read',
        'write',
      ]),
    )
    .addOption(
      new Option('--refuse-with <answer>', 'what it may not do gets this').choices(REFUSALS).default('403'),
    )
    .option('--product-tag-key <key>', 'a product of the subscription; may be repeated', collect)
    .option('--attribute <rule>', 'a custom attribute; may be repeated', eachParsedBy(parseAttribute))
    .option('--json', 'one JSON line when ready, and one at the end')
    .addHelpText('after', HELP)
    .action((options: Options) => simulate(options, io));
}

async function simulate(options: Options, io: CommandIo): Promise<void> {
  const simulator = createSimulator(simulatorOptions(options, io));
  const ready = await listen(simulator, options);
  // Before the ready line: its reader may stop the command at once.
  const stopped = stopSignal(io);
  const example = `gainsight-px deliver events.jsonl --config destination.json --px-url ${ready.origin}`;
  await print(
    io,
    options.json === true
      ? `${JSON.stringify(ready)}\n`
      : `Gainsight PX is simulated at ${ready.baseUrl}; Ctrl-C ends it. To send to it:\n  ${example}\n`,
  );
  await stopped;
  await simulator.close();
  await print(
    io,
    options.json === true
      ? `${JSON.stringify({ requests: simulator.requests })}\n`
      : countsText(simulator.requests, io),
  );
}

function simulatorOptions(options: Options, { env }: CommandIo): SimulatorOptions {
  const { latencyMs, rateLimit, retryAfter, readLagMs, fault, requireKey } = options;
  if (retryAfter !== undefined && rateLimit === undefined) {
    throw new UsageError('--retry-after needs a limit: add --rate-limit');
  }
  const apiKey = env.GAINSIGHT_PX_API_KEY ?? '';
  if (requireKey === true && apiKey === '') {
    throw new UsageError('no key to require: set GAINSIGHT_PX_API_KEY');
  }
  const { keyMay, refuseWith, productTagKey = [], attribute = [] } = options;
  const products = productTagKey.map((propertyKey, index) => ({ name: `Product ${index + 1}`, propertyKey }));
  return {
    latencyMs,
    products,
    attributes: { user: attributesOf(attribute, 'user'), account: attributesOf(attribute, 'account') },
    ...(keyMay === undefined
      ? {}
      : { permissions: { read: keyMay === 'read', write: keyMay === 'write', refusal: refuseWith } }),
    ...(fault === undefined ? {} : { faults: fault }),
    ...(requireKey === true ? { apiKey } : {}),
    ...(readLagMs === undefined ? {} : { readLag: { ms: readLagMs } }),
    ...(rateLimit === undefined
      ? {}
      : {
          rateLimit: {
            requestsPerSecond: rateLimit,
            ...(retryAfter === undefined ? {} : { retryAfterSeconds: retryAfter }),
          },
        }),
  };
}

/** A custom attribute that the simulated PX has. */
interface SimulatedAttribute extends AttributeInput {
  readonly model: AttributeModel;
}

const ATTRIBUTE =
  /^(?<model>user|account)\.(?<apiName>[^]+)=(?<type>STRING|NUMBER|BOOLEAN|DATE_TIME)(?::(?<state>ENABLED|DISABLED))?$/;

/** @throws UsageError */
function parseAttribute(text: string): SimulatedAttribute {
  const groups = ATTRIBUTE.exec(text)?.groups;
  if (groups === undefined) throw new UsageError('Expected model.name=TYPE, as in user.plan=STRING.');
  const { state = 'ENABLED', ...rest } = groups;
  return { ...rest, state } as SimulatedAttribute;
}

function attributesOf(attributes: readonly SimulatedAttribute[], wanted: AttributeModel): AttributeInput[] {
  return attributes.filter(({ model }) => model === wanted).map(({ model: _, ...attribute }) => attribute);
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

async function listen(simulator: Simulator, { port, host }: Options): Promise<Listening> {
  try {
    return await simulator.listen({ port, host });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(
      `cannot listen on ${host}, port ${port} (${code ?? 'unknown error'}): choose another --port, or 0 for a free one`,
    );
  }
}

function countsText({ total, byRoute, byStatus }: RequestCounts, io: CommandIo): string {
  if (total === 0) return 'no requests\n';
  const style = tableStyleOf(io.stdout, io.env);
  const tables = [
    renderTable(['route', 'requests'], rowsOf(byRoute), style),
    renderTable(['status', 'answers'], rowsOf(byStatus), style),
  ];
  return `${total} requests\n\n${tables.join('\n\n')}\n`;
}

const rowsOf = (counts: Readonly<Record<string, number>>): string[][] =>
  Object.entries(counts).map(([name, count]) => [name, String(count)]);
