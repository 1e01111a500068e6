import { BoundedBytes } from './bounded-bytes.js';
import { makePiece, tooLongPiece, type Piece } from './piece.js';

const NEWLINE = 10;

/** Cuts bytes into pieces: what a reader of the input does first. */
export interface Splitter {
  /** The pieces that end in this chunk. */
  push(chunk: Buffer): Piece[];
  /** What was still open at the end of the input. */
  end(): Piece[];
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
      this.#close(chunk.subarray(start, end), pieces);
      this.#line += 1;
      start = end + 1;
    }
    this.#open.add(chunk.subarray(start));
    return pieces;
  }

  end(): Piece[] {
    const pieces: Piece[] = [];
    this.#close(Buffer.alloc(0), pieces);
    return pieces;
  }

  #close(rest: Buffer, pieces: Piece[]): void {
    const position = { line: this.#line };
    // The common line lies within one chunk, and needs no collecting.
    if (this.#open.length === 0 && rest.length <= this.limitBytes) return addFilled(pieces, rest, position);
    this.#open.add(rest);
    const tooLong = this.#open.overflowed;
    const bytes = this.#open.take();
    if (tooLong) pieces.push(tooLongPiece(bytes, position, this.limitBytes));
    else addFilled(pieces, bytes, position);
  }
}

function addFilled(pieces: Piece[], bytes: Buffer, position: Piece['position']): void {
  if (!isBlank(bytes)) pieces.push(makePiece(bytes, position));
}

/** Whether there is nothing but what JSON counts as white space. */
export function isBlank(bytes: Buffer): boolean {
  return bytes.every(isBlankByte);
}

export function isBlankByte(byte: number): boolean {
  return byte === 32 || byte === 13 || byte === 9 || byte === NEWLINE;
}
