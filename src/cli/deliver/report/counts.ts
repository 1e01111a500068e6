import { isObject } from '../../../core/index.js';
import {
  type Explanation,
  MESSAGE_TYPES,
  type SkipReason,
  type WarningCode,
} from '../../../destinations/gainsight_px/index.js';
import type { InputItem } from '../../input/read-messages.js';
import { DroppedValues } from './dropped-values.js';
import { FirstRejections } from './first-rejections.js';
import type { Rejection } from '../rejected/rejection.js';

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

/** Counts the results of the messages of a run. */
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
  /** Messages with at least one request sent. */
  sent = 0;
  /** Until when PX asks to send nothing, on the clock of `performance.now()`. */
  pausedUntilMs = 0;
  /** Delivered group messages that do not link their user. */
  linksSkipped = 0;
  /** Delivered by this run, and possibly by an earlier run that got no clear response. */
  perhapsDeliveredBefore = 0;
  readonly kinds = new Map<InputKind, OutcomeCounts>();
  readonly codes = new Map<string, RejectedCode>();
  readonly warnings = new Map<WarningCode, number>();
  readonly dropped = new DroppedValues();
  readonly firstRejections = new FirstRejections();

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

  notePause(untilMs: number): void {
    this.pausedUntilMs = Math.max(this.pausedUntilMs, untilMs);
  }

  noteDelivered(item: InputItem): void {
    this.#countsOf(item).delivered += 1;
  }

  noteSkipped(item: InputItem, why: SkipCause): void {
    this.#countsOf(item).skipped += 1;
    this.skipped[why] += 1;
  }

  noteRejected(rejection: Rejection): void {
    this.#countsOf(rejection.item).rejected += 1;
    const { code, retryable } = rejection;
    const key = `${code} ${retryable}`;
    const counted = this.codes.get(key);
    if (counted === undefined) this.codes.set(key, { code, retryable, count: 1 });
    else counted.count += 1;
  }

  noteExplained({ dropped, warnings }: Explanation): void {
    this.dropped.add(dropped);
    for (const { code } of warnings) this.warnings.set(code, (this.warnings.get(code) ?? 0) + 1);
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

function kindOf(item: InputItem): InputKind {
  if (item.kind === 'unreadable') return 'unreadable';
  const type = isObject(item.message) ? item.message.type : undefined;
  if (typeof type !== 'string') return 'other';
  return COUNTED_TYPES.find((known) => known === type || known === type.toLowerCase()) ?? 'other';
}
