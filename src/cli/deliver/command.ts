import { Option, type Command } from 'commander';
import { ROUTER_DEFAULTS } from '../../router/index.js';
import { parseFault } from '../../simulator/index.js';
import type { CommandIo } from '../io.js';
import {
  concurrencyOption,
  configOption,
  eachParsedBy,
  onQuotaOption,
  pxUrlTextOption,
  redisOption,
  redisProcessesOption,
  requestsPerDayOption,
  requestsPerSecondOption,
  requestTimeoutOption,
  retryForOption,
  skipUnchangedOption,
  wholeNumber,
} from '../options.js';
import type { DeliverCommandOptions } from './deliver-options.js';
import { deliver } from './deliver.js';
import { PROGRESS_STYLES } from './report/progress.js';
import { wordsToRepeat } from './report/words-to-repeat.js';

/** Longer than PX needs for an update of itself, shorter than a person wants to wait. */
const RETRY_FOR_MS = 15 * 60 * 1000;

const HELP = `
Input: messages, batches ({"batch":[…]}) or lines of a rejected file, as JSON
lines, JSON arrays or pretty-printed JSON; UTF-8 or UTF-16, plain or gzipped.
deliver reads several files one after another. It replaces a pattern such as
'archive/*.jsonl.gz' by the files that match.

deliver skips messages that are switched off, and the types page, screen and
alias. It writes what it could not deliver to the --rejected file, which is
input for deliver again.

deliver notes in a checkpoint beside the first file what is done. After a kill
or a stop, start the same command again: it continues from there.

While PX does not answer, the run waits and tries one request from time to time.
After --retry-for it stops: what is not sent stays for the next run.

Exit codes: 0 everything delivered or skipped, 1 something not delivered,
2 wrong usage or configuration.

Examples:
  $ gainsight-px deliver events.jsonl --config destination.json --rejected rejected.jsonl
  $ gainsight-px deliver rejected.jsonl --config destination.json --rejected rejected.2.jsonl
  $ gainsight-px deliver archive/*.jsonl.gz --config destination.json --dry-run
  $ zstd -dc events.jsonl.zst | gainsight-px deliver - --config destination.json --dry-run
`;

/** Options that another run has otherwise, or needs no more. */
const CHANGING = ['rejected', 'skip', 'simulateFault', 'report'];

/** Options that only a run which sends to PX reads: `--redis` is not checked elsewhere, so it may hold a password there. */
const OF_PX = ['redis', 'redisProcesses'];

/** Adds the command `deliver`. */
export function registerDeliver(program: Command, io: CommandIo): void {
  program
    .command('deliver')
    .description('deliver messages to Gainsight PX')
    .argument('[files...]', 'files of messages; - or no file: the standard input')
    .addOption(configOption())
    .option('-r, --rejected <file>', 'new file for what is not delivered, in the order of the input')
    .option('--checkpoint <file>', 'where the run notes what is done (default: beside the first file)')
    .option('--no-checkpoint', 'note nothing: a run that is killed cannot be resumed')
    .option('--skip <number>', 'skip this many messages at the beginning', wholeNumber(0), 0)
    .option('--include-refused', 'also send what was refused for good in an earlier run')
    .option('--dry-run', 'send nothing: count what would be sent')
    .option('--simulate', 'send to a simulated PX inside this process')
    .addOption(
      new Option('--simulate-fault <rule>', 'let the simulated PX fail, as in error-500:every=7')
        .argParser(eachParsedBy(parseFault))
        .default([], 'none'),
    )
    .addOption(concurrencyOption(ROUTER_DEFAULTS.concurrency))
    .addOption(requestsPerSecondOption(ROUTER_DEFAULTS.requestsPerSecond))
    .addOption(requestsPerDayOption(ROUTER_DEFAULTS.requestsPerDay))
    .addOption(redisOption())
    .addOption(redisProcessesOption())
    .addOption(onQuotaOption('stop'))
    .addOption(retryForOption(RETRY_FOR_MS))
    .addOption(requestTimeoutOption(ROUTER_DEFAULTS.requestTimeoutMs))
    .addOption(skipUnchangedOption().default(0, '0'))
    .option('--max-attempts <number>', 'how often one request is sent at most', wholeNumber(1), 5)
    .addOption(
      new Option('--progress <style>', 'how to show progress').choices(PROGRESS_STYLES).default('auto'),
    )
    .option('--report <file>', 'write a page about the run: charts, the slowest, what was rejected')
    .option('--json', 'print the summary as one JSON object')
    .addOption(pxUrlTextOption())
    .addHelpText('after', HELP)
    .action(async (files: string[], options: DeliverCommandOptions, command: Command) => {
      const isToPx = options.dryRun !== true && options.simulate !== true;
      const changing = isToPx ? CHANGING : [...CHANGING, ...OF_PX];
      await deliver(files, { options, wordsToRepeat: wordsToRepeat(command, changing) }, io);
    });
}
