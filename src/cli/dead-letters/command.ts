import type { Command } from 'commander';
import type { CommandIo } from '../io.js';
import { wholeNumber } from '../options.js';
import type { ListOptions } from './list.js';
import { addLetterOptions } from './options.js';
import type { ReplayOptions } from './replay.js';

const HELP = `
Example:
  $ gainsight-px dead-letters list rejected.jsonl
`;

const LIST_HELP = `
The time of a dead letter is when consume gave it up; of a line of a rejected
file it is the time of the message. Nothing of a message is shown but its type
and the name of its event, unless --messages is given.

Examples:
  $ gainsight-px dead-letters list --brokers kafka-1:9092 \\
      --topic px-events.dead-letters --code rejected
  $ gainsight-px dead-letters list rejected.jsonl --event 'Signed Up'
`;

const REPLAY_HELP = `
From a topic: each message goes back to the topic that it came from, with its
key, in the order of the dead letters. A mark in the dead-letter topic says that
it was replayed, so the next replay leaves it out. A replay that is killed
repeats 500 messages at most. Let only one replay of a topic run at a time.

From rejected files: the messages go to the new file --output, one on a line, as
input for deliver or publish, which then also send those refused for good.

Examples:
  $ gainsight-px dead-letters replay --brokers kafka-1:9092 \\
      --topic px-events.dead-letters --since 2026-01-31T10:00:00Z
  $ gainsight-px dead-letters replay rejected.jsonl --code rejected \\
      --output again.jsonl
`;

/** Adds the command `dead-letters` with `list` and `replay`. */
export function registerDeadLetters(program: Command, io: CommandIo): void {
  const parent = program
    .command('dead-letters')
    .description('list and replay dead letters of a Kafka topic, or of rejected files')
    .addHelpText('after', HELP);
  addLetterOptions(parent.command('list').description('show dead letters and why they are there'))
    .option('--messages', 'show the messages, too: they contain personal data')
    .option('--limit <number>', 'show so many at most (default: 100; all with --json)', wholeNumber(1))
    .addHelpText('after', LIST_HELP)
    .action(async (files: string[], options: ListOptions) => {
      const { listLetters } = await import('./list.js');
      await listLetters(files, options, io);
    });
  addLetterOptions(parent.command('replay').description('send messages of dead letters again'))
    .option('--to <topic>', 'write to this topic in place of the original one')
    .option('--output <file>', 'new file for the messages of rejected files')
    .option('--dry-run', 'write nothing: count what would be written')
    .addHelpText('after', REPLAY_HELP)
    .action(async (files: string[], options: ReplayOptions) => {
      const { replayLetters } = await import('./replay.js');
      await replayLetters(files, options, io);
    });
}
