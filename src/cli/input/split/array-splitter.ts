import { BoundedBytes } from './bounded-bytes.js';
import { LineSplitter, type SplitEnd, type Splitter } from './line-splitter.js';
import { rawRecord, tooLongRecord, type RawRecord } from './raw-record.js';

const NEWLINE = 10;
const BLANK = 32;
const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;
const OPEN_ARRAY = 91;
const CLOSE_ARRAY = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

/**
 * Cuts one JSON array into its elements, however long it is and however many lines it has; what follows the
 * array is cut into lines.
 *
 * It searches only the commas between elements; `JSON.parse` reads the elements. So each element has the
 * limit of a line, an invalid element does not end the reading, and a key `__proto__` stays an ordinary key.
 */
export class ArraySplitter implements Splitter {
  readonly #open: BoundedBytes;
  #after: LineSplitter | undefined;
  #line: number;
  /** The line where the current element begins; 0 between elements. */
  #elementLine = 0;
  #index = 0;
  /** Open brackets: 0 before the array, 1 between its elements. */
  #depth = 0;
  #inString = false;
  #escaped = false;

  constructor(
    private readonly limitBytes: number,
    firstLine = 1,
  ) {
    this.#open = new BoundedBytes(limitBytes);
    this.#line = firstLine;
  }

  push(chunk: Buffer): RawRecord[] {
    if (this.#after !== undefined) return this.#after.push(chunk);
    const records: RawRecord[] = [];
    let start = 0;
    for (let at = 0; at < chunk.length; at++) {
      if (this.#inString) {
        at = this.#passString(chunk, at);
        continue;
      }
      const byte = chunk[at]!;
      if (byte <= BLANK) {
        if (byte === NEWLINE) this.#line += 1;
        continue;
      }
      if (this.#depth === 0) {
        // The opening bracket of the array.
        this.#depth = 1;
        start = at + 1;
        continue;
      }
      if (this.#depth === 1 && (byte === COMMA || byte === CLOSE_ARRAY)) {
        const isEmptyArray = byte === CLOSE_ARRAY && this.#index === 0 && this.#elementLine === 0;
        if (!isEmptyArray) this.#close(chunk.subarray(start, at), records);
        start = at + 1;
        if (byte === COMMA) continue;
        this.#after = new LineSplitter(this.limitBytes, this.#line);
        return records.concat(this.#after.push(chunk.subarray(start)));
      }
      if (this.#elementLine === 0) this.#elementLine = this.#line;
      if (byte === QUOTE) this.#inString = true;
      else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) this.#depth += 1;
      else if ((byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) && this.#depth > 1) this.#depth -= 1;
    }
    this.#open.add(chunk.subarray(start));
    return records;
  }

  /** The index where the string around `from` ends, or where the chunk ends. */
  #passString(chunk: Buffer, from: number): number {
    let escaped = this.#escaped;
    let at = from;
    for (; at < chunk.length; at++) {
      const byte = chunk[at]!;
      if (escaped) escaped = false;
      else if (byte === BACKSLASH) escaped = true;
      else if (byte === QUOTE) {
        this.#inString = false;
        break;
      }
    }
    this.#escaped = escaped;
    return at;
  }

  end(): SplitEnd {
    if (this.#after !== undefined) return this.#after.end();
    const records: RawRecord[] = [];
    if (this.#elementLine !== 0) this.#close(Buffer.alloc(0), records);
    return { records, cutOff: 'the input ends before its array does: it may be cut off' };
  }

  #close(rest: Buffer, records: RawRecord[]): void {
    this.#open.add(rest);
    const position = { line: this.#elementLine || this.#line, at: `[${this.#index}]` };
    const tooLong = this.#open.overflowed;
    const bytes = this.#open.take();
    records.push(tooLong ? tooLongRecord(position, bytes, this.limitBytes) : rawRecord(position, bytes));
    this.#index += 1;
    this.#elementLine = 0;
  }
}
