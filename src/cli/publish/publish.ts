import type { Kafka } from '../../kafka/index.js';
import type { RejectedFile } from '../rejected/rejected-file.js';
import { Counts } from '../deliver/report/counts.js';
import { beginCheckpoint, openCheckpoint } from '../checkpoint/open-checkpoint.js';
import { openRejectedFile } from '../rejected/open-rejected-file.js';
import { removeCheckpoint } from '../checkpoint/remove-checkpoint.js';
import { MessageInput } from '../input/message-input.js';
import { UsageError, type CommandIo } from '../io.js';
import { kafkaOf, orUsageError } from '../kafka/open-kafka.js';
import { setUpTopics } from '../kafka/set-up-topics.js';
import { tryWrite } from '../output/print.js';
import { printable, printableJson } from '../output/printable.js';
import { tableStyleOf } from '../output/table.js';
import type { PublishCheckpoint, PublishState } from './publish-state.js';
import type { PublishCall, PublishOptions } from './publish-options.js';
import { publishExitCode, publishSummaryText, type PublishSummary } from './publish-summary.js';
import { publishInput } from './run.js';

/**
 * Publishes an input to a topic, prints the summary, and sets the exit code in `io`.
 *
 * @throws UsageError before anything is published
 */
export async function publish(files: readonly string[], call: PublishCall, io: CommandIo): Promise<void> {
  const { options } = call;
  const note = (line: string): void => {
    io.stderr.write(`${printable(line)}\n`);
  };
  const kafka = await kafkaOf(options, io, note);
  const { topic } = options;
  if (options.setup === true) await setUpTopics(kafka, { topics: [topic] }, options, note);
  if (options.setup === true && files.length === 0 && io.stdin.isTTY === true) return;
  const input = MessageInput.open(files, io);
  let checkpoint: PublishCheckpoint | undefined;
  let rejectedFile: RejectedFile | undefined;
  const counts = new Counts();
  try {
    const maxMessageBytes = await requireTopic(kafka, topic);
    const { skip, includeRefused } = options;
    const values = { '--topic': topic, '--skip': skip, '--include-refused': includeRefused };
    const run = { command: 'publish', settings: values };
    checkpoint = await openCheckpoint<PublishState>(options, input, run, io);
    rejectedFile = await openRejectedFile(options.rejected, checkpoint, () =>
      MessageInput.open(files, io).messages(),
    );
    if (checkpoint !== undefined) {
      const { counts: countsBefore, withoutKey = 0 } = checkpoint.before?.own ?? {};
      if (countsBefore !== undefined) counts.restore(countsBefore);
      const own = { counts: counts.save(), rejected: rejectedFile?.save() ?? null, withoutKey };
      checkpoint = await beginCheckpoint(checkpoint, own, { ...options, perSecond: Infinity }, io);
    }
    const parts = { kafka, input, call, counts, checkpoint, rejectedFile, maxMessageBytes };
    const summary = await publishInput(parts, io);
    await report(summary, options, io);
    // Only now: a run that is killed before shows its result when it is started again.
    if (summary.goOnAfter === null) await removeCheckpoint(checkpoint, io);
  } finally {
    input.destroy();
    rejectedFile?.close();
    checkpoint?.close();
  }
}

/** The largest batch that the topic takes, where it can be known. @throws UsageError when the topic does not exist */
async function requireTopic(kafka: Kafka, topic: string): Promise<number | undefined> {
  const admin = kafka.admin();
  try {
    if ((await orUsageError(() => admin.describeTopic(topic))) === undefined) {
      throw new UsageError(`the topic ${topic} does not exist: create it with --setup`);
    }
    return await admin.maxMessageBytes(topic);
  } finally {
    await admin.close();
  }
}

/** When the standard output fails, prints to the error output, because the result is known nowhere else. */
async function report(summary: PublishSummary, { json, skip }: PublishOptions, io: CommandIo): Promise<void> {
  if (skip > summary.messages.read) {
    io.stderr.write(`--skip ${skip} passed over all ${summary.messages.read} messages of the input\n`);
  }
  const text =
    json === true
      ? `${printableJson(summary)}\n`
      : publishSummaryText(summary, tableStyleOf(io.stdout, io.env));
  if ((await tryWrite(io.stdout, text)) !== undefined) io.stderr.write(text);
  io.exitCode = publishExitCode(summary);
}
