import { InvalidArgumentError, Option, type Command } from 'commander';
import { CONVERTERS } from '../../core/index.js';
import { UsageError } from '../io.js';
import { brokersOption, kafkaSettingsOption, type KafkaOptions } from '../kafka/kafka-options.js';
import { eachParsedBy } from '../options.js';
import type { LetterFilter } from './letter.js';

/** The parsed options that `list` and `replay` share. */
export interface LetterOptions extends LetterFilter, Partial<KafkaOptions> {
  /** The dead-letter topic. */
  readonly topic?: string;
  readonly includeReplayed?: true;
  readonly json?: true;
}

/** A dead-letter topic, and how to read it. */
export type LetterTopic = KafkaOptions & { readonly topic: string };

/** Adds the options that `list` and `replay` share. */
export function addLetterOptions(command: Command): Command {
  return command
    .argument('[files...]', 'rejected files of deliver and publish')
    .addOption(brokersOption())
    .option('--topic <name>', 'dead-letter topic, with --brokers in place of files')
    .addOption(kafkaSettingsOption())
    .addOption(
      new Option('--code <code>', 'only with this code; may be repeated').argParser(eachParsedBy(String)),
    )
    .addOption(
      new Option('--event <name>', 'only events of this name; may be repeated').argParser(
        eachParsedBy(String),
      ),
    )
    .addOption(
      new Option('--since <time>', 'only from this time on: 2026-01-31 or 2026-01-31T12:00:00Z').argParser(
        time,
      ),
    )
    .addOption(new Option('--until <time>', 'only before this time').argParser(time))
    .option('--include-replayed', 'also dead letters of a topic that were replayed before')
    .option('--json', 'print JSON, one object on a line');
}

/** An ISO 8601 date or date and time, in UTC where it names no offset; in milliseconds since 1970. */
function time(text: string): number {
  const ms = /^\d{4}-\d\d-\d\d/.test(text) ? CONVERTERS.date(text) : undefined;
  if (ms !== undefined) return ms;
  throw new InvalidArgumentError('Give a time such as 2026-01-31 or 2026-01-31T12:00:00Z.');
}

/**
 * The topic that a call names; `undefined`: it names files.
 *
 * @throws UsageError when it names neither or both, or only a half of a topic
 */
export function letterTopic(files: readonly string[], options: LetterOptions): LetterTopic | undefined {
  const { brokers, topic, kafkaSettings } = options;
  if (files.length > 0) {
    if (brokers === undefined && topic === undefined) return undefined;
    throw new UsageError('name rejected files, or --brokers and --topic; not both');
  }
  if (brokers === undefined || topic === undefined) {
    throw new UsageError('name rejected files, or a dead-letter topic with --brokers and --topic');
  }
  return { brokers, topic, ...(kafkaSettings === undefined ? {} : { kafkaSettings }) };
}
