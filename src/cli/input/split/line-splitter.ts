import { BoundedBytes } from '../bytes/bounded-bytes.js';
import { makePiece, tooLongPiece, type Piece } from './raw-record.js';

const NEWLINE = 10;

/** Cuts bytes into pieces: what a reader of the input does first. */
export interface Splitter {
  /** The pieces that end in this chunk. */
  push(chunk: Buffer): Piece[];
  /** What was still open at the end of the input. */
  end(): SplitEnd;
}

/** The end of an input. */
export interface SplitEnd {
  readonly pieces: readonly Piece[];
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

  push(chunk: Buffer): Piece[] {
    const pieces: Piece[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      this.#close(chunk, start, end, pieces);
      this.#line += 1;
      start = end + 1;
    }
    this.#open.add(chunk.subarray(start));
    return pieces;
  }

  end(): SplitEnd {
    const pieces: Piece[] = [];
    this.#close(Buffer.alloc(0), 0, 0, pieces);
    return { pieces };
  }

  #close(chunk: Buffer, start: number, end: number, pieces: Piece[]): void {
    const position = { line: this.#line };
    // The common line lies within one chunk, and needs no collecting.
    if (this.#open.length === 0 && end - start <= this.limitBytes) {
      if (!isBlank(chunk, start, end)) pieces.push(makePiece(position, chunk, start, end));
      return;
    }
    this.#open.add(chunk.subarray(start, end));
    const tooLong = this.#open.overflowed;
    const bytes = this.#open.take();
    if (tooLong) pieces.push(tooLongPiece(position, bytes, this.limitBytes));
    else if (!isBlank(bytes)) pieces.push(makePiece(position, bytes));
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
