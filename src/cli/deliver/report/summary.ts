import orderBy from 'lodash/orderBy.js';
import round from 'lodash/round.js';
import sum from 'lodash/sum.js';
import type { Unsent } from '../../../router/index.js';
import type { ReadFile } from '../../input/message-input.js';
import type { Counts, OutcomeCounts, InputKind, RejectedCode } from './counts.js';
import type { DroppedPath } from './dropped-values.js';
import type { DeliverCheckpoint } from '../resume/deliver-state.js';
import type { RejectedFile } from '../../rejected/rejected-file.js';
import type { RejectedNote } from '../../rejected/rejection.js';
import type { RunResult } from '../run/session.js';
import type { Stop, StopReason } from '../run/stop.js';

/** The result of a run: the object that `--json` prints. Releases only add keys. */
export interface Summary {
  /** `px`, `simulator` or `nowhere` (a dry run). */
  readonly sentTo: SentTo;
  /** The files of the input in order, each with the number of messages and unreadable items read. */
  readonly files: readonly ReadFile[];
  readonly messages: {
    /** All items, including unreadable and skipped ones. */
    readonly read: number;
    /** Absent after a dry run. */
    readonly delivered?: number;
    /** Only after a dry run. */
    readonly wouldSend?: number;
    readonly rejected: number;
    /** How many of the rejected ones are retryable. */
    readonly retryable: number;
    readonly skipped: {
      /** By `--skip`. */
      readonly passedOver: number;
      /** Their `integrations` say that they are not for this destination. */
      readonly switchedOff: number;
      /** Types page, screen and alias, for which PX has no call. */
      readonly typeFiltered: number;
      /** Refused by an earlier run as not retryable, and not delivered by this run. */
      readonly refusedBefore: number;
      /** How many of these an earlier run could not read; no option sends them. */
      readonly unreadableBefore: number;
    };
    readonly byType: Readonly<Partial<Record<InputKind, ShownCounts>>>;
  };
  readonly requests: SentRequests | WouldBe;
  /** Group messages that were delivered without linking their user (`missingUserOnGroup: skip`). */
  readonly linksSkipped: number;
  /** How many times the command was started for this input: more than once after runs that were killed or stopped. */
  readonly runs: number;
  /** Whether this run continued an earlier one. Then all counts are of all runs. */
  readonly resumed: boolean;
  /** The checkpoint with which the same command continues; null when nothing is left, and without one. */
  readonly checkpoint: string | null;
  /** Messages that were read, and neither delivered nor rejected: they stay for the next run. 0 without a checkpoint. */
  readonly left: number;
  /** Messages whose event PX may have twice, from this run or from this and an earlier run. */
  readonly possibleDuplicates: number;
  readonly rejected: {
    readonly byCode: readonly RejectedCode[];
    readonly first: readonly RejectedNote[];
    /** Null when there is none, or nothing could be written to it. */
    readonly file: string | null;
    /** Lines in the file; fewer than rejected when a write failed. */
    readonly inFile: number;
  };
  /** Values that the mapping left out of mapped messages. */
  readonly dropped: {
    readonly values: number;
    readonly messages: number;
    readonly top: readonly DroppedPath[];
  };
  readonly warnings: Readonly<Record<string, number>>;
  /** Of all runs. */
  readonly durationMs: number;
  /** Why the run ended before its input did. */
  readonly stopped: { readonly reason: StopReason; readonly message: string } | null;
  /** The value of `--skip` for the rest of the input; null when nothing is left. */
  readonly goOnAfter: number | null;
  /** How many later messages are delivered already, and are sent again with that `--skip`. */
  readonly sentAgain: number;
  /** The commands that resume the run, in order. */
  readonly goOn: readonly string[];
  /** The file of `--report`; null without, and when it could not be written. */
  readonly report: string | null;
}

/** Results of the messages of one kind; `delivered`, or `wouldSend` after a dry run. */
export type ShownCounts = Pick<OutcomeCounts, 'skipped' | 'rejected'> &
  ({ readonly delivered: number } | { readonly wouldSend: number });

export type SentTo = 'px' | 'simulator' | 'nowhere';

/** The requests of a run. */
interface SentRequests {
  readonly total: number;
  readonly byRoute: Readonly<Record<string, number>>;
  /** Requests per message that had something to send, or something that PX holds already; null when there was none. */
  readonly perMessage: number | null;
  readonly retries: number;
  /** What was not sent, because PX holds it already (`--skip-unchanged`). */
  readonly unsent: Unsent;
  readonly latencyMs: { readonly p50: number | null; readonly p95: number | null };
}

/** The requests that a dry run did not send. */
interface WouldBe {
  /** When PX knows every user and account. */
  readonly atLeast: number;
  /** When every plan takes its longest path. */
  readonly atMost: number;
  /** Of `atLeast`. */
  readonly byRoute: Readonly<Record<string, number>>;
}

const TOP = 10;

interface SummaryParts {
  readonly sentTo: SentTo;
  readonly files: readonly ReadFile[];
  readonly counts: Counts;
  readonly result: RunResult;
  readonly stop: Stop;
  readonly rejectedFile: RejectedFile | undefined;
  readonly goOn: readonly string[];
  /** Of this run alone; a checkpoint knows that of all runs. */
  readonly durationMs: number;
  readonly checkpoint: DeliverCheckpoint | undefined;
}

/** Builds the summary of a run, before its report is written. */
export function summarize(parts: SummaryParts): Summary {
  const { sentTo, counts, result, stop, rejectedFile, durationMs, goOn, checkpoint } = parts;
  const { delivered, rejected, retryable, passedOver, skipped, dropped } = counts;
  const files = parts.files.map(({ name, read }, index) => ({
    name,
    read: Math.max(read, checkpoint?.partsBefore[index]?.messages ?? 0),
  }));
  const inFile = rejectedFile?.lines ?? 0;
  const isUnwritten = stop.reason === 'rejected_file_failed' && inFile === 0;
  return {
    sentTo,
    files,
    messages: {
      read: checkpoint === undefined ? counts.read : sum(files.map(({ read }) => read)),
      ...sent(delivered, sentTo),
      rejected,
      retryable,
      skipped: {
        passedOver,
        switchedOff: skipped.switched_off,
        typeFiltered: skipped.type_filtered,
        refusedBefore: skipped.refused_before + skipped.unreadable_before,
        unreadableBefore: skipped.unreadable_before,
      },
      byType: Object.fromEntries(
        [...counts.kinds].map(([kind, outcomes]) => [
          kind,
          { ...sent(outcomes.delivered, sentTo), skipped: outcomes.skipped, rejected: outcomes.rejected },
        ]),
      ),
    },
    requests: requestsOf(result, counts),
    linksSkipped: counts.linksSkipped,
    runs: checkpoint?.runs ?? 1,
    resumed: checkpoint?.before !== undefined,
    checkpoint: checkpoint === undefined || result.goOnAfter === undefined ? null : checkpoint.path,
    left: result.left,
    possibleDuplicates: counts.possibleDuplicates,
    rejected: {
      byCode: orderBy([...counts.codes.values()], 'count', 'desc'),
      first: counts.firstRejections.list(),
      file: rejectedFile === undefined || isUnwritten ? null : rejectedFile.path,
      inFile,
    },
    dropped: { values: dropped.total, messages: dropped.messages, top: dropped.top(TOP) },
    warnings: Object.fromEntries(counts.warnings),
    durationMs: Math.round(checkpoint?.durationMs ?? durationMs),
    stopped: stop.reason === undefined ? null : { reason: stop.reason, message: stop.text },
    goOnAfter: result.goOnAfter ?? null,
    sentAgain: result.sentAgain,
    goOn,
    report: null,
  };
}

function requestsOf(
  { wouldBe }: RunResult,
  { sent, requests, retries, unsent, latencyMs }: Counts,
): Summary['requests'] {
  if (wouldBe !== undefined) {
    return { atLeast: wouldBe.atLeast, atMost: wouldBe.atMost, byRoute: wouldBe.byRoute };
  }
  const total = sum([...requests.values()]);
  return {
    total,
    byRoute: Object.fromEntries(requests),
    perMessage: sent === 0 ? null : round(total / sent, 3),
    retries,
    unsent,
    latencyMs,
  };
}

/** A dry run delivers nothing. */
function sent(count: number, sentTo: SentTo): { delivered: number } | { wouldSend: number } {
  return sentTo === 'nowhere' ? { wouldSend: count } : { delivered: count };
}

/**
 * 0 when everything was delivered or skipped on purpose, otherwise 1. What an earlier run refused counts as
 * not delivered.
 */
export function exitCodeOf({ messages, goOnAfter }: Summary): 0 | 1 {
  const { rejected, skipped } = messages;
  return rejected === 0 && skipped.refusedBefore === 0 && goOnAfter === null ? 0 : 1;
}
