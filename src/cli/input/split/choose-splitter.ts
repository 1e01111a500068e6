import { ArraySplitter } from './array-splitter.js';
import { isBlankByte, LineSplitter, type SplitEnd, type Splitter } from './line-splitter.js';
import type { RawRecord } from './raw-record.js';

const NEWLINE = 10;
const OPEN_ARRAY = 91;
const CLOSE_ARRAY = 93;
const OPEN_OBJECT = 123;

/**
 * Waits for the first characters of the input. Then cuts it into elements when it begins like an array of
 * objects, otherwise into lines.
 *
 * One bracket is not enough: after a first line `[INFO] started`, the rest must not become an array.
 */
export class AutoSplitter implements Splitter {
  #chosen: Splitter | undefined;
  /** Line of the first character. */
  #line = 1;
  /** The bytes since the bracket, until the next character arrives. */
  #held: Buffer | undefined;

  constructor(private readonly limitBytes: number) {}

  push(chunk: Buffer): RawRecord[] {
    if (this.#chosen !== undefined) return this.#chosen.push(chunk);
    const bytes = this.#held === undefined ? chunk : Buffer.concat([this.#held, chunk]);
    const first = firstSign(bytes, 0);
    this.#line += newlines(bytes.subarray(0, first));
    if (first === bytes.length) return [];
    const seen = bytes.subarray(first);
    if (seen[0] !== OPEN_ARRAY) return this.#choose(new LineSplitter(this.limitBytes, this.#line), seen);

    const second = seen[firstSign(seen, 1)];
    if (second === undefined && seen.length <= this.limitBytes) {
      this.#held = seen;
      return [];
    }
    const isArray = second === OPEN_OBJECT || second === CLOSE_ARRAY;
    const splitter = isArray ? ArraySplitter : LineSplitter;
    return this.#choose(new splitter(this.limitBytes, this.#line), seen);
  }

  end(): SplitEnd {
    if (this.#chosen !== undefined) return this.#chosen.end();
    if (this.#held === undefined) return { records: [] };
    const lines = new LineSplitter(this.limitBytes, this.#line);
    return { records: [...lines.push(this.#held), ...lines.end().records] };
  }

  #choose(splitter: Splitter, bytes: Buffer): RawRecord[] {
    this.#chosen = splitter;
    this.#held = undefined;
    return splitter.push(bytes);
  }
}

function firstSign(bytes: Buffer, from: number): number {
  let at = from;
  while (at < bytes.length && isBlankByte(bytes[at]!)) at += 1;
  return at;
}

function newlines(bytes: Buffer): number {
  let count = 0;
  for (const byte of bytes) if (byte === NEWLINE) count += 1;
  return count;
}
