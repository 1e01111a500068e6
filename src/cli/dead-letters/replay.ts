import { MessageInput } from '../input/message-input.js';
import { UsageError, type CommandIo, type StopSignal } from '../io.js';
import { kafkaOf } from '../kafka/open-kafka.js';
import { print } from '../output/print.js';
import { printable, printableJson } from '../output/printable.js';
import { count, countOf } from '../output/quantities.js';
import { letterTopic, type LetterOptions } from './options.js';
import { replayFiles } from './replay-files.js';
import { replayTopic, type ReplayResult } from './replay-topic.js';

/** The options of the command, parsed. */
export interface ReplayOptions extends LetterOptions {
  /** For a topic. */
  readonly to?: string;
  /** For files. */
  readonly output?: string;
  readonly dryRun?: true;
}

/** Replays dead letters, prints how many, and sets the exit code in `io`. @throws UsageError */
export async function replayLetters(
  files: readonly string[],
  options: ReplayOptions,
  io: CommandIo,
): Promise<void> {
  const { signal, done } = untilSignal(io);
  try {
    const result = await replay(files, options, signal, io);
    await print(io, options.json === true ? `${printableJson(result)}\n` : text(result, options));
    if (result.stopped !== null || result.failed + result.unreadable > 0) io.exitCode = 1;
  } finally {
    done();
  }
}

async function replay(
  files: readonly string[],
  options: ReplayOptions,
  signal: AbortSignal,
  io: CommandIo,
): Promise<ReplayResult> {
  const named = letterTopic(files, options);
  const { to, output, dryRun = false, includeReplayed = false } = options;
  if (named === undefined) {
    if (to !== undefined) throw new UsageError('--to is for a topic: name the new file with --output');
    if (output === undefined && !dryRun) throw new UsageError('name the file for the messages with --output');
    const input = MessageInput.open(files, io);
    return replayFiles({ input, output: dryRun ? undefined : output, filter: options, signal });
  }
  if (output !== undefined)
    throw new UsageError('--output is for rejected files: name another topic with --to');
  const kafka = await kafkaOf(named, io, (warning) => io.stderr.write(`${printable(warning)}\n`));
  return replayTopic({ kafka, topic: named.topic, to, filter: options, includeReplayed, dryRun, signal });
}

function text(
  { replayed, leftOut, unreadable, failed, stopped }: ReplayResult,
  { dryRun, output, to }: ReplayOptions,
): string {
  const where = output ?? to ?? 'the topics that they came from';
  const lines = [
    dryRun === true
      ? `Dry run: ${countOf(replayed, 'message')} would be written`
      : `${countOf(replayed, 'message')} written to ${where}`,
    ...(leftOut > 0 ? [`${count(leftOut)} left out by the filter`] : []),
    ...(unreadable > 0 ? [`${count(unreadable)} not written: no messages, correct the original file`] : []),
    ...(failed > 0 ? [`${count(failed)} not written`] : []),
    ...(stopped === null ? [] : [`Stopped: ${stopped}`]),
  ];
  return `${lines.map(printable).join('\n')}\n`;
}

/** The first signal ends the replay after the messages that are being written. A second one ends the process. */
function untilSignal(io: CommandIo): { readonly signal: AbortSignal; readonly done: () => void } {
  const controller = new AbortController();
  const names: readonly StopSignal[] = ['SIGINT', 'SIGTERM'];
  const done = (): void => {
    for (const name of names) io.off(name, onSignal);
  };
  const onSignal = (): void => {
    done();
    controller.abort();
  };
  for (const name of names) io.on(name, onSignal);
  return { signal: controller.signal, done };
}
