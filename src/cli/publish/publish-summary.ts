import orderBy from 'lodash/orderBy.js';
import type { RejectedFile } from '../rejected/rejected-file.js';
import type { RejectedNote } from '../rejected/rejection.js';
import type { Counts, RejectedCode } from '../deliver/report/counts.js';
import type { Stop, StopReason } from '../deliver/run/stop.js';
import type { ReadFile } from '../input/message-input.js';
import { describePosition } from '../input/read-messages.js';
import { printable } from '../output/printable.js';
import { count, duration, perSecond } from '../output/quantities.js';
import { renderTable, type TableStyle } from '../output/table.js';
import type { PublishCheckpoint } from './publish-state.js';

/** The result of a run: the object that `--json` prints. Releases only add keys. */
export interface PublishSummary {
  readonly topic: string;
  /** The files of the input in order, each with the number of messages and unreadable items read. */
  readonly files: readonly ReadFile[];
  readonly messages: {
    /** All items, including unreadable and skipped ones. */
    readonly read: number;
    /** All in-sync replicas have them. */
    readonly published: number;
    readonly rejected: number;
    /** How many of the rejected ones are retryable. */
    readonly retryable: number;
    readonly skipped: {
      /** By `--skip`. */
      readonly passedOver: number;
      /** Refused by an earlier run as not retryable. */
      readonly refusedBefore: number;
      /** An earlier run could not read them. */
      readonly unreadableBefore: number;
    };
    /** Published messages that name neither a user nor an account. */
    readonly withoutKey: number;
  };
  readonly rejected: {
    readonly byCode: readonly RejectedCode[];
    readonly first: readonly RejectedNote[];
    /** Null when there is none, or nothing could be written to it. */
    readonly file: string | null;
    readonly inFile: number;
  };
  /** How many times the command was started for this input. */
  readonly runs: number;
  /** Whether this run continued an earlier one. Then all counts are of all runs. */
  readonly resumed: boolean;
  /** The checkpoint with which the same command continues; null when nothing is left, and without one. */
  readonly checkpoint: string | null;
  /** Messages that were read and are neither published nor rejected. */
  readonly left: number;
  /** Messages that this run published, and that an earlier run may have published before it was killed. */
  readonly possibleDuplicates: number;
  /** Of all runs. */
  readonly durationMs: number;
  /** Why the run ended before its input did. */
  readonly stopped: { readonly reason: StopReason; readonly message: string } | null;
  /** How many messages at the beginning of the input are settled; null when nothing is left. */
  readonly goOnAfter: number | null;
  /** The command that resumes the run. */
  readonly goOn: readonly string[];
}

/** A run that has ended. */
export interface PublishRun {
  readonly topic: string;
  readonly files: readonly ReadFile[];
  readonly counts: Counts;
  readonly withoutKey: number;
  readonly rejectedFile: RejectedFile | undefined;
  readonly checkpoint: PublishCheckpoint | undefined;
  readonly left: number;
  readonly durationMs: number;
  readonly stop: Stop;
  readonly goOnAfter: number | undefined;
  readonly goOn: readonly string[];
}

export function summarizePublish(run: PublishRun): PublishSummary {
  const { topic, files, counts, withoutKey, rejectedFile, checkpoint, left, stop, goOnAfter, goOn } = run;
  const { read, delivered, rejected, retryable, passedOver, skipped, possibleDuplicates } = counts;
  const inFile = rejectedFile?.lines ?? 0;
  return {
    topic,
    files: files.map(({ name, read: number }) => ({ name, read: number })),
    messages: {
      read,
      published: delivered,
      rejected,
      retryable,
      skipped: {
        passedOver,
        refusedBefore: skipped.refused_before,
        unreadableBefore: skipped.unreadable_before,
      },
      withoutKey,
    },
    rejected: {
      byCode: orderBy([...counts.codes.values()], 'count', 'desc'),
      first: counts.firstRejections.list(),
      file: rejectedFile === undefined || (inFile === 0 && rejected > 0) ? null : rejectedFile.path,
      inFile,
    },
    runs: checkpoint?.runs ?? 1,
    resumed: checkpoint?.before !== undefined,
    checkpoint: checkpoint === undefined || goOnAfter === undefined ? null : checkpoint.path,
    left,
    possibleDuplicates,
    durationMs: Math.round(checkpoint?.durationMs ?? run.durationMs),
    stopped: stop.reason === undefined ? null : { reason: stop.reason, message: stop.text },
    goOnAfter: goOnAfter ?? null,
    goOn,
  };
}

/** 0 when everything was published, otherwise 1. What an earlier run refused counts as not published. */
export function publishExitCode({ messages: { rejected, skipped }, goOnAfter }: PublishSummary): 0 | 1 {
  const refused = skipped.refusedBefore + skipped.unreadableBefore;
  return rejected === 0 && refused === 0 && goOnAfter === null ? 0 : 1;
}

/** The summary as text; ends with a line break. */
export function publishSummaryText(summary: PublishSummary, style: TableStyle): string {
  const sections = [title(summary), files(summary, style), rejections(summary, style), resumption(summary)];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function title({
  topic,
  messages,
  left,
  runs,
  durationMs,
  possibleDuplicates,
  stopped,
}: PublishSummary): string {
  const { published, rejected, skipped, withoutKey } = messages;
  const lines: readonly (readonly [number, string])[] = [
    [left, 'read, and left for the next run'],
    [skipped.passedOver, 'passed over by --skip'],
    [skipped.refusedBefore, 'skipped: refused by an earlier run; --include-refused publishes them'],
    [skipped.unreadableBefore, 'skipped: not readable in an earlier run; correct the original file'],
    [withoutKey, 'published without a key, because they name neither a user nor an account'],
    [possibleDuplicates, 'may be in the topic twice'],
  ];
  const parts = [
    `${count(published)} published`,
    `${count(rejected)} rejected`,
    ...lines.flatMap(([number, text]) => (number > 0 ? [`${count(number)} ${text}`] : [])),
  ];
  const time = runs === 1 ? duration(durationMs) : `${duration(durationMs)} in ${count(runs)} runs`;
  const rate = count(perSecond(published, durationMs));
  const end = stopped === null ? '' : `\nStopped: ${printable(stopped.message)}.`;
  return `Published to the topic ${printable(topic)}, in ${time} (${rate} messages/s)\n  ${parts.join('\n  ')}${end}`;
}

/** Empty for one file: the title says it all. */
function files({ files: read }: PublishSummary, style: TableStyle): string {
  if (read.length <= 1) return '';
  return renderTable(
    ['file', 'messages read'],
    read.map(({ name, read: number }) => [name, count(number)]),
    style,
  );
}

function rejections(
  { rejected: { byCode, first, file }, messages }: PublishSummary,
  style: TableStyle,
): string {
  if (byCode.length === 0) return '';
  const rows = byCode.map(({ code, count: number, retryable }) => [
    code,
    count(number),
    retryable ? 'yes' : 'no',
  ]);
  const shown = first.map((note) => `  ${printable(`${describePosition(note)}: ${note.reason}`)}`);
  const more = messages.rejected - first.length;
  return [
    renderTable(['rejected because', 'number', 'worth sending again'], rows, style),
    'In detail:',
    ...shown,
    ...(more > 0 ? [`  … and ${count(more)} more`] : []),
    ...(file === null ? [] : [`With their messages: ${printable(file)}`]),
  ].join('\n');
}

function resumption({ goOn }: PublishSummary): string {
  return goOn.length === 0
    ? ''
    : ['To resume:', ...goOn.map((command) => `  ${printable(command)}`)].join('\n');
}
