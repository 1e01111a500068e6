import { BoundedBytes } from './bounded-bytes.js';
import { rawRecord, tooLongRecord, type RawRecord } from './raw-record.js';

const NEWLINE = 10;

/** Cuts the bytes of the input into records. */
export interface Splitter {
  /** The records that end in this chunk. */
  push(chunk: Buffer): RawRecord[];
  /** Ends the input: returns the record that was still open. */
  end(): SplitEnd;
}

/** The end of an input. */
export interface SplitEnd {
  readonly records: readonly RawRecord[];
  /** Why the input is incomplete, if it is. */
  readonly cutOff?: string;
}

/**
 * Cuts bytes into lines, without blank ones.
 *
 * It searches lines in the bytes and decodes each line as a whole, so that a character may be split over two
 * chunks. It does not keep a line over the limit.
 */
export class LineSplitter implements Splitter {
  readonly #open: BoundedBytes;
  #line: number;

  /** @param firstLine line number of the first byte */
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
    // The usual line is within one chunk, and needs no copy.
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

/** Whether the bytes are only JSON white space. */
function isBlank(bytes: Buffer, start = 0, end = bytes.length): boolean {
  for (let at = start; at < end; at++) if (!isBlankByte(bytes[at]!)) return false;
  return true;
}

export function isBlankByte(byte: number): boolean {
  return byte === 32 || byte === 13 || byte === 9 || byte === NEWLINE;
}
