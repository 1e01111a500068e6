import orderBy from 'lodash/orderBy.js';
import round from 'lodash/round.js';
import sum from 'lodash/sum.js';
import type { RouteName } from '../../core/plan.js';
import type { Counts, Fates, InputKind, RejectedCode } from './counts.js';
import type { DroppedPath } from './dropped-values.js';
import type { RejectedFile } from './rejected-file.js';
import type { RejectedNote } from './rejection.js';
import type { RunResult } from './run-delivery.js';
import type { Stop, StopReason } from './stop.js';

/** What a run came to: the object that `--json` prints. Keys are only ever added. */
export interface Summary {
  /** `px`, `simulator` or `nowhere` (a dry run: then "delivered" are those that would be sent). */
  readonly sentTo: SentTo;
  readonly messages: {
    /** Of the input, unreadable pieces and those passed over among them. */
    readonly read: number;
    readonly delivered: number;
    readonly rejected: number;
    /** Of the rejected ones, those that are worth sending again. */
    readonly retryable: number;
    readonly skipped: {
      /** By `--skip`. */
      readonly passedOver: number;
      /** Their `integrations` say that they are not for this destination. */
      readonly switchedOff: number;
      /** Refused for good by an earlier run, as its rejected file says. */
      readonly refusedBefore: number;
    };
    readonly byType: Readonly<Partial<Record<InputKind, Fates>>>;
  };
  readonly requests: SentRequests | WouldBe;
  /** Group messages that were delivered without the link of their user, as `missingUserOnGroup: skip` says. */
  readonly linksSkipped: number;
  /** Messages whose event this run may have brought to PX twice, or once more than an earlier run did. */
  readonly possibleDuplicates: number;
  readonly rejected: {
    readonly byCode: readonly RejectedCode[];
    readonly first: readonly RejectedNote[];
    readonly file: string | null;
  };
  /** What the mapping left out of messages that it took. */
  readonly dropped: {
    readonly values: number;
    readonly messages: number;
    readonly top: readonly DroppedPath[];
  };
  readonly warnings: Readonly<Record<string, number>>;
  readonly durationMs: number;
  /** Why the run ended before its input did. */
  readonly stopped: { readonly reason: StopReason; readonly message: string } | null;
  /** What to give to `--skip` for the rest of the input; null when all of it is done with. */
  readonly goOnAfter: number | null;
  /** The commands that bring the leftovers to PX, in their order. */
  readonly goOn: readonly string[];
}

export type SentTo = 'px' | 'simulator' | 'nowhere';

/** The requests of a run. */
interface SentRequests {
  readonly total: number;
  readonly byRoute: Readonly<Partial<Record<RouteName, number>>>;
  /** By message of which any was sent; null when none was. */
  readonly perMessage: number | null;
  readonly retries: number;
  readonly latencyMs: { readonly p50: number | null; readonly p95: number | null };
}

/** The requests that a dry run did not send. */
interface WouldBe {
  /** When PX knows every user and account. */
  readonly atLeast: number;
  /** When every plan takes its longest way. */
  readonly atMost: number;
  /** Of `atLeast`. */
  readonly byRoute: Readonly<Partial<Record<RouteName, number>>>;
}

const TOP = 10;

interface SummaryParts {
  readonly sentTo: SentTo;
  readonly counts: Counts;
  readonly result: RunResult;
  readonly stop: Stop;
  readonly rejectedFile: RejectedFile | undefined;
  readonly durationMs: number;
  readonly goOn: readonly string[];
}

/** Sums a run up. */
export function summarize(parts: SummaryParts): Summary {
  const { sentTo, counts, result, stop, rejectedFile, durationMs, goOn } = parts;
  const { read, delivered, rejected, retryable, passedOver, switchedOff, refusedBefore, dropped } = counts;
  return {
    sentTo,
    messages: {
      read,
      delivered,
      rejected,
      retryable,
      skipped: { passedOver, switchedOff, refusedBefore },
      byType: Object.fromEntries(counts.kinds),
    },
    requests: requestsOf(result, counts),
    linksSkipped: counts.linksSkipped,
    possibleDuplicates: (result.stats?.mayBeDuplicates ?? 0) + counts.perhapsDeliveredBefore,
    rejected: {
      byCode: orderBy([...counts.codes.values()], 'count', 'desc'),
      first: counts.firstRejections,
      file: rejectedFile?.path ?? null,
    },
    dropped: { values: dropped.total, messages: dropped.messages, top: dropped.top(TOP) },
    warnings: Object.fromEntries(counts.warnings),
    durationMs: Math.round(durationMs),
    stopped: stop.reason === undefined ? null : { reason: stop.reason, message: stop.text },
    goOnAfter: result.goOnAfter ?? null,
    goOn,
  };
}

function requestsOf({ stats, wouldBe }: RunResult, { sent }: Counts): Summary['requests'] {
  if (wouldBe !== undefined) {
    return { atLeast: wouldBe.atLeast, atMost: wouldBe.atMost, byRoute: wouldBe.byRoute };
  }
  const byRoute = stats?.requests ?? {};
  const total = sum(Object.values(byRoute));
  return {
    total,
    byRoute,
    perMessage: sent === 0 ? null : round(total / sent, 3),
    retries: stats?.retries ?? 0,
    latencyMs: stats?.latencyMs ?? { p50: null, p95: null },
  };
}

/** 0 when all was delivered, or skipped as it should be; else 1. */
export function exitCodeOf({ messages, goOnAfter }: Summary): 0 | 1 {
  return messages.rejected === 0 && goOnAfter === null ? 0 : 1;
}
