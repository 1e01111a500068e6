import { isObject } from '../core/index.js';
import type { KafkaRecord, OutgoingRecord, PartitionOffset } from './records.js';

/** The header of a mark. A mark is a record of the dead-letter topic that is no dead letter. */
const HEADER = 'gainsight-px-replayed';

type Range = readonly [first: bigint, last: bigint];

/**
 * The record that says which dead letters of a topic were replayed. It lies in the topic itself: so it is there for every machine, and as long as
 * the letters that it names. (Offsets of a consumer group would not do: a replay with a filter leaves letters between.)
 *
 * The value is `{"<partition>": [["<first offset>", "<last offset>"], …]}`, both included.
 */
export function replayMark(topic: string, letters: readonly PartitionOffset[]): OutgoingRecord {
  const byPartition: Record<string, [string, string][]> = {};
  const ascending = [...letters].sort((a, b) => (a.offset < b.offset ? -1 : 1));
  for (const { partition, offset } of ascending) {
    const ranges = (byPartition[String(partition)] ??= []);
    const last = ranges.at(-1);
    if (last !== undefined && BigInt(last[1]) + 1n === offset) last[1] = String(offset);
    else ranges.push([String(offset), String(offset)]);
  }
  return { topic, key: undefined, value: JSON.stringify(byPartition), headers: { [HEADER]: '1' } };
}

/** Which dead letters were replayed. */
export class ReplayedLetters {
  readonly #ranges = new Map<number, Range[]>();
  #isSorted = true;

  /** Takes a record of the dead-letter topic; false when it is not a mark. */
  add({ headers, value }: KafkaRecord): boolean {
    if (!headers.has(HEADER)) return false;
    for (const [partition, ranges] of Object.entries(parsed(value))) {
      const known = this.#ranges.get(Number(partition)) ?? [];
      if (Array.isArray(ranges))
        known.push(...ranges.filter(isRange).map(([a, b]): Range => [BigInt(a), BigInt(b)]));
      this.#ranges.set(Number(partition), known);
    }
    this.#isSorted = false;
    return true;
  }

  has({ partition, offset }: PartitionOffset): boolean {
    if (!this.#isSorted) this.#sort();
    const ranges = this.#ranges.get(partition) ?? [];
    let [low, high] = [0, ranges.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (ranges[middle]![1] < offset) low = middle + 1;
      else high = middle;
    }
    return low < ranges.length && ranges[low]![0] <= offset;
  }

  /** Sorts and joins the ranges: two replays at the same time may have marked the same letter. */
  #sort(): void {
    for (const [partition, ranges] of this.#ranges) {
      const joined: [bigint, bigint][] = [];
      for (const [first, last] of ranges.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) {
        const before = joined.at(-1);
        if (before === undefined || first > before[1] + 1n) joined.push([first, last]);
        else if (last > before[1]) before[1] = last;
      }
      this.#ranges.set(partition, joined);
    }
    this.#isSorted = true;
  }
}

/** A mark that somebody else wrote under this header marks nothing. */
function parsed(value: Buffer | undefined): object {
  try {
    const content: unknown = JSON.parse(String(value));
    return isObject(content) ? content : {};
  } catch {
    return {};
  }
}

function isRange(value: unknown): value is [string, string] {
  return (
    Array.isArray(value) &&
    value.length === 2 &&
    value.every((offset) => typeof offset === 'string' && /^\d+$/.test(offset))
  );
}
