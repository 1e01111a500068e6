import type { DestinationConfig } from '../../destinations/gainsight_px/index.js';
import type { RouterOptions } from '../../router/index.js';
import { createSimulator, type FaultRule } from '../../simulator/index.js';
import { aimAt } from '../aim.js';
import type { CommandIo, StopSignal } from '../io.js';
import type { SendingLimits } from '../options.js';
import { lookOf } from '../output/table.js';
import { loadSettings, UsageError } from '../settings.js';
import { Counts } from './counts.js';
import { goingOnCommands } from './going-on.js';
import { openMeasuredInput, type MeasuredInput } from './measured-input.js';
import { showProgress, type Progress, type ProgressStyle, type Standing } from './progress.js';
import { RejectedFile } from './rejected-file.js';
import { runDelivery } from './run-delivery.js';
import { Stop } from './stop.js';
import { summaryText } from './summary-text.js';
import { exitCodeOf, summarize, type SentTo, type Summary } from './summary.js';

/** The options of the command, parsed. */
export interface DeliverOptions extends SendingLimits {
  readonly config?: string;
  readonly rejected?: string;
  readonly skip: number;
  readonly dryRun?: true;
  readonly simulate?: true;
  readonly simulateFault: readonly FaultRule[];
  readonly maxAttempts: number;
  readonly progress: ProgressStyle;
  readonly json?: true;
  readonly pxUrl?: string;
}

/** How the command was called. */
interface DeliverCall {
  readonly options: DeliverOptions;
  /** The options of this call that a further run needs too, as they are written. */
  readonly wordsToRepeat: readonly string[];
}

/**
 * Delivers an input and prints what came of it; the exit code is left in `io`.
 *
 * @throws UsageError, ConfigurationError before anything is read
 */
export async function deliver(file: string | undefined, call: DeliverCall, io: CommandIo): Promise<void> {
  checkCombination(call.options);
  const config = loadSettings(call.options, io.env);
  const input = await openMeasuredInput(file, io);
  try {
    await deliverInput({ input, config, call }, io);
  } finally {
    input.bytes.destroy();
  }
}

interface Delivery {
  readonly input: MeasuredInput;
  readonly config: DestinationConfig;
  readonly call: DeliverCall;
}

async function deliverInput({ input, config, call }: Delivery, io: CommandIo): Promise<void> {
  const { options, wordsToRepeat } = call;
  const target = await openTarget(options);
  const rejectedFile = options.rejected === undefined ? undefined : RejectedFile.create(options.rejected);
  if (rejectedFile === undefined && target.sentTo === 'px') {
    io.stderr.write('without --rejected, what is not delivered is only counted\n');
  }

  const startMs = performance.now();
  const [counts, stop] = [new Counts(), new Stop()];
  const stopListening = stopOnSignal(stop, io);
  const progress = startProgress(options.progress, { counts, input }, io);
  const { sending, sentTo } = target;
  const run = { input, config, sending, rejectedFile, skip: options.skip, stop, counts };
  const result = await runDelivery(run).finally(async () => {
    progress.end();
    stopListening();
    rejectedFile?.close();
    await target.close();
  });

  const goOn = goingOnCommands({
    input: input.name,
    options: wordsToRepeat,
    goOnAfter: result.goOnAfter,
    rejectedFile: counts.retryable > 0 ? rejectedFile?.path : undefined,
  });
  const durationMs = performance.now() - startMs;
  report(summarize({ sentTo, counts, result, stop, rejectedFile, durationMs, goOn }), options, io);
}

function report(summary: Summary, { json, skip }: DeliverOptions, io: CommandIo): void {
  if (skip > summary.messages.read) {
    io.stderr.write(`--skip ${skip} passed over all ${summary.messages.read} messages of the input\n`);
  }
  io.stdout.write(
    json === true ? `${JSON.stringify(summary)}\n` : summaryText(summary, lookOf(io.stdout, io.env)),
  );
  io.exitCode = exitCodeOf(summary);
}

function checkCombination({ dryRun, simulate, pxUrl, simulateFault }: DeliverOptions): void {
  const targets = Object.entries({ '--dry-run': dryRun, '--simulate': simulate, '--px-url': pxUrl })
    .filter(([, value]) => value !== undefined)
    .map(([name]) => name);
  if (targets.length > 1)
    throw new UsageError(`${targets.join(' and ')} exclude each other: give one of them`);
  if (simulateFault.length > 0 && simulate !== true) {
    throw new UsageError('--simulate-fault is about the simulated PX: add --simulate');
  }
}

/** Where messages are sent. */
interface Target {
  readonly sentTo: SentTo;
  /** How to send; `undefined`: not at all. */
  readonly sending: RouterOptions | undefined;
  close(): Promise<void>;
}

async function openTarget(options: DeliverOptions): Promise<Target> {
  const { dryRun, simulate, simulateFault, pxUrl } = options;
  const { concurrency, requestsPerSecond, requestsPerDay, maxAttempts } = options;
  const limits = { concurrency, requestsPerSecond, requestsPerDay, maxAttempts };
  const close = (): Promise<void> => Promise.resolve();
  if (dryRun === true) return { sentTo: 'nowhere', sending: undefined, close };
  if (simulate === true) {
    const simulator = createSimulator({ faults: simulateFault });
    const { origin } = await simulator.listen();
    return {
      sentTo: 'simulator',
      sending: { ...limits, fetch: aimAt(origin) },
      close: () => simulator.close(),
    };
  }
  return {
    sentTo: 'px',
    sending: pxUrl === undefined ? limits : { ...limits, fetch: aimAt(pxUrl) },
    close,
  };
}

/** The first signal ends the run in good order. After it the command listens no more: a second one ends the process at once. */
function stopOnSignal(stop: Stop, io: CommandIo): () => void {
  const signals: readonly StopSignal[] = ['SIGINT', 'SIGTERM'];
  const stopListening = (): void => {
    for (const signal of signals) io.off(signal, onSignal);
  };
  const onSignal = (): void => {
    stopListening();
    io.stderr.write('\nstopping: what is in flight is finished; once more ends it at once\n');
    stop.request('interrupted', 'interrupted');
  };
  for (const signal of signals) io.on(signal, onSignal);
  return stopListening;
}

function startProgress(
  style: ProgressStyle,
  { counts, input }: { counts: Counts; input: MeasuredInput },
  io: CommandIo,
): Progress {
  const standing = (): Standing => {
    const { read, settled, rejected } = counts;
    const shareRead = input.shareRead();
    // What was read is not done with yet.
    const share = shareRead === undefined ? undefined : shareRead * (read === 0 ? 0 : settled / read);
    return { settled, rejected, share, pausedMs: Math.max(0, counts.pausedUntilMs - performance.now()) };
  };
  const every = (intervalMs: number, callback: () => void): (() => void) => {
    const timer = setInterval(callback, intervalMs);
    return () => {
      clearInterval(timer);
    };
  };
  return showProgress({ style, io, standing, nowMs: () => performance.now(), every });
}
