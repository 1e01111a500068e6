import { WINDOW_MS } from '../timing.js';

const BUCKET_MS = 10 * 60 * 1000;
const DAY_MS = 24 * 60 * 60 * 1000;

/** As in the limiter of one process: after so long without an answer, new connections must be made. */
const KEEP_ALIVE_MS = 4_000;

/** More are not corrected at the first answer: they are older than a window. */
const MOST_CONNECTING = 1_000;

/** How many were sent in a stretch of time that ended so long ago. */
export interface PastSends {
  readonly ageMs: number;
  readonly count: number;
}

/** What a process has sent in one scope, as far as it still counts. */
export class Sends {
  /** When the last ones left, by number, in the order of the numbers. */
  readonly #leftMs = new Map<number, number>();
  /** The counts of the last day, in stretches of ten minutes. */
  readonly #day = new Map<number, number>();
  /** Sends that had to wait for a connection, none of which was answered yet. */
  #connecting: number[] = [];
  #answeredMs = -Infinity;

  add(number: number, nowMs: number, epochMs: number): void {
    this.#forget(nowMs);
    this.#leftMs.set(number, nowMs);
    this.#countInDay(epochMs);
    if (nowMs - this.#answeredMs <= KEEP_ALIVE_MS) return;
    this.#connecting.push(number);
    if (this.#connecting.length > MOST_CONNECTING) this.#connecting.shift();
  }

  /** Notes that a send left at another time than it was added. */
  date(number: number, leftMs: number): void {
    this.#leftMs.set(number, leftMs);
  }

  /** Notes an answer, and returns the sends that have waited for a connection: they have arrived by now only. */
  answered(nowMs: number): readonly number[] {
    this.#answeredMs = nowMs;
    const connecting = this.#connecting;
    if (connecting.length > 0) this.#connecting = [];
    return connecting;
  }

  /** The sends that left at `sinceMs` or later, and at most a window ago. */
  since(sinceMs: number): { readonly number: number; readonly leftMs: number }[] {
    return [...this.#leftMs].flatMap(([number, leftMs]) => (leftMs >= sinceMs ? [{ number, leftMs }] : []));
  }

  /** Whether none left within the last window. */
  isEmpty(nowMs: number): boolean {
    this.#forget(nowMs);
    return this.#leftMs.size === 0;
  }

  /** All of the last day. */
  ofDay(epochMs: number): PastSends[] {
    return [...this.#day].map(([bucket, count]) => ({
      ageMs: Math.max(0, epochMs - (bucket + 1) * BUCKET_MS + 1),
      count,
    }));
  }

  #forget(nowMs: number): void {
    for (const [number, leftMs] of this.#leftMs) {
      if (leftMs + WINDOW_MS > nowMs) return;
      this.#leftMs.delete(number);
    }
  }

  #countInDay(epochMs: number): void {
    const bucket = Math.floor(epochMs / BUCKET_MS);
    const count = this.#day.get(bucket);
    this.#day.set(bucket, (count ?? 0) + 1);
    if (count !== undefined) return;
    for (const old of this.#day.keys()) {
      if ((old + 1) * BUCKET_MS + DAY_MS <= epochMs) this.#day.delete(old);
    }
  }
}
