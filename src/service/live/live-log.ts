import type { RequestRecord } from '../../router/index.js';
import type { LiveNow, LiveRoute } from '../../web/index.js';
import type { CountedEvent } from '../observe/event-outcome.js';
import { marksOf } from './live-cursor.js';
import { LiveFigures } from './live-figures.js';
import { newest, type LivePart } from './live-part.js';
import { FILTERS, type ParsedLiveQuery } from './live-query.js';
import { liveRecord, type LiveRecord, type LiveSource } from './live-record.js';
import { NoteQueue } from './note-queue.js';

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
  /** Called with a fault because of which events of a call are missing, once for each call. */
  readonly onFault: (thrown: unknown, route: LiveRoute) => void;
}

/** The events of one call, and how to show them. */
export interface LiveCall {
  readonly route: LiveRoute;
  readonly events: readonly CountedEvent[];
  /** What there is to show of the event with an index. */
  readonly sourceOf: (index: number) => LiveSource;
  /** How long the call took until now. */
  readonly durationMs: number;
  /** The size of its body. */
  readonly bodyBytes: number;
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
  readonly #queue = new NoteQueue();
  readonly #figures: LiveFigures;

  constructor(private readonly sources: LiveSources) {
    this.#figures = new LiveFigures(sources.epochMs);
  }

  /** Bytes of JSON in memory. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Counts the events of one call at once, and reads them after the call is answered. */
  note({ route, events, sourceOf, durationMs, bodyBytes }: LiveCall): void {
    const { name, epochMs, onFault } = this.sources;
    const atMs = epochMs();
    for (const { outcome } of events) this.#figures.event(outcome);
    let hasFailed = false;
    const note = (index: number, number: number): void => {
      try {
        const place = { id: `${name}-${number}`, atMs, route, durationMs };
        this.#keep({ number, record: liveRecord(place, events[index]!, sourceOf(index)) });
      } catch (thrown) {
        if (!hasFailed) onFault(thrown, route);
        hasFailed = true;
      }
    };
    this.#queue.add({ events: events.length, bodyBytes, note });
  }

  /** Resolves when all events that were noted until now can be read. */
  settled(): Promise<void> {
    return this.#queue.settled();
  }

  request(record: RequestRecord): void {
    this.#figures.request(record);
  }

  /** What this process answers to a query: all events that were noted before. */
  async part(query: ParsedLiveQuery): Promise<LivePart> {
    await this.settled();
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
      last: this.#queue.done,
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
