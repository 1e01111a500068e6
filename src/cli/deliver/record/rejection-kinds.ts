import orderBy from 'lodash/orderBy.js';
import type { ReportRejection } from '../../../web/index.js';
import type { Rejection } from '../../rejected/rejection.js';
import { Examples } from './examples.js';

/** PX's answers are its own words; a limit on kinds bounds the memory. The rest is counted by code alone, in the summary. */
const MAX_KINDS = 200;

/** Rejections by what they say. */
export class RejectionKinds {
  readonly #kinds = new Map<
    string,
    Pick<ReportRejection, 'code' | 'retryable' | 'reason'> & { count: number }
  >();
  readonly #examples = new Examples();

  add({ code, retryable, reason, item }: Rejection): void {
    const key = `${code} ${retryable} ${kindOf(reason)}`;
    const kind = this.#kinds.get(key);
    if (kind !== undefined) kind.count += 1;
    else if (this.#kinds.size < MAX_KINDS) this.#kinds.set(key, { code, retryable, reason, count: 1 });
    else return;
    this.#examples.add(key, item);
  }

  /** The most frequent first. */
  list(): ReportRejection[] {
    const kinds = [...this.#kinds].map(([key, kind]) => ({ ...kind, places: this.#examples.of(key) }));
    return orderBy(kinds, 'count', 'desc');
  }
}

/** A reason without what differs from message to message: ids, addresses, numbers. */
function kindOf(reason: string): string {
  return reason.slice(0, 2_000).replace(/[\w.@+-]*[\d@][\w.@+-]*/g, '#');
}
