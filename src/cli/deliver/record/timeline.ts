import type { ReportTimeline } from '../../../web/index.js';

/** What is counted over time; answers have a list of their own for each status. */
type Counted = Exclude<keyof ReportTimeline, 'bucketMs' | 'answers'>;

const SECOND_MS = 1_000;
const MAX_BUCKETS = 600;

/** PX answers with about ten; a gateway can answer with any. */
const MAX_STATUSES = 20;
const OTHER = 'other';

/** A request is counted when it is over: so many seconds back, the requests of a second are still known. */
const KNOWN_SECONDS = 1_024;

/** Counts what happens over time, in at most 600 buckets: they begin with a second, and become twice as wide whenever they are used up. */
export class Timeline {
  #bucketMs = SECOND_MS;
  #used = 0;
  readonly #lists = new Map<Counted, Float64Array>();
  readonly #answers = new Map<string, Float64Array>();
  readonly #seconds = new Float64Array(KNOWN_SECONDS).fill(-1);
  readonly #perSecond = new Float64Array(KNOWN_SECONDS);

  /** @param sentMs when it was sent, in milliseconds from the begin of the run */
  request(sentMs: number): void {
    const atMs = Math.max(0, sentMs);
    this.add('requests', atMs);
    const second = Math.floor(atMs / SECOND_MS);
    const slot = second % KNOWN_SECONDS;
    if (this.#seconds[slot]! > second) return; // too long ago
    if (this.#seconds[slot] !== second) this.#perSecond[slot] = 0;
    this.#seconds[slot] = second;
    const count = ++this.#perSecond[slot]!;
    const peaks = this.#list(this.#lists, 'peaks');
    const bucket = this.#bucketOf(atMs);
    peaks[bucket] = Math.max(peaks[bucket]!, count);
  }

  answer(status: string, atMs: number): void {
    const isKnown = this.#answers.has(status) || this.#answers.size < MAX_STATUSES;
    const bucket = this.#bucketOf(atMs);
    this.#list(this.#answers, isKnown ? status : OTHER)[bucket]! += 1;
  }

  add(what: Exclude<Counted, 'peaks'>, atMs: number, count = 1): void {
    const bucket = this.#bucketOf(atMs);
    this.#list(this.#lists, what)[bucket]! += count;
  }

  /** @param durationMs how long the run took */
  report(durationMs: number): ReportTimeline {
    this.#bucketOf(Math.max(0, durationMs - 1));
    const shown = (list: Float64Array | undefined): number[] => [
      ...(list ?? new Float64Array(MAX_BUCKETS)).subarray(0, this.#used),
    ];
    return {
      bucketMs: this.#bucketMs,
      requests: shown(this.#lists.get('requests')),
      peaks: shown(this.#lists.get('peaks')),
      delivered: shown(this.#lists.get('delivered')),
      skipped: shown(this.#lists.get('skipped')),
      rejected: shown(this.#lists.get('rejected')),
      retries: shown(this.#lists.get('retries')),
      answers: Object.fromEntries([...this.#answers].sort().map(([status, list]) => [status, shown(list)])),
    };
  }

  #list<Key>(lists: Map<Key, Float64Array>, key: Key): Float64Array {
    let list = lists.get(key);
    if (list === undefined) lists.set(key, (list = new Float64Array(MAX_BUCKETS)));
    return list;
  }

  #bucketOf(atMs: number): number {
    while (atMs >= this.#bucketMs * MAX_BUCKETS) this.#widen();
    const bucket = Math.floor(atMs / this.#bucketMs);
    this.#used = Math.max(this.#used, bucket + 1);
    return bucket;
  }

  #widen(): void {
    this.#bucketMs *= 2;
    this.#used = Math.ceil(this.#used / 2);
    for (const [what, list] of this.#lists) {
      if (what === 'peaks') halve(list, Math.max);
      else halve(list, sum);
    }
    for (const list of this.#answers.values()) halve(list, sum);
  }
}

const sum = (a: number, b: number): number => a + b;

/** Two buckets become one. */
function halve(list: Float64Array, join: (a: number, b: number) => number): void {
  const half = list.length / 2;
  for (let bucket = 0; bucket < half; bucket += 1) {
    list[bucket] = join(list[2 * bucket]!, list[2 * bucket + 1]!);
  }
  list.fill(0, half);
}
