import type { Kafka, KafkaProducer } from '../../kafka/index.js';
import { systemClock } from '../../runtime/index.js';
import type { RejectedFile } from '../rejected/rejected-file.js';
import type { Counts } from '../deliver/report/counts.js';
import { followProgress } from '../deliver/report/follow-progress.js';
import type { Progress } from '../deliver/report/progress.js';
import { resumeCommands, sameCommand } from '../deliver/report/resume-command.js';
import { stopOnSignal } from '../deliver/run/stop-on-signal.js';
import { Stop } from '../deliver/run/stop.js';
import type { InputItem } from '../input/input-item.js';
import type { MessageInput } from '../input/message-input.js';
import type { CommandIo } from '../io.js';
import { countOf, duration } from '../output/quantities.js';
import { OutageWatch } from './outage-watch.js';
import type { PublishCheckpoint } from './publish-state.js';
import { summarizePublish, type PublishSummary } from './publish-summary.js';
import type { PublishCall, PublishOptions } from './publish-options.js';
import { Publisher, type PublisherParts } from './publisher.js';

/** How long a stopped run waits for the brokers to acknowledge what is in flight. */
const FINISH_WITHIN_MS = 10_000;

interface PublishParts {
  readonly kafka: Kafka;
  readonly input: MessageInput;
  readonly call: PublishCall;
  readonly counts: Counts;
  readonly checkpoint: PublishCheckpoint | undefined;
  readonly rejectedFile: RejectedFile | undefined;
  readonly maxMessageBytes: number | undefined;
}

/** Publishes an input to its end, or until it is stopped. */
export async function publishInput(parts: PublishParts, io: CommandIo): Promise<PublishSummary> {
  const { kafka, input, call, counts, checkpoint, rejectedFile, maxMessageBytes } = parts;
  const { options } = call;
  const { topic, skip, includeRefused = false } = options;
  if (rejectedFile === undefined) {
    io.stderr.write('without --rejected, what is not published is only counted\n');
  }
  if (checkpoint?.before !== undefined) {
    const done = countOf(counts.settled, 'message');
    io.stderr.write(`resuming with ${checkpoint.path}: ${done} done by earlier runs\n`);
  }
  const startMs = performance.now();
  const stop = new Stop();
  const progress = followProgress(options.progress, { counts, input }, io);
  const stopListening = stopOnSignal(stop, progress, io);
  const watch = watchOutages(options, { stop, progress });
  const producer = kafka.producer({
    onRetry: (error) => {
      watch.onFailure(error);
    },
    onAcknowledged: () => {
      watch.onSuccess();
    },
  });
  const onRejection = rejectionWriter(rejectedFile, checkpoint, stop);
  const publisherParts = { producer, topic, maxMessageBytes, counts, skip, includeRefused, stop, checkpoint };
  const publisher = new Publisher({ ...publisherParts, onRejection });
  if (checkpoint !== undefined) follow(checkpoint, parts, { publisher, stop });
  const cancelFinish = finishSoonAfterStop(stop, parts, producer);
  let wasReadToEnd = false;
  const items = async function* (): AsyncGenerator<InputItem, void, undefined> {
    yield* input.messages(stop.signal);
    wasReadToEnd = stop.reason === undefined;
  };
  try {
    await publisher.run(items());
  } finally {
    cancelFinish();
    progress.end();
    stopListening();
    await producer.close();
  }
  const { unsettled } = publisher.unfinished();
  await finishCheckpoint(checkpoint, io);

  const settledUpTo =
    unsettled[0] === undefined ? Math.max(counts.read, checkpoint?.settledUpTo ?? 0) : unsettled[0] - 1;
  const goOnAfter = wasReadToEnd && unsettled.length === 0 ? undefined : settledUpTo;
  return summarizePublish({
    topic,
    files: input.files,
    counts,
    withoutKey: publisher.withoutKey,
    rejectedFile,
    checkpoint,
    left: unsettled.length,
    durationMs: performance.now() - startMs,
    stop,
    goOnAfter,
    goOn: resumption(parts, goOnAfter),
  });
}

function resumption({ input, call, checkpoint }: PublishParts, goOnAfter: number | undefined): string[] {
  const { wordsToRepeat, options } = call;
  if (goOnAfter === undefined) return [];
  const command = { command: 'publish', files: input.files, options: wordsToRepeat };
  if (checkpoint === undefined) return resumeCommands({ ...command, goOnAfter, rejectedFile: undefined });
  return [sameCommand({ ...command, skip: options.skip, rejected: options.rejected })];
}

function watchOutages(
  { retryFor }: PublishOptions,
  { stop, progress }: { stop: Stop; progress: Progress },
): OutageWatch {
  return new OutageWatch({
    retryForMs: retryFor,
    clock: systemClock,
    onBegin: ({ message }) => {
      progress.note(`Kafka is not answering: ${message}; publish tries again for ${duration(retryFor)}`);
    },
    onEnd: () => {
      progress.note('Kafka answers again');
    },
    onTooLong: ({ code, message }) => {
      const after = retryFor === 0 ? '' : ` for ${duration(retryFor)}`;
      if (code === 'kafka_unreachable')
        stop.request('kafka_unreachable', `Kafka did not answer${after}: ${message}`);
      else stop.request('kafka_failed', `Kafka failed${after}: ${message}`);
    },
  });
}

function rejectionWriter(
  rejectedFile: RejectedFile | undefined,
  checkpoint: PublishCheckpoint | undefined,
  stop: Stop,
): PublisherParts['onRejection'] {
  return (rejection) => {
    if (rejectedFile === undefined) return true;
    if (stop.reason === 'rejected_file_failed') return false;
    try {
      rejectedFile.write(rejection);
      return true;
    } catch (error) {
      const { code = 'unknown error' } = error as NodeJS.ErrnoException;
      const then =
        checkpoint === undefined
          ? 'or name another file with --rejected'
          : 'then start the same command again';
      stop.request('rejected_file_failed', `cannot write ${rejectedFile.path} (${code}): make room, ${then}`);
      return false;
    }
  };
}

function follow(
  checkpoint: PublishCheckpoint,
  { input, counts, rejectedFile }: PublishParts,
  { publisher, stop }: { publisher: Publisher; stop: Stop },
): void {
  checkpoint.follow({
    snapshot: () => {
      const { withoutKey } = publisher;
      const own = { counts: counts.save(), rejected: rejectedFile?.save() ?? null, withoutKey };
      return { read: counts.read, ...publisher.unfinished(), inputs: input.readParts(), own };
    },
    read: () => counts.read,
    sync: async () => {
      await rejectedFile?.sync();
    },
    perSecond: Infinity,
    onFailure: (text) => {
      stop.request('checkpoint_failed', text);
    },
  });
}

/** A stopped run reads no more, and does not wait for brokers that do not answer. The returned function takes that back. */
function finishSoonAfterStop(
  stop: Stop,
  { input, checkpoint }: PublishParts,
  producer: KafkaProducer,
): () => void {
  let cancel = (): void => undefined;
  stop.onStop((reason) => {
    // A source that waits for data does not see the signal.
    input.destroy();
    checkpoint?.endReservations();
    const waitMs = reason === 'kafka_unreachable' || reason === 'kafka_failed' ? 0 : FINISH_WITHIN_MS;
    cancel = systemClock.after(waitMs, () => void producer.close().catch(() => undefined));
  });
  return () => {
    cancel();
  };
}

async function finishCheckpoint(checkpoint: PublishCheckpoint | undefined, io: CommandIo): Promise<void> {
  try {
    await checkpoint?.finish([]);
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    io.stderr.write(
      `cannot write the last checkpoint (${code}): the one before holds, and what was published since is published again\n`,
    );
  }
}
