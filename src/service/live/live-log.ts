import type { RequestRecord } from '../../router/index.js';
import type { LiveNow, LiveRoute } from '../../web/index.js';
import type { CountedEvent } from '../observe/event-outcome.js';
import { marksOf } from './live-cursor.js';
import { LiveFigures } from './live-figures.js';
import { newest, type LivePart } from './live-part.js';
import { FILTERS, type ParsedLiveQuery } from './live-query.js';
import { liveRecord, type LiveRecord, type LiveSource } from './live-record.js';

/** Events in memory at most. */
const MOST_EVENTS = 300;
/** Bytes of their JSON at most. */
const MOST_BYTES = 16 * 1024 * 1024;

/** What a live log reads. */
export interface LiveSources {
  /** Tells its events from those of other processes and of earlier ones: letters and digits. */
  readonly name: string;
  readonly epochMs: () => number;
  readonly load: () => Pick<LiveNow, 'pending' | 'inFlight' | 'pausedMs' | 'limit'>;
}

interface Kept {
  readonly number: number;
  readonly record: LiveRecord;
}

/** The last events of this process, and what it is doing now. In memory only, and bounded. */
export class LiveLog {
  /** Oldest first. */
  readonly #kept: Kept[] = [];
  #bytes = 0;
  /** The number of the newest event; the first is 1. */
  #last = 0;
  readonly #figures: LiveFigures;

  constructor(private readonly sources: LiveSources) {
    this.#figures = new LiveFigures(sources.epochMs);
  }

  /** Bytes of JSON in memory. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Notes the events of one call. Of more than are kept, it reads the newest only.
   *
   * @param sourceOf what there is to show of the event with an index
   * @param durationMs how long the call took until now
   */
  note(
    route: LiveRoute,
    events: readonly CountedEvent[],
    sourceOf: (index: number) => LiveSource,
    durationMs: number,
  ): void {
    const { name, epochMs } = this.sources;
    const atMs = epochMs();
    const before = this.#last;
    this.#last += events.length;
    for (const { outcome } of events) this.#figures.event(outcome);
    const newestFirst: Kept[] = [];
    let bytes = 0;
    for (let index = events.length - 1; index >= 0; index -= 1) {
      if (newestFirst.length >= MOST_EVENTS || bytes > MOST_BYTES) break;
      const number = before + index + 1;
      const place = { id: `${name}-${number}`, atMs, route, durationMs };
      const record = liveRecord(place, events[index]!, sourceOf(index));
      bytes += record.json.length;
      newestFirst.push({ number, record });
    }
    for (const kept of newestFirst.reverse()) this.#keep(kept);
  }

  request(record: RequestRecord): void {
    this.#figures.request(record);
  }

  /** What this process answers to a query. */
  part(query: ParsedLiveQuery): LivePart {
    const { name, epochMs, load } = this.sources;
    const mark = marksOf(query.after).get(name) ?? 0;
    const words = FILTERS.map((filter) => [filter, query[filter]?.toLowerCase() ?? ''] as const);
    const matching = this.#kept
      .filter(({ number }) => number > mark)
      .filter(({ record }) => words.every(([filter, word]) => record.words[filter].includes(word)))
      .map(({ record: { atMs, json } }) => ({ atMs, json, bytes: json.length }));
    const { chosen, left } = newest(matching, query.limit);
    return {
      name,
      last: this.#last,
      events: chosen.map(({ json, ...event }) => ({ ...event, json: json.toString() })),
      left,
      kept: this.#kept.length,
      bound: MOST_EVENTS,
      now: { atMs: epochMs(), seconds: this.#figures.seconds, ...load() },
      lags: this.#figures.lags,
    };
  }

  #keep(kept: Kept): void {
    const { lagMs, json } = kept.record;
    if (lagMs !== undefined) this.#figures.lag(lagMs);
    this.#kept.push(kept);
    this.#bytes += json.length;
    while (this.#kept.length > MOST_EVENTS || this.#bytes > MOST_BYTES)
      this.#bytes -= this.#kept.shift()!.record.json.length;
  }
}
