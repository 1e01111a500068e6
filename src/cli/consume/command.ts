import { Option, type Command } from 'commander';
import { ROUTER_DEFAULTS } from '../../router/index.js';
import type { CommandIo } from '../io.js';
import {
  concurrencyOption,
  configOption,
  duration,
  eachParsedBy,
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
import { addSetupOptions, brokersOption, kafkaSettingsOption } from '../kafka/kafka-options.js';
import { LOG_LEVELS } from '../output/service-log.js';
import type { ConsumeOptions } from './options.js';

const HELP = `
The value of a record is a message, an array of messages or a batch
({"batch":[…]}), as JSON. Start as many workers of one group as the topics have
partitions: Kafka divides the partitions between them, and hands over those of a
worker that ends or dies.

An offset is committed when all messages before it are delivered, skipped or in
the dead-letter topic. Delivery is at least once: what a worker had delivered
and not committed when it died is delivered again.

A message that PX does not take holds back later messages of its user and
account, and no others. While PX takes nothing, the worker waits, however long.
A message that fails for --retry-for while PX takes others becomes a dead
letter.

Key records by user, so that all messages of a user are in one partition.
Messages about one account may be in several partitions, and then an older one
can come last. With --redis all workers know what PX holds, and which event
wrote it: then an older event does not overwrite a newer one, for 10 minutes.

A key that PX refuses (401, 403) ends the worker, exit code 1. SIGTERM ends it
with exit code 0: it finishes the requests in flight, commits, and leaves the
group. A second signal does not wait for the requests.

TLS and SASL come from --kafka-settings or from the environment
(GAINSIGHT_PX_KAFKA_…). The log goes to the standard output, one JSON line each,
without keys and personal data.

Example:
  $ gainsight-px consume --brokers kafka-1:9092 --topic px-events --group px \\
      --config destination.json --metrics-port 9091
`;

/** Adds the command `consume`. */
export function registerConsume(program: Command, io: CommandIo): void {
  const command = program
    .command('consume')
    .description('deliver the messages of Kafka topics to Gainsight PX')
    .addOption(brokersOption().makeOptionMandatory())
    .addOption(
      new Option('--topic <name>', 'topic to read; may be repeated')
        .argParser(eachParsedBy((text) => text))
        .makeOptionMandatory(),
    )
    .requiredOption('--group <name>', 'consumer group of this worker')
    .addOption(configOption())
    .option('--dead-letters <topic>', 'for what cannot be delivered (default: <topic>.dead-letters)')
    .addOption(kafkaSettingsOption())
    .addOption(
      new Option('--from <place>', 'where a group without a commit begins')
        .choices(['earliest', 'latest'])
        .default('earliest'),
    )
    .addOption(
      new Option('--retry-for <duration>', 'how long a message is tried while PX takes others')
        .argParser(duration)
        .default(15 * 60_000, '15m'),
    )
    .addOption(
      new Option('--on-quota <action>', 'what to do when --requests-per-day is used up')
        .choices(['wait', 'stop'])
        .default('wait'),
    )
    .option('--window <messages>', 'messages beyond the commits at most', wholeNumber(1), 10_000)
    .option('--window-memory <megabytes>', 'their records at most', wholeNumber(1), 64)
    .addOption(
      new Option('--session-timeout <duration>', 'after it the group replaces a silent worker')
        .argParser(duration)
        .default(15_000, '15s'),
    )
    .option('--metrics-port <number>', 'serve /metrics and /health; 0: a free port', wholeNumber(0))
    .option('--metrics-host <address>', 'address to serve them on', '127.0.0.1')
    .addOption(new Option('--log-level <level>', 'how much is logged').choices(LOG_LEVELS).default('info'))
    .addOption(concurrencyOption(ROUTER_DEFAULTS.concurrency))
    .addOption(requestsPerSecondOption(ROUTER_DEFAULTS.requestsPerSecond))
    .addOption(requestsPerDayOption(ROUTER_DEFAULTS.requestsPerDay))
    .addOption(redisOption())
    .addOption(redisProcessesOption())
    .addOption(skipUnchangedOption(USUAL_SKIP_UNCHANGED))
    .addOption(requestTimeoutOption(ROUTER_DEFAULTS.requestTimeoutMs))
    .addOption(pxUrlOption());
  addSetupOptions(command)
    .addHelpText('after', HELP)
    .action(async (options: ConsumeOptions) => {
      // Loaded here, because pino and the metrics load slowly, and the help does not need them.
      const { consume } = await import('./consume.js');
      await consume(options, program.version(), io);
    });
}
