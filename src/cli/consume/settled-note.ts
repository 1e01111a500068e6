/** Offsets from the first one on, without the second one. */
export interface OffsetRange {
  readonly from: bigint;
  readonly to: bigint;
}

/** Kafka keeps 4096 bytes with an offset, unless the brokers are set to less. */
const MOST_CHARACTERS = 4000;
const RADIX = 36;
const VERSION = 's1:';

/**
 * Writes what is settled beyond a commit position: how far each range is from the one before, and how long it is. A worker that takes over
 * does not deliver it again. What has no room is left out.
 *
 * @example
 * settledNote(100n, [{ from: 101n, to: 151n }, { from: 152n, to: 161n }]); // 's1:1,1e,1,9'
 */
export function settledNote(position: bigint, ranges: readonly OffsetRange[]): string | undefined {
  let text = VERSION;
  let before = position;
  for (const { from, to } of ranges) {
    const range = `${text === VERSION ? '' : ','}${(from - before).toString(RADIX)},${(to - from).toString(RADIX)}`;
    if (text.length + range.length > MOST_CHARACTERS) break;
    text += range;
    before = to;
  }
  return text === VERSION ? undefined : text;
}

/** Reads such a note. Another text says nothing: then what is beyond the position is delivered again. */
export function readSettledNote(position: bigint, note: string | undefined): OffsetRange[] {
  if (note?.startsWith(VERSION) !== true) return [];
  const numbers = note.slice(VERSION.length).split(',');
  if (numbers.length % 2 !== 0 || !numbers.every((number) => /^[0-9a-z]{1,13}$/.test(number))) return [];
  const ranges: OffsetRange[] = [];
  let before = position;
  for (let at = 0; at < numbers.length; at += 2) {
    const from = before + BigInt(Number.parseInt(numbers[at]!, RADIX));
    const to = from + BigInt(Number.parseInt(numbers[at + 1]!, RADIX));
    ranges.push({ from, to });
    before = to;
  }
  return ranges;
}
