import { isObject } from '../../../core/index.js';
import {
  type Explanation,
  MESSAGE_TYPES,
  type SkipReason,
  type WarningCode,
} from '../../../destinations/gainsight_px/index.js';
import type { Outcome, RequestRecord, Unsent } from '../../../router/index.js';
import type { InputItem } from '../../input/read-messages.js';
import { DroppedValues, type SavedDroppedValues } from './dropped-values.js';
import { FirstRejections } from './first-rejections.js';
import { Latencies, type SavedLatencies } from './latencies.js';
import type { RejectedNote, Rejection } from '../../rejected/rejection.js';

/** Types with counts of their own: the mapped ones, and others that archives contain. */
const COUNTED_TYPES = [...MESSAGE_TYPES, 'page', 'screen', 'alias'] as const;

/** Kind of an input item; `other` is a message of another type or without type. */
export type InputKind = (typeof COUNTED_TYPES)[number] | 'other' | 'unreadable';

/** Results of the messages of one kind. */
export interface OutcomeCounts {
  /** In a dry run: would be sent. */
  delivered: number;
  skipped: number;
  rejected: number;
}

/** How often one code was the reason of a rejection. */
export interface RejectedCode {
  readonly code: string;
  readonly retryable: boolean;
  count: number;
}

/** Why a message was skipped: its content, or an earlier run. */
export type SkipCause = SkipReason | 'refused_before' | 'unreadable_before';

/** Counts of settled messages and of requests as plain data: what one run stores and the next continues from. */
export interface SavedCounts {
  readonly passedOver: number;
  readonly skipped: Readonly<Record<SkipCause, number>>;
  readonly sent: number;
  readonly linksSkipped: number;
  readonly possibleDuplicates: number;
  readonly kinds: readonly (readonly [InputKind, Readonly<OutcomeCounts>])[];
  readonly codes: readonly Readonly<RejectedCode>[];
  readonly warnings: readonly (readonly [WarningCode, number])[];
  readonly dropped: SavedDroppedValues;
  readonly firstRejections: readonly RejectedNote[];
  readonly requests: readonly (readonly [route: string, count: number])[];
  readonly retries: number;
  readonly unsent: Unsent;
  readonly latencies: SavedLatencies;
}

/** What the mapping left out of a message, and what it warns of. */
export type Remarks = Pick<Explanation, 'dropped' | 'warnings'>;

/** Sees what is counted of one run, as it happens. */
export interface CountsObserver {
  onRequest(record: RequestRecord): void;
  onOutcome(outcome: Outcome, item: InputItem): void;
  onDelivered(): void;
  onSkipped(): void;
  onRejected(rejection: Rejection): void;
  onRemarks(remarks: Remarks, item: InputItem): void;
}

/** Counts the results of the messages of a run, and of those that it continues. */
export class Counts {
  /**
   * Messages and unreadable items so far, including those skipped by `--skip`: the value of the next
   * `--skip`.
   */
  read = 0;
  passedOver = 0;
  readonly skipped: Record<SkipCause, number> = {
    switched_off: 0,
    type_filtered: 0,
    refused_before: 0,
    unreadable_before: 0,
  };
  /** Messages with at least one request that was sent, or needless. */
  sent = 0;
  /** Delivered group messages that do not link their user. */
  linksSkipped = 0;
  /** Messages whose event PX may have twice, from one run or from two. */
  possibleDuplicates = 0;
  /** Requests that were sent again. */
  retries = 0;
  /** What was not sent, because PX holds it already. */
  unsent: Unsent = { steps: 0, unchangedFields: 0, staleFields: 0 };
  /** Requests by route. */
  readonly requests = new Map<string, number>();
  readonly kinds = new Map<InputKind, OutcomeCounts>();
  readonly codes = new Map<string, RejectedCode>();
  readonly warnings = new Map<WarningCode, number>();
  readonly dropped = new DroppedValues();
  readonly firstRejections = new FirstRejections();
  #latencies = new Latencies();

  constructor(private readonly observer?: CountsObserver) {}

  get delivered(): number {
    return this.#sum('delivered');
  }

  get rejected(): number {
    return this.#sum('rejected');
  }

  get retryable(): number {
    return [...this.codes.values()].reduce((sum, { retryable, count }) => sum + (retryable ? count : 0), 0);
  }

  /** Messages with a final result. */
  get settled(): number {
    return this.passedOver + this.delivered + this.rejected + this.#sum('skipped');
  }

  noteDelivered(item: InputItem): void {
    this.#countsOf(item).delivered += 1;
    this.observer?.onDelivered();
  }

  noteSkipped(item: InputItem, why: SkipCause): void {
    this.#countsOf(item).skipped += 1;
    this.skipped[why] += 1;
    this.observer?.onSkipped();
  }

  noteRejected(rejection: Rejection): void {
    this.#countsOf(rejection.item).rejected += 1;
    const { code, retryable } = rejection;
    const key = codeKey(rejection);
    const counted = this.codes.get(key);
    if (counted === undefined) this.codes.set(key, { code, retryable, count: 1 });
    else counted.count += 1;
    this.observer?.onRejected(rejection);
  }

  /** Call it for a message that is settled: one that is not settled is mapped again by the next run. */
  noteRemarks(remarks: Remarks, item: InputItem): void {
    this.dropped.add(remarks.dropped);
    for (const { code } of remarks.warnings) this.warnings.set(code, (this.warnings.get(code) ?? 0) + 1);
    this.observer?.onRemarks(remarks, item);
  }

  noteRequest(record: RequestRecord): void {
    const { route, durationMs } = record;
    this.requests.set(route, (this.requests.get(route) ?? 0) + 1);
    this.#latencies.add(durationMs);
    this.observer?.onRequest(record);
  }

  /** The router is done with a message, whether it is settled or not. */
  noteOutcome(outcome: Outcome, item: InputItem): void {
    const { requests, retries, unsent } = outcome;
    this.retries += retries;
    if (unsent !== undefined) this.#noteUnsent(unsent);
    if (requests.length > 0 || unsent !== undefined) this.sent += 1;
    this.observer?.onOutcome(outcome, item);
  }

  #noteUnsent({ steps, unchangedFields, staleFields }: Unsent): void {
    this.unsent = {
      steps: this.unsent.steps + steps,
      unchangedFields: this.unsent.unchangedFields + unchangedFields,
      staleFields: this.unsent.staleFields + staleFields,
    };
  }

  /** How long half of the requests took at most, and 95 % of them; in milliseconds. */
  get latencyMs(): { readonly p50: number | null; readonly p95: number | null } {
    return { p50: this.#latencies.percentile(50), p95: this.#latencies.percentile(95) };
  }

  save(): SavedCounts {
    const { passedOver, skipped, sent, linksSkipped, possibleDuplicates, retries, unsent } = this;
    return {
      passedOver,
      skipped: { ...skipped },
      sent,
      linksSkipped,
      possibleDuplicates,
      kinds: [...this.kinds],
      codes: [...this.codes.values()],
      warnings: [...this.warnings],
      dropped: this.dropped.save(),
      firstRejections: this.firstRejections.save(),
      requests: [...this.requests],
      retries,
      unsent,
      latencies: this.#latencies.save(),
    };
  }

  /** Continues the counts of an earlier run. Call it before anything is counted. */
  restore(saved: SavedCounts): void {
    const { passedOver, skipped, sent, linksSkipped, possibleDuplicates, retries, unsent } = saved;
    Object.assign(this, { passedOver, sent, linksSkipped, possibleDuplicates, retries, unsent });
    Object.assign(this.skipped, skipped);
    for (const [kind, outcomes] of saved.kinds) this.kinds.set(kind, { ...outcomes });
    for (const code of saved.codes) this.codes.set(codeKey(code), { ...code });
    for (const [code, number] of saved.warnings) this.warnings.set(code, number);
    for (const [route, number] of saved.requests) this.requests.set(route, number);
    this.dropped.restore(saved.dropped);
    this.firstRejections.restore(saved.firstRejections);
    this.#latencies = new Latencies(saved.latencies);
  }

  #countsOf(item: InputItem): OutcomeCounts {
    const kind = kindOf(item);
    let outcomes = this.kinds.get(kind);
    if (outcomes === undefined) this.kinds.set(kind, (outcomes = { delivered: 0, skipped: 0, rejected: 0 }));
    return outcomes;
  }

  #sum(outcome: keyof OutcomeCounts): number {
    let sum = 0;
    for (const outcomes of this.kinds.values()) sum += outcomes[outcome];
    return sum;
  }
}

const codeKey = ({ code, retryable }: Pick<RejectedCode, 'code' | 'retryable'>): string =>
  `${code} ${retryable}`;

function kindOf(item: InputItem): InputKind {
  if (item.kind === 'unreadable') return 'unreadable';
  const type = isObject(item.message) ? item.message.type : undefined;
  if (typeof type !== 'string') return 'other';
  return COUNTED_TYPES.find((known) => known === type || known === type.toLowerCase()) ?? 'other';
}
