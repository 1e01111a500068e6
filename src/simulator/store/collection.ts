import { isObject, type JsonObject } from '../../core/index.js';
import { IdMap } from './id-map.js';

/**
 * How long reads do not find a new object: for some requests, for some milliseconds, or until both have
 * passed.
 */
export interface ReadLag {
  readonly requests?: number;
  readonly ms?: number;
}

/** How long a soft-deleted record can be revived (Gainsight PX support articles: seven days). */
const REVIVAL_MS = 7 * 24 * 60 * 60 * 1000;

interface Hidden {
  requestsLeft: number;
  readonly untilMs: number;
}

/** Users or accounts by their case-sensitive id, with soft deletion, revival and the lag of the read side. */
export class Collection {
  readonly live = new IdMap<JsonObject>();
  readonly #deleted = new IdMap<{ readonly record: JsonObject; readonly atMs: number }>();
  readonly #hidden = new IdMap<Hidden>();
  readonly #now: () => number;
  readonly #onForget: (id: string) => void;
  lag: ReadLag | null = null;

  /**
   * Calls `onForget` when a record cannot come back: deleted hard, or deleted soft and not revived in time.
   */
  constructor(now: () => number, onForget: (id: string) => void) {
    this.#now = now;
    this.#onForget = onForget;
  }

  /** The record as reads and updates see it: undefined while the read side lags. */
  find(id: string): JsonObject | undefined {
    const record = this.live.get(id);
    return record !== undefined && this.#isHidden(id) ? undefined : record;
  }

  /**
   * Adds a record, or revives a soft-deleted one and merges it in; false when the id exists, also while reads
   * lag.
   */
  create(id: string, record: JsonObject): boolean {
    if (this.live.has(id)) return false;
    this.live.set(id, mergeRecord(this.#takeRevivable(id) ?? {}, record));
    if (this.lag !== null) {
      const { requests = 0, ms = 0 } = this.lag;
      this.#hidden.set(id, { requestsLeft: requests, untilMs: this.#now() + ms });
    }
    return true;
  }

  /**
   * Merges a change into a record, or into a soft-deleted one, which it revives; false when there is neither.
   */
  update(id: string, change: JsonObject): boolean {
    const record = this.live.has(id) ? this.find(id) : this.#takeRevivable(id);
    if (record === undefined) return false;
    this.live.set(id, mergeRecord(record, change));
    return true;
  }

  /**
   * Deletes a record; false when there is none. A hard deletion also removes a record that is soft-deleted
   * already; whether PX does so is undocumented.
   */
  delete(id: string, hard: boolean): boolean {
    const record = this.live.get(id);
    if (record === undefined) {
      if (!hard || this.#takeRevivable(id) === undefined) return false;
      this.#onForget(id);
      return true;
    }
    this.live.delete(id);
    this.#hidden.delete(id);
    if (hard) this.#onForget(id);
    else this.#deleted.set(id, { record, atMs: this.#now() });
    return true;
  }

  clear(): void {
    this.live.clear();
    this.#deleted.clear();
    this.#hidden.clear();
  }

  #takeRevivable(id: string): JsonObject | undefined {
    const deleted = this.#deleted.get(id);
    if (deleted === undefined) return undefined;
    this.#deleted.delete(id);
    if (this.#now() - deleted.atMs < REVIVAL_MS) return deleted.record;
    this.#onForget(id);
    return undefined;
  }

  #isHidden(id: string): boolean {
    const hidden = this.#hidden.get(id);
    if (hidden === undefined) return false;
    if (hidden.requestsLeft <= 0 && this.#now() >= hidden.untilMs) {
      this.#hidden.delete(id);
      return false;
    }
    hidden.requestsLeft -= 1;
    return true;
  }
}

/**
 * Returns a record with the fields of `change` in place of its own; neither argument is changed.
 *
 * Clients rely on it that an update keeps the fields that it does not name. Inferred: PX also merges
 * `customAttributes`, `location` and its `coordinates` by key, and does not replace them as a whole.
 *
 * @example
 * mergeRecord({ plan: 'a', customAttributes: { x: 1 } }, { customAttributes: { y: 2 } });
 * // { plan: 'a', customAttributes: { x: 1, y: 2 } }
 */
function mergeRecord(record: JsonObject, change: JsonObject): JsonObject {
  const merged = { ...record, ...change };
  for (const field of ['customAttributes', 'location', 'coordinates']) {
    const [before, after] = [record[field], change[field]];
    if (isObject(before) && isObject(after)) merged[field] = mergeRecord(before, after);
  }
  return merged;
}
