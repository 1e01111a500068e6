import type { RequestRecord } from '../../router/index.js';
import type { LiveSecond } from '../../web/index.js';
import type { EventOutcome } from '../observe/outcome-names.js';

const SECOND_MS = 1_000;
const KEPT_SECONDS = 300;
const LAG_MS = 60_000;
const MOST_LAGS = 1_000;

type Count = Exclude<keyof LiveSecond, 'atMs'>;

const NOTHING: Readonly<Record<Count, number>> = {
  events: 0,
  failed: 0,
  requests: 0,
  ok: 0,
  notFound: 0,
  throttled: 0,
  refused: 0,
  serverError: 0,
  noAnswer: 0,
};

/** Counts events and requests for each of the last 300 seconds, and keeps the lags of the last minute. */
export class LiveFigures {
  readonly #seconds = new Map<number, Record<Count, number>>();
  #lags: { readonly atMs: number; readonly lagMs: number }[] = [];

  constructor(private readonly epochMs: () => number) {}

  event(outcome: EventOutcome): void {
    const second = this.#now();
    second.events += 1;
    if (outcome === 'retry' || outcome === 'dropped') second.failed += 1;
  }

  request({ status }: Pick<RequestRecord, 'status'>): void {
    const second = this.#now();
    second.requests += 1;
    second[answerGroup(status)] += 1;
  }

  lag(lagMs: number): void {
    this.#lags.push({ atMs: this.epochMs(), lagMs });
    // Rarely: moving all of them for each event would take long.
    if (this.#lags.length >= 2 * MOST_LAGS) this.#lags = this.#lags.slice(-MOST_LAGS);
  }

  /** Oldest first. */
  get seconds(): LiveSecond[] {
    this.#forget();
    return [...this.#seconds]
      .map(([second, counts]) => ({ atMs: second * SECOND_MS, ...counts }))
      .sort((one, other) => one.atMs - other.atMs);
  }

  /** The lags of the events of the last minute, in milliseconds. */
  get lags(): number[] {
    const nowMs = this.epochMs();
    return this.#lags
      .slice(-MOST_LAGS)
      .filter(({ atMs }) => Math.abs(nowMs - atMs) <= LAG_MS)
      .map(({ lagMs }) => lagMs);
  }

  #now(): Record<Count, number> {
    const second = Math.floor(this.epochMs() / SECOND_MS);
    let counts = this.#seconds.get(second);
    if (counts === undefined) {
      this.#forget();
      this.#seconds.set(second, (counts = { ...NOTHING }));
    }
    return counts;
  }

  /** Also of what a clock that was set back has left in the future. */
  #forget(): void {
    const now = Math.floor(this.epochMs() / SECOND_MS);
    for (const second of this.#seconds.keys())
      if (second > now || second <= now - KEPT_SECONDS) this.#seconds.delete(second);
  }
}

function answerGroup(status: number | undefined): Count {
  if (status === undefined) return 'noAnswer';
  if (status >= 200 && status <= 299) return 'ok';
  if (status === 404) return 'notFound';
  if (status === 429) return 'throttled';
  return status >= 400 && status <= 499 ? 'refused' : 'serverError';
}
