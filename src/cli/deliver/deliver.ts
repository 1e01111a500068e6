import type { DestinationConfig } from '../../destinations/gainsight_px/index.js';
import { MessageInput } from '../input/message-input.js';
import type { CommandIo, StopSignal } from '../io.js';
import { tryWrite } from '../output/print.js';
import { printableJson } from '../output/printable.js';
import { tableStyleOf } from '../output/table.js';
import { loadSettings } from '../settings/load-settings.js';
import { Counts } from './report/counts.js';
import { resumeCommands } from './report/resume-command.js';
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
export interface DeliverCommandOptions extends DeliveryTargetOptions {
  readonly config?: string;
  readonly rejected?: string;
  readonly skip: number;
  readonly includeRefused?: true;
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
  let rejectedFile: RejectedFile | undefined;
  let target: DeliveryTarget | undefined;
  let summary: Summary;
  try {
    rejectedFile = options.rejected === undefined ? undefined : RejectedFile.create(options.rejected);
    target = await openTarget(options);
    summary = await deliverInput({ input, config, call, target, rejectedFile }, io);
  } finally {
    input.destroy();
    await target?.close();
    rejectedFile?.close();
  }
  await report(summary, options, io);
}

interface DeliverParts {
  readonly input: MessageInput;
  readonly config: DestinationConfig;
  readonly call: DeliverCall;
  readonly target: DeliveryTarget;
  readonly rejectedFile: RejectedFile | undefined;
}

async function deliverInput(parts: DeliverParts, io: CommandIo): Promise<Summary> {
  const { input, config, call, target, rejectedFile } = parts;
  const { options, wordsToRepeat } = call;
  const { sending, sentTo } = target;
  if (rejectedFile === undefined && sentTo === 'px') {
    io.stderr.write('without --rejected, what is not delivered is only counted\n');
  }

  const startMs = performance.now();
  const [counts, stop] = [new Counts(), new Stop()];
  const progress = startProgress(options.progress, { counts, input }, io);
  const stopListening = stopOnSignal(stop, progress, io);
  const { skip, includeRefused = false } = options;
  const run = { input, config, sending, rejectedFile, skip, includeRefused, stop, counts };
  const result = await runDelivery(run).finally(() => {
    progress.end();
    stopListening();
  });

  const { files } = input;
  const goOn = resumeCommands({
    files,
    options: wordsToRepeat,
    goOnAfter: result.goOnAfter,
    rejectedFile: (rejectedFile?.retryable ?? 0) > 0 ? rejectedFile?.path : undefined,
  });
  const durationMs = performance.now() - startMs;
  return summarize({ sentTo, files, counts, result, stop, rejectedFile, durationMs, goOn });
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
  const state = (): ProgressState => {
    const { read, settled, rejected } = counts;
    const shareRead = input.shareRead();
    // Messages that are read are not yet delivered.
    const share = shareRead === undefined ? undefined : shareRead * (read === 0 ? 0 : settled / read);
    return { settled, rejected, share, pausedMs: Math.max(0, counts.pausedUntilMs - performance.now()) };
  };
  const every = (intervalMs: number, callback: () => void): (() => void) => {
    const timer = setInterval(callback, intervalMs);
    return () => {
      clearInterval(timer);
    };
  };
  return showProgress({ style, io, state, nowMs: () => performance.now(), every });
}
