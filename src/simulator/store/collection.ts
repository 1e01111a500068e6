import type { JsonObject } from '../../core/index.js';
import { IdMap } from './id-map.js';
import { mergeRecord } from './merge.js';

/** How long reads of a new object still find nothing: a number of requests, a time, or whichever lasts longer of both. */
export interface ReadLag {
  readonly requests?: number;
  readonly ms?: number;
}

/** A soft-deleted record comes back within this time (Gainsight PX support articles: seven days). */
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

  /** `onForget` is called when a record is gone for good: deleted hard, or soft and never revived in time. */
  constructor(now: () => number, onForget: (id: string) => void) {
    this.#now = now;
    this.#onForget = onForget;
  }

  /** The record as reads and updates see it: not at all while the read side lags. */
  find(id: string): JsonObject | undefined {
    const record = this.live.get(id);
    return record !== undefined && this.#isHidden(id) ? undefined : record;
  }

  /** Adds a record, or revives a soft-deleted one with it; false when the id is taken. Writes see no lag. */
  create(id: string, record: JsonObject): boolean {
    if (this.live.has(id)) return false;
    this.live.set(id, mergeRecord(this.#takeRevivable(id) ?? {}, record));
    if (this.lag !== null) {
      const { requests = 0, ms = 0 } = this.lag;
      this.#hidden.set(id, { requestsLeft: requests, untilMs: this.#now() + ms });
    }
    return true;
  }

  /** Changes the fields given, reviving a soft-deleted record; false when there is none. */
  update(id: string, change: JsonObject): boolean {
    const record = this.live.has(id) ? this.find(id) : this.#takeRevivable(id);
    if (record === undefined) return false;
    this.live.set(id, mergeRecord(record, change));
    return true;
  }

  /**
   * Deletes a record; false when there is none. A hard deletion also takes one that was soft-deleted before: whether PX does so
   * is undocumented.
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
