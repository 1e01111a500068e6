import { isObject } from '../../core/index.js';

const DAY_MS = 24 * 60 * 60 * 1000;
const BUCKET_MS = 10 * 60 * 1000;

/** How many were sent in one stretch of ten minutes. */
interface Bucket {
  readonly startMs: number;
  count: number;
}

/**
 * The requests of the last 24 hours, for a process that starts again: plain data, at most 145 entries. It holds neither a key nor a URL, so its
 * keeper must know which API key it is about.
 */
export interface DayUsage {
  readonly sent: readonly {
    /** When a stretch of ten minutes began, in milliseconds since 1970. */
    readonly sinceMs: number;
    /** Requests sent in it. */
    readonly count: number;
  }[];
}

/** A {@link DayUsage} that was read from a file; `undefined` when the value is something else. */
export function parseDayUsage(value: unknown): DayUsage | undefined {
  if (!isObject(value) || !Array.isArray(value.sent)) return undefined;
  const sent: DayUsage['sent'][number][] = [];
  for (const entry of value.sent as readonly unknown[]) {
    if (!isObject(entry)) return undefined;
    const { sinceMs, count } = entry;
    if (!Number.isFinite(sinceMs) || !Number.isSafeInteger(count) || (count as number) < 0) return undefined;
    sent.push({ sinceMs: sinceMs as number, count: count as number });
  }
  return { sent };
}

/** The same moment on the two clocks of a `Clock`. */
export interface Now {
  readonly nowMs: number;
  readonly epochMs: number;
}

/**
 * Counts what was sent within the last 24 hours, sliding, in stretches of ten minutes.
 *
 * A stretch counts until its last millisecond is a day old, so the limit is never passed, and reached within 0.7 %.
 */
export class DayQuota {
  /** Oldest first; at most 145. */
  #buckets: Bucket[] = [];
  #used = 0;

  constructor(private readonly limit: number) {}

  /** Counts what an earlier process sent; call it before `add`. What the wall clock dates after now counts as sent now. */
  restore({ sent }: DayUsage, { nowMs, epochMs }: Now): void {
    for (const { sinceMs, count } of [...sent].sort((a, b) => a.sinceMs - b.sinceMs)) {
      if (count > 0) this.#buckets.push({ startMs: nowMs - Math.max(0, epochMs - sinceMs), count });
      this.#used += count;
    }
  }

  /** What a later process needs to know. */
  usage({ nowMs, epochMs }: Now): DayUsage {
    this.#forget(nowMs);
    const sent = this.#buckets.map(({ startMs, count }) => ({
      sinceMs: Math.ceil(epochMs - (nowMs - startMs)),
      count,
    }));
    return { sent };
  }

  /** How many count at this time. */
  used(nowMs: number): number {
    this.#forget(nowMs);
    return this.#used;
  }

  isUsedUp(nowMs: number): boolean {
    return this.used(nowMs) >= this.limit;
  }

  /** How long it takes until one more may be sent, in milliseconds; 0: now. */
  waitMs(nowMs: number): number {
    let left = this.used(nowMs);
    for (const { startMs, count } of this.#buckets) {
      if (left < this.limit) break;
      left -= count;
      if (left < this.limit) return startMs + BUCKET_MS + DAY_MS - nowMs;
    }
    return 0;
  }

  /** Notes a send; `nowMs` never goes back. */
  add(nowMs: number): void {
    this.#used += 1;
    const last = this.#buckets.at(-1);
    if (last !== undefined && nowMs < last.startMs + BUCKET_MS) last.count += 1;
    else this.#buckets.push({ startMs: nowMs, count: 1 });
  }

  /** Whether no send counts any longer. */
  isEmpty(nowMs: number): boolean {
    return this.used(nowMs) === 0;
  }

  #forget(nowMs: number): void {
    let oldest = this.#buckets[0];
    while (oldest !== undefined && oldest.startMs + BUCKET_MS + DAY_MS <= nowMs) {
      this.#used -= oldest.count;
      this.#buckets.shift();
      oldest = this.#buckets[0];
    }
  }
}
