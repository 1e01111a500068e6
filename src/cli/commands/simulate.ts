import type { Command } from 'commander';
import {
  createSimulator,
  FAULT_NAMES,
  parseFault,
  type FaultRule,
  type Listening,
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
  readonly json?: boolean;
}

const HELP = `
A rule is written fault[@route][:nth=N|:every=N]. Without nth and every, each
request fails. A fault is an HTTP status, delay-<ms>, or one of
  ${FAULT_NAMES.join(', ')
    .replace(/(.{1,76})(?: |$)/g, '$1\n  ')
    .trim()}

Example:
  $ gainsight-px simulate --port 8080 --latency-ms 20 --fault error-500:every=7
  $ gainsight-px deliver events.jsonl --config destination.json --px-url http://127.0.0.1:8080
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
  return {
    latencyMs,
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
