import orderBy from 'lodash/orderBy.js';
import type { DropReason } from '../../../core/index.js';
import type { DroppedValue } from '../../../destinations/gainsight_px/index.js';

/** Values that were dropped at one path for one reason. */
export interface DroppedPath {
  readonly path: string;
  readonly reason: DropReason;
  readonly count: number;
}

/** Senders choose the names in events; a limit on distinct paths bounds the memory. */
const MAX_PATHS = 10_000;
/** Longer paths are counted in the total alone. */
export const MAX_PATH_LENGTH = 200;

/** So many paths are stored, the most frequent ones: the summary shows ten. */
const MAX_SAVED_PATHS = 1_000;

/** The counts as plain data. */
export interface SavedDroppedValues {
  readonly total: number;
  readonly messages: number;
  readonly paths: readonly DroppedPath[];
}

/** Counts the values that the mapping dropped. */
export class DroppedValues {
  readonly #counts = new Map<string, { path: string; reason: DropReason; count: number }>();
  #total = 0;
  #messages = 0;

  /** Values dropped, of all messages. */
  get total(): number {
    return this.#total;
  }

  /** Messages with at least one dropped value. */
  get messages(): number {
    return this.#messages;
  }

  /** The counts to store and to continue from. */
  save(): SavedDroppedValues {
    return { total: this.#total, messages: this.#messages, paths: this.top(MAX_SAVED_PATHS) };
  }

  restore({ total, messages, paths }: SavedDroppedValues): void {
    this.#total = total;
    this.#messages = messages;
    for (const counted of paths) this.#counts.set(keyOf(counted), { ...counted });
  }

  add(dropped: readonly DroppedValue[]): void {
    if (dropped.length === 0) return;
    this.#messages += 1;
    for (const { path, reason } of dropped) {
      this.#total += 1;
      const key = keyOf({ path, reason });
      const counted = this.#counts.get(key);
      if (counted !== undefined) counted.count += 1;
      else if (this.#counts.size < MAX_PATHS && path.length <= MAX_PATH_LENGTH) {
        this.#counts.set(key, { path, reason, count: 1 });
      }
    }
  }

  /** The most frequent paths, most frequent first. */
  top(size: number): DroppedPath[] {
    return orderBy([...this.#counts.values()], ['count', 'path'], ['desc', 'asc']).slice(0, size);
  }
}

const keyOf = ({ path, reason }: Pick<DroppedPath, 'path' | 'reason'>): string => `${reason} ${path}`;
