import { Option, type Command } from 'commander';
import { wholeNumber } from '../options.js';

/** The parsed options of every command that talks to Kafka. */
export interface KafkaOptions {
  readonly brokers: string;
  readonly kafkaSettings?: string;
}

/** The parsed options of commands that can create topics. */
export interface SetupOptions {
  readonly setup?: true;
  readonly partitions?: number;
  readonly replicationFactor?: number;
  readonly deadLetterDays: number;
}

/** More workers than partitions have nothing to do, and more partitions later would change the partition of each key. */
export const USUAL_PARTITIONS = 12;
const USUAL_DEAD_LETTER_DAYS = 30;

/** https://kafka.apache.org/documentation/#topicconfigs_retention.ms: milliseconds in 64 bits, here exact in a number. */
const MAX_DAYS = 36_500;

/** `--brokers <addresses>` */
export function brokersOption(): Option {
  return new Option('--brokers <addresses>', 'brokers to ask first: host:port,host:port');
}

/** `--kafka-settings <file>` */
export function kafkaSettingsOption(): Option {
  return new Option('--kafka-settings <file>', 'JSON file with TLS and SASL settings');
}

/** Adds `--setup` and what belongs to it. */
export function addSetupOptions(command: Command): Command {
  return command
    .option('--setup', 'create the topic and its dead-letter topic where they are missing')
    .option(
      '--partitions <number>',
      `of a topic that --setup creates (default: ${USUAL_PARTITIONS})`,
      wholeNumber(1),
    )
    .option('--replication-factor <number>', 'of topics that --setup creates', wholeNumber(1, 32_767))
    .option(
      '--dead-letter-days <number>',
      'how long dead letters stay; 0: for ever',
      wholeNumber(0, MAX_DAYS),
      USUAL_DEAD_LETTER_DAYS,
    );
}
