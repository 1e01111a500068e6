import type { LiveNow } from '../../web/index.js';

/** An event of a {@link LivePart}. */
export interface LiveText {
  readonly atMs: number;
  /** The size of `json`. */
  readonly bytes: number;
  /** A `LiveEvent` as JSON. */
  readonly json: string;
}

/** What one process of a service contributes to an answer of `GET /live/events`. */
export interface LivePart {
  /** The name of the process: letters and digits. */
  readonly name: string;
  /** The number of its newest event, whether it matches or not. */
  readonly last: number;
  /** The newest events that match, oldest first. */
  readonly events: readonly LiveText[];
  /** How many older events match, too. */
  readonly left: number;
  /** How many events it holds, and holds at most. */
  readonly kept: number;
  readonly bound: number;
  readonly now: Omit<LiveNow, 'lagMs'>;
  /** The lags of the events of the last minute, in milliseconds, in any order. */
  readonly lags: readonly number[];
}

/** Bytes of the events in one answer at most. */
const MOST_BYTES = 4 * 1024 * 1024;

/** The newest of some events, as many as fit into one answer. */
export function newest<Event extends Pick<LiveText, 'bytes'>>(
  events: readonly Event[],
  limit: number,
): { readonly chosen: readonly Event[]; readonly left: number } {
  let bytes = 0;
  let from = events.length;
  while (from > Math.max(0, events.length - limit)) {
    bytes += events[from - 1]!.bytes;
    if (bytes > MOST_BYTES) break;
    from -= 1;
  }
  return { chosen: events.slice(from), left: from };
}
