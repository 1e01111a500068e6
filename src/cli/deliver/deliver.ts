import type { DestinationConfig } from '../../destinations/gainsight_px/index.js';
import { MessageInput } from '../input/message-input.js';
import type { DeliverCheckpoint } from './resume/deliver-state.js';
import { beginCheckpoint, openCheckpoint, type CheckpointChoice } from './resume/open-checkpoint.js';
import { isOwnTail } from './resume/own-tail.js';
import type { InputItem } from '../input/input-item.js';
import type { CommandIo, StopSignal } from '../io.js';
import { tryWrite } from '../output/print.js';
import { printableJson } from '../output/printable.js';
import { tableStyleOf } from '../output/table.js';
import { loadSettings } from '../settings/load-settings.js';
import { Counts } from './report/counts.js';
import { countOf } from '../output/quantities.js';
import { resumeCommands, sameCommand } from './report/resume-command.js';
import type { ProgressState } from './report/progress-text.js';
import { showProgress, type Progress, type ProgressStyle } from './report/progress.js';
import { RejectedFile } from './rejected/rejected-file.js';
import { runDelivery } from './run/session.js';
import { Stop } from './run/stop.js';
import { summaryText } from './report/summary-text.js';
import { exitCodeOf, summarize, type Summary } from './report/summary.js';
import {
  checkTarget,
  openTarget,
  type DeliveryTarget,
  type DeliveryTargetOptions,
} from './delivery-target.js';

/** The options of the command, parsed. */
export interface DeliverCommandOptions extends DeliveryTargetOptions, CheckpointChoice {
  readonly config?: string;
  readonly progress: ProgressStyle;
  readonly json?: true;
}

/** How the command was called. */
interface DeliverCall {
  readonly options: DeliverCommandOptions;
  /** The options of this call that the resume command needs too, as words. */
  readonly wordsToRepeat: readonly string[];
}

/**
 * Delivers an input, prints the summary, and sets the exit code in `io`.
 *
 * @throws UsageError, ConfigurationError before anything is sent
 */
export async function deliver(files: readonly string[], call: DeliverCall, io: CommandIo): Promise<void> {
  const { options } = call;
  checkTarget(options);
  const config = loadSettings(options, io.env);
  const input = MessageInput.open(files, io);
  const counts = new Counts();
  let checkpoint: DeliverCheckpoint | undefined;
  let rejectedFile: RejectedFile | undefined;
  let target: DeliveryTarget | undefined;
  try {
    checkpoint = await openCheckpoint(options, { input, config }, io);
    rejectedFile = await openRejectedFile(options, checkpoint, () => MessageInput.open(files, io).messages());
    if (checkpoint !== undefined) {
      const { counts: countsBefore, refused = [] } = checkpoint.before?.own ?? {};
      if (countsBefore !== undefined) counts.restore(countsBefore);
      const own = { counts: counts.save(), rejected: rejectedFile?.save() ?? null, refused };
      checkpoint = await beginCheckpoint(checkpoint, own, options, io);
    }
    target = await openTarget(options, io);
    const summary = await deliverInput({ input, config, call, target, rejectedFile, counts, checkpoint }, io);
    await report(summary, options, io);
    // Only now: a run that is killed before shows its result when it is started again.
    if (summary.goOnAfter === null) await removeCheckpoint(checkpoint, io);
  } finally {
    input.destroy();
    await target?.close();
    rejectedFile?.close();
    checkpoint?.close();
  }
}

/** @throws UsageError */
async function openRejectedFile(
  { rejected }: DeliverCommandOptions,
  checkpoint: DeliverCheckpoint | undefined,
  messages: () => AsyncIterable<InputItem>,
): Promise<RejectedFile | undefined> {
  if (rejected === undefined) return undefined;
  const saved = checkpoint?.before?.own.rejected ?? null;
  if (saved === null) return RejectedFile.create(rejected);
  return RejectedFile.resume(rejected, saved, (tail) => isOwnTail(tail, messages()));
}

async function removeCheckpoint(checkpoint: DeliverCheckpoint | undefined, io: CommandIo): Promise<void> {
  try {
    await checkpoint?.remove();
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    io.stderr.write(`cannot remove ${checkpoint!.path} (${code}): remove it, everything is done\n`);
  }
}

interface DeliverParts {
  readonly input: MessageInput;
  readonly config: DestinationConfig;
  readonly call: DeliverCall;
  readonly target: DeliveryTarget;
  readonly rejectedFile: RejectedFile | undefined;
  readonly counts: Counts;
  readonly checkpoint: DeliverCheckpoint | undefined;
}

async function deliverInput(parts: DeliverParts, io: CommandIo): Promise<Summary> {
  const { input, config, call, target, rejectedFile, counts, checkpoint } = parts;
  const { options, wordsToRepeat } = call;
  const { sending, sentTo } = target;
  if (rejectedFile === undefined && sentTo === 'px') {
    io.stderr.write('without --rejected, what is not delivered is only counted\n');
  }
  if (checkpoint?.before !== undefined) {
    io.stderr.write(
      `resuming with ${checkpoint.path}: ${countOf(counts.settled, 'message')} done by earlier runs\n`,
    );
  }

  const startMs = performance.now();
  const stop = new Stop();
  const progress = startProgress(options.progress, { counts, input }, io);
  const stopListening = stopOnSignal(stop, progress, io);
  const { skip, includeRefused = false } = options;
  const run = { input, config, sending, rejectedFile, skip, includeRefused, stop, counts, checkpoint };
  const result = await runDelivery(run).finally(() => {
    progress.end();
    stopListening();
  });
  if (checkpoint !== undefined) await finishCheckpoint(checkpoint, { stop, counts }, io);

  const { files } = input;
  const isLeft = result.goOnAfter !== undefined;
  const goOn =
    checkpoint !== undefined && isLeft
      ? [sameCommand({ files, options: wordsToRepeat, skip, rejected: options.rejected })]
      : resumeCommands({
          files,
          options: wordsToRepeat,
          goOnAfter: result.goOnAfter,
          rejectedFile: (rejectedFile?.retryable ?? 0) > 0 ? rejectedFile?.path : undefined,
        });
  const durationMs = performance.now() - startMs;
  return summarize({ sentTo, files, counts, result, stop, rejectedFile, durationMs, goOn, checkpoint });
}

/** Writes the last checkpoint of a run. */
async function finishCheckpoint(
  checkpoint: DeliverCheckpoint,
  { stop: { reason }, counts }: { stop: Stop; counts: Counts },
  io: CommandIo,
): Promise<void> {
  // What PX refused must be corrected before the run can be resumed.
  const ofPx = counts.delivered === 0 ? ['dataCenter', '--px-url'] : [];
  const mayChange =
    reason === 'unauthorized' ? ['apiKey', ...ofPx] : reason === 'forbidden' ? ['apiKey'] : [];
  try {
    await checkpoint.finish(mayChange);
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    io.stderr.write(
      `cannot write the last checkpoint (${code}): the one before holds, and what was sent since is sent again\n`,
    );
  }
}

/**
 * Prints the summary. When the standard output fails, prints it to the error output, because the result is
 * known nowhere else.
 */
async function report(summary: Summary, { json, skip }: DeliverCommandOptions, io: CommandIo): Promise<void> {
  if (skip > summary.messages.read) {
    io.stderr.write(`--skip ${skip} passed over all ${summary.messages.read} messages of the input\n`);
  }
  const text =
    json === true ? `${printableJson(summary)}\n` : summaryText(summary, tableStyleOf(io.stdout, io.env));
  if ((await tryWrite(io.stdout, text)) !== undefined) io.stderr.write(text);
  io.exitCode = exitCodeOf(summary);
}

/**
 * The first signal stops the run gracefully. Then the command removes its listeners, so that a second signal
 * ends the process.
 */
function stopOnSignal(stop: Stop, progress: Progress, io: CommandIo): () => void {
  const signals: readonly StopSignal[] = ['SIGINT', 'SIGTERM'];
  const stopListening = (): void => {
    for (const signal of signals) io.off(signal, onSignal);
  };
  const onSignal = (): void => {
    stopListening();
    progress.note('stopping: finishing what is in flight; a second signal ends the run at once');
    stop.request('interrupted', 'interrupted');
  };
  for (const signal of signals) io.on(signal, onSignal);
  return stopListening;
}

function startProgress(
  style: ProgressStyle,
  { counts, input }: { counts: Counts; input: MessageInput },
  io: CommandIo,
): Progress {
  const settledBefore = counts.settled;
  const state = (): ProgressState => {
    const { read, settled, rejected } = counts;
    const shareRead = input.shareRead();
    // Messages that are read are not yet delivered.
    const share =
      shareRead === undefined ? undefined : shareRead * (read === 0 ? 0 : Math.min(1, settled / read));
    return {
      settled,
      settledBefore,
      rejected,
      share,
      pausedMs: Math.max(0, counts.pausedUntilMs - performance.now()),
    };
  };
  const every = (intervalMs: number, callback: () => void): (() => void) => {
    const timer = setInterval(callback, intervalMs);
    return () => {
      clearInterval(timer);
    };
  };
  return showProgress({ style, io, state, nowMs: () => performance.now(), every });
}
