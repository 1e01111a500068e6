import { BoundedBytes } from './bounded-bytes.js';
import { rawRecord, tooLongRecord, type RawRecord } from './raw-record.js';

const NEWLINE = 10;

/** Cuts bytes into records: what a reader of the input does first. */
export interface Splitter {
  /** The records that end in this chunk. */
  push(chunk: Buffer): RawRecord[];
  /** What was still open at the end of the input. */
  end(): SplitEnd;
}

/** The end of an input. */
export interface SplitEnd {
  readonly records: readonly RawRecord[];
  /** Why it cannot have been the end, if it cannot. */
  readonly cutOff?: string;
}

/**
 * Cuts bytes into lines, blank ones left out.
 *
 * Lines are found in the bytes, and made text as a whole, so that a character split over two chunks survives. A line
 * over the limit is passed over without being kept.
 */
export class LineSplitter implements Splitter {
  readonly #open: BoundedBytes;
  #line: number;

  /** @param firstLine number of the line that the first byte stands in */
  constructor(
    private readonly limitBytes: number,
    firstLine = 1,
  ) {
    this.#open = new BoundedBytes(limitBytes);
    this.#line = firstLine;
  }

  push(chunk: Buffer): RawRecord[] {
    const records: RawRecord[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      this.#close(chunk, start, end, records);
      this.#line += 1;
      start = end + 1;
    }
    this.#open.add(chunk.subarray(start));
    return records;
  }

  end(): SplitEnd {
    const records: RawRecord[] = [];
    this.#close(Buffer.alloc(0), 0, 0, records);
    return { records };
  }

  #close(chunk: Buffer, start: number, end: number, records: RawRecord[]): void {
    const position = { line: this.#line };
    // The common line lies within one chunk, and needs no collecting.
    if (this.#open.length === 0 && end - start <= this.limitBytes) {
      if (!isBlank(chunk, start, end)) records.push(rawRecord(position, chunk, start, end));
      return;
    }
    this.#open.add(chunk.subarray(start, end));
    const tooLong = this.#open.overflowed;
    const bytes = this.#open.take();
    if (tooLong) records.push(tooLongRecord(position, bytes, this.limitBytes));
    else if (!isBlank(bytes)) records.push(rawRecord(position, bytes));
  }
}

/** Whether there is nothing but what JSON counts as white space. */
function isBlank(bytes: Buffer, start = 0, end = bytes.length): boolean {
  for (let at = start; at < end; at++) if (!isBlankByte(bytes[at]!)) return false;
  return true;
}

export function isBlankByte(byte: number): boolean {
  return byte === 32 || byte === 13 || byte === 9 || byte === NEWLINE;
}
