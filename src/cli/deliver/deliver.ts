import pick from 'lodash/pick.js';
import { CONFIG_KEYS, type DestinationConfig } from '../../destinations/gainsight_px/index.js';
import type { DayUsage } from '../../router/index.js';
import { MessageInput } from '../input/message-input.js';
import type { DeliverCheckpoint, DeliverState } from './resume/deliver-state.js';
import { beginCheckpoint, openCheckpoint } from '../checkpoint/open-checkpoint.js';
import { formerSecond } from './resume/former-second.js';
import { openRejectedFile } from '../rejected/open-rejected-file.js';
import { removeCheckpoint } from '../checkpoint/remove-checkpoint.js';
import type { CommandIo } from '../io.js';
import { tryWrite } from '../output/print.js';
import { printableJson } from '../output/printable.js';
import { tableStyleOf } from '../output/table.js';
import { loadSettings } from '../settings/load-settings.js';
import { systemClock } from '../../runtime/index.js';
import { Counts } from './report/counts.js';
import { countOf } from '../output/quantities.js';
import { resumeCommands, sameCommand } from './report/resume-command.js';
import { followProgress } from './report/follow-progress.js';
import type { RejectedFile } from '../rejected/rejected-file.js';
import { ReportFile } from './record/report-file.js';
import { RunRecord } from './record/run-record.js';
import { buildReport } from './record/run-report.js';
import { Pauses } from './run/pauses.js';
import { runDelivery } from './run/session.js';
import { Stop } from './run/stop.js';
import { stopOnSignal } from './run/stop-on-signal.js';
import { summaryText } from './report/summary-text.js';
import { exitCodeOf, summarize, type Summary } from './report/summary.js';
import type { DeliverCommandOptions } from './deliver-options.js';
import { checkTarget, openTarget, type DeliveryTarget } from './delivery-target.js';

/** How the command was called. */
interface DeliverCall {
  readonly options: DeliverCommandOptions;
  /** The options of this call that the resume command needs too, as words. */
  readonly wordsToRepeat: readonly string[];
}

const NOTHING_SENT_TODAY: DayUsage = { sent: [] };

const nowMs = (): number => performance.now();

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
  let checkpoint: DeliverCheckpoint | undefined;
  let rejectedFile: RejectedFile | undefined;
  let target: DeliveryTarget | undefined;
  try {
    if (options.dryRun !== true && options.simulate !== true) {
      const { skip, includeRefused, pxUrl } = options;
      const settings = {
        ...pick(config, CONFIG_KEYS),
        '--skip': skip,
        '--include-refused': includeRefused,
        '--px-url': pxUrl,
      };
      checkpoint = await openCheckpoint<DeliverState>(options, input, { command: 'deliver', settings }, io);
    }
    rejectedFile = await openRejectedFile(options.rejected, checkpoint, () =>
      MessageInput.open(files, io).messages(),
    );
    const otherFiles = [...input.files.map(({ name }) => name), rejectedFile?.path, checkpoint?.path];
    const report = openReport(options.report, otherFiles);
    const counts = new Counts(report?.record);
    const pauses = new Pauses(nowMs, (line) => io.stderr.write(`${line}\n`), report?.record.pauses);
    if (checkpoint !== undefined) {
      const { counts: countsBefore, refused = [], quota = NOTHING_SENT_TODAY } = checkpoint.before?.own ?? {};
      if (countsBefore !== undefined) counts.restore(countsBefore);
      const own = { counts: counts.save(), rejected: rejectedFile?.save() ?? null, refused, quota };
      const perSecond = options.requestsPerSecond;
      checkpoint = await beginCheckpoint(checkpoint, own, { ...options, perSecond }, io);
    }
    if (checkpoint?.before !== undefined) await formerSecond(systemClock, options.requestsPerSecond);
    target = await openTarget(options, pauses, io);
    const parts = { input, config, call, target, rejectedFile, counts, checkpoint, pauses, report };
    const summary = await writeReport(await deliverInput(parts, io), parts, io);
    await printSummary(summary, options, io);
    // Only now: a run that is killed before shows its result when it is started again.
    if (summary.goOnAfter === null) await removeCheckpoint(checkpoint, io);
  } finally {
    input.destroy();
    await target?.close();
    rejectedFile?.close();
    checkpoint?.close();
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
  readonly pauses: Pauses;
  readonly report: Report | undefined;
}

/** What a run with `--report` records, and where it writes it. */
interface Report {
  readonly record: RunRecord;
  readonly file: ReportFile;
}

/**
 * @param otherFiles which the report must not replace
 * @throws UsageError
 */
function openReport(
  path: string | undefined,
  otherFiles: readonly (string | undefined)[],
): Report | undefined {
  if (path === undefined) return undefined;
  const others = otherFiles.filter((name) => name !== undefined);
  return { file: ReportFile.open(path, others), record: new RunRecord(nowMs) };
}

/** Writes the report, and names it in the summary. A report that cannot be written ends nothing else. */
async function writeReport(
  summary: Summary,
  { report, counts, config, call: { options }, target: { sending } }: DeliverParts,
  io: CommandIo,
): Promise<Summary> {
  if (report === undefined) return summary;
  const { record, file } = report;
  const sharesLimits = sending?.rateLimiter !== undefined;
  const endedAt = new Date();
  try {
    await file.write(buildReport({ record, counts, summary, options, config, sharesLimits, endedAt }));
    return { ...summary, report: file.path };
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    io.stderr.write(`cannot write the report ${file.path} (${code}): the run itself is not affected\n`);
    return summary;
  }
}

async function deliverInput(parts: DeliverParts, io: CommandIo): Promise<Summary> {
  const { input, config, call, target, rejectedFile, counts, checkpoint, pauses, report } = parts;
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

  const startMs = nowMs();
  report?.record.begin();
  const stop = new Stop();
  const progress = followProgress(options.progress, { counts, input, pauses }, io);
  const stopListening = stopOnSignal(stop, progress, io);
  const { skip, includeRefused = false } = options;
  pauses.showWith((line) => {
    progress.note(line);
  });
  const run = {
    input,
    config,
    sending,
    rejectedFile,
    skip,
    includeRefused,
    stop,
    counts,
    checkpoint,
    pauses,
  };
  const result = await runDelivery(run).finally(() => {
    progress.end();
    stopListening();
  });
  if (checkpoint !== undefined) await finishCheckpoint(checkpoint, { stop, counts }, io);

  const { files } = input;
  const isLeft = result.goOnAfter !== undefined;
  const resumed = { command: 'deliver', files, options: wordsToRepeat, report: report?.file.path };
  const goOn =
    checkpoint !== undefined && isLeft
      ? [sameCommand({ ...resumed, skip, rejected: options.rejected })]
      : resumeCommands({
          ...resumed,
          goOnAfter: result.goOnAfter,
          rejectedFile: (rejectedFile?.retryable ?? 0) > 0 ? rejectedFile?.path : undefined,
        });
  const durationMs = nowMs() - startMs;
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
async function printSummary(
  summary: Summary,
  { json, skip, report }: DeliverCommandOptions,
  io: CommandIo,
): Promise<void> {
  if (skip > summary.messages.read) {
    io.stderr.write(`--skip ${skip} passed over all ${summary.messages.read} messages of the input\n`);
  }
  const text =
    json === true ? `${printableJson(summary)}\n` : summaryText(summary, tableStyleOf(io.stdout, io.env));
  if ((await tryWrite(io.stdout, text)) !== undefined) io.stderr.write(text);
  io.exitCode = report !== undefined && summary.report === null ? 1 : exitCodeOf(summary);
}
