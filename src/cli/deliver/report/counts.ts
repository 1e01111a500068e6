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

/** Types that are counted each by itself: those that are mapped, and those that archives hold next to them. */
const COUNTED_TYPES = [...MESSAGE_TYPES, 'page', 'screen', 'alias'] as const;

/** What kind of thing stood in the input: `other` is a message of another type, or of none. */
export type InputKind = (typeof COUNTED_TYPES)[number] | 'other' | 'unreadable';

/** What became of the messages of one kind. */
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

/** Why a message was neither delivered nor rejected: what its own content says, or an earlier run. */
export type SkipCause = SkipReason | 'refused_before' | 'unreadable_before';

/** Counts what becomes of the messages of a run. */
export class Counts {
  /** Messages and issues in the input so far, those passed over by `--skip` among them: where to go on after. */
  read = 0;
  passedOver = 0;
  readonly skipped: Record<SkipCause, number> = {
    switched_off: 0,
    type_filtered: 0,
    refused_before: 0,
    unreadable_before: 0,
  };
  /** Messages of which at least one request was sent. */
  sent = 0;
  /** Until when PX asks to send nothing, on the clock of `performance.now()`. */
  pausedUntilMs = 0;
  /** Delivered group messages that do not link their user. */
  linksSkipped = 0;
  /** Delivered by this run, and perhaps by an earlier one, too, that got no clear answer. */
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

  /** Messages of which it is known what became of them. */
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
