import { Option, type Command } from 'commander';
import { PROGRESS_STYLES } from '../deliver/report/progress.js';
import { wordsToRepeat } from '../deliver/report/words-to-repeat.js';
import type { CommandIo } from '../io.js';
import { addSetupOptions, brokersOption, kafkaSettingsOption } from '../kafka/kafka-options.js';
import { duration, wholeNumber } from '../options.js';
import type { PublishOptions } from './publish-options.js';

const HELP = `
Input: as for deliver: messages, batches ({"batch":[…]}) or lines of a rejected
file, as JSON lines, JSON arrays or pretty-printed JSON, plain or gzipped.

publish writes each message that it can read, of whatever type, as the JSON
value of one record. It skips none that is switched off: consume does. The key
is the user of the message, found as the mapping finds it; for a group message
without a user the account. So all messages of a user are in one partition, in
their order.

Messages of one account have the keys of their users, so they can overtake each
other between partitions.

publish waits until all in-sync replicas have a message, and notes in a
checkpoint beside the first file what is done. After a kill or a stop, start the
same command again: it continues from there.

TLS and SASL come from --kafka-settings or from the environment
(GAINSIGHT_PX_KAFKA_…).

Exit codes: 0 everything published, 1 something not published, 2 wrong usage or
configuration.

Example:
  $ gainsight-px publish events.jsonl --brokers kafka-1:9092 --topic px-events \\
      --setup --rejected rejected.jsonl
`;

const RETRY_FOR_MS = 15 * 60_000;

/** Options that another run has otherwise, or needs no more. */
const CHANGING = ['rejected', 'skip', 'setup'];

/** Adds the command `publish`. */
export function registerPublish(program: Command, io: CommandIo): void {
  const command = program
    .command('publish')
    .description('write messages to a Kafka topic')
    .argument('[files...]', 'files of messages; - or no file: the standard input')
    .addOption(brokersOption().makeOptionMandatory())
    .requiredOption('--topic <name>', 'topic to write to')
    .addOption(kafkaSettingsOption())
    .option('-r, --rejected <file>', 'new file for what is not published, in the order of the input')
    .option('--checkpoint <file>', 'where the run notes what is done (default: beside the first file)')
    .option('--no-checkpoint', 'note nothing: a run that is killed cannot be resumed')
    .option('--skip <number>', 'skip this many messages at the beginning', wholeNumber(0), 0)
    .option('--include-refused', 'also publish what was refused for good in an earlier run')
    .addOption(
      new Option('--retry-for <duration>', 'how long to try while Kafka is not answering; 0: not at all')
        .argParser(duration)
        .default(RETRY_FOR_MS, '15m'),
    );
  addSetupOptions(command)
    .addOption(
      new Option('--progress <style>', 'how to show progress').choices(PROGRESS_STYLES).default('auto'),
    )
    .option('--json', 'print the summary as one JSON object')
    .addHelpText('after', HELP)
    .action(async (files: string[], options: PublishOptions) => {
      const { publish } = await import('./publish.js');
      await publish(files, { options, wordsToRepeat: wordsToRepeat(command, CHANGING) }, io);
    });
}
