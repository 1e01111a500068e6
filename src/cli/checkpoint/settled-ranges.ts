/** Numbers of messages, from the first to the last, both included. */
export type Range = readonly [first: number, last: number];

/** Which messages of an input are settled, as a checkpoint stores it. Messages have numbers from 1. */
export interface Settled {
  /** Every message up to this number is settled. */
  readonly upTo: number;
  /** The settled messages after that, ascending; between two ranges is at least one message that is not settled. */
  readonly beyond: readonly Range[];
}

export const NOTHING_SETTLED: Settled = { upTo: 0, beyond: [] };

/** The last number that is settled; 0 for none. */
export function lastSettled({ upTo, beyond }: Settled): number {
  return beyond.at(-1)?.[1] ?? upTo;
}

/** Whether one of these ascending ranges contains a number. */
export function isIn(ranges: readonly Range[], number: number): boolean {
  let [low, high] = [0, ranges.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ranges[middle]![1] < number) low = middle + 1;
    else high = middle;
  }
  return low < ranges.length && ranges[low]![0] <= number;
}

export function isSettled({ upTo, beyond }: Settled, number: number): boolean {
  return number <= upTo || isIn(beyond, number);
}

/**
 * What is settled after a part of an input was read again.
 *
 * @param before what earlier runs settled
 * @param read how many messages this run has read
 * @param unsettled those of them that are not settled, ascending
 */
export function settledNow(before: Settled, read: number, unsettled: readonly number[]): Settled {
  const ranges: [number, number][] = [];
  const add = (first: number, last: number): void => {
    const previous = ranges.at(-1);
    if (first > last) return;
    if (previous !== undefined && first <= previous[1] + 1) previous[1] = Math.max(previous[1], last);
    else ranges.push([first, last]);
  };
  let next = 1;
  for (const number of unsettled) {
    add(next, number - 1);
    next = number + 1;
  }
  add(next, read);
  for (const [first, last] of [[1, before.upTo] as const, ...before.beyond]) {
    add(Math.max(first, read + 1), last);
  }
  const [head, ...rest] = ranges;
  return head?.[0] === 1 ? { upTo: head[1], beyond: rest } : { upTo: 0, beyond: ranges };
}

/** Ascending numbers as ranges. */
export function rangesOf(numbers: readonly number[]): Range[] {
  const ranges: [number, number][] = [];
  for (const number of numbers) {
    const previous = ranges.at(-1);
    if (previous?.[1] === number - 1) previous[1] = number;
    else ranges.push([number, number]);
  }
  return ranges;
}
