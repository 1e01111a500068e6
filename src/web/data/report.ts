import type { DropReason } from '../../core/index.js';

/**
 * What a report of `deliver` shows. All of it is about one run, but for `summary`: that is about all runs which the checkpoint of the run
 * knows. It holds no value of a message and no API key; texts of PX's answers are quoted, and may name a user or an account.
 */
export interface RunReport {
  /** What made the file, so that it is known again. */
  readonly reportOf: 'gainsight-px deliver';
  readonly versions: { readonly gainsightPx: string; readonly node: string };
  /** When the run began and ended, as ISO 8601 in UTC. */
  readonly startedAt: string;
  readonly endedAt: string;
  /** How long this run took, in milliseconds. All times below count from its begin. */
  readonly durationMs: number;
  readonly summary: ReportSummary;
  /** Options and configuration in display order, as names and texts. */
  readonly settings: readonly (readonly [name: string, value: string])[];
  /** Requests that the run might send within one second; null: no limit. */
  readonly requestsPerSecond: number | null;
  readonly timeline: ReportTimeline;
  /** By begin. Pauses of different kinds may overlap. */
  readonly pauses: readonly ReportPause[];
  /** By route, the most frequent first. */
  readonly routes: readonly ReportRoute[];
  /** The slowest first. */
  readonly slowest: readonly SlowRequest[];
  /** The most frequent first. */
  readonly rejections: readonly ReportRejection[];
  /** What the mapping left out, the most frequent first. */
  readonly dropped: readonly ReportDropped[];
  readonly warnings: readonly ReportWarning[];
}

/** Where a message is in the input. */
export interface InputPlace {
  /** Absent when the input is one file. */
  readonly file?: string;
  /** From 1. */
  readonly line: number;
  /** Within a line of several messages: `[3]` of an array, `batch[3]` of a batch. */
  readonly at?: string;
  /** Absent where the message has no id, or an unusual one. */
  readonly messageId?: string;
}

/** What happened when. Each list has one number for each bucket. */
export interface ReportTimeline {
  /** How wide a bucket is. The last one may be incomplete. */
  readonly bucketMs: number;
  /** Requests, by when they were sent. */
  readonly requests: readonly number[];
  /** The most requests within one second of each bucket. */
  readonly peaks: readonly number[];
  /** Messages, by when their result was known. In a dry run, `delivered` are those that would be sent. */
  readonly delivered: readonly number[];
  readonly skipped: readonly number[];
  readonly rejected: readonly number[];
  /** Repeated requests, by when the result of their message was known. */
  readonly retries: readonly number[];
  /** Answers by status, `no answer` and, when there are very many, `other`; by when they came. */
  readonly answers: Readonly<Record<string, readonly number[]>>;
}

/** Why a run sends nothing for a time: PX asks for it, PX does not answer, or the requests of the day are used up. */
export type PauseCause = 'asked' | 'outage' | 'quota';

/** One pause, or several that are close together. */
export interface ReportPause {
  readonly why: PauseCause;
  readonly fromMs: number;
  readonly untilMs: number;
  /** How many pauses it summarizes. */
  readonly times: number;
  /** How long they took together. */
  readonly pausedMs: number;
}

/** How long the requests of one route took, in milliseconds. */
export interface ReportRoute {
  readonly route: string;
  readonly requests: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
  /** How many took how long; ascending, without those that are empty. */
  readonly histogram: readonly ReportBar[];
}

export interface ReportBar {
  readonly fromMs: number;
  readonly toMs: number;
  readonly count: number;
}

export interface SlowRequest {
  readonly route: string;
  readonly durationMs: number;
  /** Absent when no answer came. */
  readonly status?: number;
  /** Why there was no usable answer. */
  readonly errorCode?: string;
  readonly place: InputPlace;
}

/** Messages that this run rejected for one reason. */
export interface ReportRejection {
  readonly code: string;
  readonly retryable: boolean;
  /** The first text of its kind: texts that differ only in ids, addresses and numbers are one kind. */
  readonly reason: string;
  readonly count: number;
  /** The first few. */
  readonly places: readonly InputPlace[];
}

/** Values that were dropped at one path for one reason. */
export interface ReportDropped {
  readonly path: string;
  readonly reason: DropReason;
  /** Counts all runs. */
  readonly count: number;
  /** The first few of this run. */
  readonly places: readonly InputPlace[];
}

export interface ReportWarning {
  readonly code: string;
  /** Counts all runs. */
  readonly count: number;
  /** The first few of this run. */
  readonly places: readonly InputPlace[];
}

/** Results of the messages of one kind. */
export interface ReportKind {
  /** Absent after a dry run. */
  readonly delivered?: number;
  /** Only after a dry run. */
  readonly wouldSend?: number;
  readonly skipped: number;
  readonly rejected: number;
}

/** The part of the summary, which `deliver --json` prints, that a report shows. */
export interface ReportSummary {
  readonly sentTo: 'px' | 'simulator' | 'nowhere';
  readonly files: readonly { readonly name: string; readonly read: number }[];
  readonly messages: Omit<ReportKind, 'skipped'> & {
    readonly read: number;
    readonly retryable: number;
    readonly skipped: {
      readonly passedOver: number;
      readonly switchedOff: number;
      readonly typeFiltered: number;
      readonly refusedBefore: number;
      readonly unreadableBefore: number;
    };
    readonly byType: Readonly<Record<string, ReportKind>>;
  };
  readonly requests: ReportRequests | ReportWouldBe;
  readonly linksSkipped: number;
  readonly runs: number;
  readonly resumed: boolean;
  readonly left: number;
  readonly possibleDuplicates: number;
  readonly rejected: {
    readonly byCode: readonly {
      readonly code: string;
      readonly retryable: boolean;
      readonly count: number;
    }[];
    readonly file: string | null;
  };
  readonly dropped: { readonly values: number; readonly messages: number };
  /** How long all runs took together, in milliseconds. */
  readonly durationMs: number;
  readonly stopped: { readonly message: string } | null;
  readonly goOn: readonly string[];
}

export interface ReportRequests {
  readonly total: number;
  readonly byRoute: Readonly<Record<string, number>>;
  readonly perMessage: number | null;
  readonly retries: number;
  readonly unsent: {
    readonly steps: number;
    readonly unchangedFields: number;
    readonly staleFields: number;
  };
  readonly latencyMs: { readonly p50: number | null; readonly p95: number | null };
}

/** What a dry run would have sent. */
export interface ReportWouldBe {
  readonly atLeast: number;
  readonly atMost: number;
  readonly byRoute: Readonly<Record<string, number>>;
}
