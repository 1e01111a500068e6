import type { Position } from '../input-item.js';
import { JsonScan } from './json-scan.js';
import { faultyPiece, type Fault, type Piece } from './raw-record.js';

/** A JSON value of the input. */
export interface ParsedPiece {
  readonly position: Position;
  readonly bytes: number;
  readonly fault: undefined;
  readonly value: unknown;
}

/** A value of the input, or a piece of it that holds none. */
export type ReadPiece = ParsedPiece | (Piece & { readonly fault: Fault });

const NOT_JSON: Fault = { code: 'not_json', message: 'the line is not JSON' };
const UNFINISHED: Fault = {
  code: 'input_broken',
  message: 'the input ends within the JSON text that begins here: it may be cut off',
};

/**
 * Makes values of lines and of elements. A line is a value, or several; and where a line is none but could be the beginning of one, the
 * value goes on over the lines that follow, as pretty-printed JSON does.
 *
 * What cannot be a value is a fault of the line that it begins in, and spoils nothing behind it: each later line that begins with a bracket
 * is tried again.
 */
export class JsonValues {
  /** Lines of a value that has not ended, or of one that cannot. */
  #lines: Piece[] = [];
  #bytes = 0;
  /** Undefined when the lines can be no value. */
  #scan: JsonScan | undefined;

  constructor(private readonly limitBytes: number) {}

  /** The values that are known to be there after this piece. */
  push(piece: Piece): ReadPiece[] {
    if (this.#lines.length === 0) return this.#begin(piece);
    if (piece.fault !== undefined) return [...this.end(), ...this.#begin(piece)];
    if (this.#scan === undefined) {
      if (beginsValue(piece.text) || parsed(piece) !== undefined)
        return [...this.end(), ...this.#begin(piece)];
      return this.#add(piece);
    }
    const result = this.#scan.feed(piece.text);
    if (result === 'open') return this.#add(piece);
    if (result !== 'invalid') return this.#close(piece, result);
    if (beginsValue(piece.text)) return [...this.#regroup(), ...this.#begin(piece)];
    this.#scan = undefined;
    return this.#add(piece);
  }

  /** What is there of a value that has not ended. */
  end(): ReadPiece[] {
    const isUnfinished = this.#scan !== undefined && this.#lines.length > 1;
    const pieces = this.#regroup();
    const last = pieces.at(-1);
    if (isUnfinished && last?.fault !== undefined) pieces[pieces.length - 1] = { ...last, fault: UNFINISHED };
    return pieces;
  }

  #begin(piece: Piece): ReadPiece[] {
    if (piece.fault !== undefined) return [piece as ReadPiece];
    const whole = parsed(piece);
    if (whole !== undefined) return [whole];
    // Elements of an array were cut out by its commas, and cannot go on.
    if (piece.position.at !== undefined || !/^\s*[{[]/.test(piece.text)) return [notJson(piece)];
    return this.#beginSeveral(piece);
  }

  /** A line that begins with a value that ends in it, or does not end in it. */
  #beginSeveral(line: Piece): ReadPiece[] {
    const values: ReadPiece[] = [];
    for (let at = 0; ;) {
      const scan = new JsonScan();
      const end = scan.feed(line.text, at);
      if (end === 'invalid') return [notJson(line)];
      if (end === 'open') {
        this.#lines = [at === 0 ? line : partOf(line, at)];
        this.#bytes = line.bytes;
        this.#scan = scan;
        return values;
      }
      const position = { ...line.position, at: `object[${values.length}]` };
      const value = parsed({ ...partOf(line, at, end), position });
      if (value === undefined) return [notJson(line)];
      values.push(value);
      if (line.text.slice(end).trim() === '') return values;
      at = end;
    }
  }

  #add(line: Piece): ReadPiece[] {
    this.#lines.push(line);
    this.#bytes += line.bytes;
    return this.#bytes > this.limitBytes ? this.#regroup() : [];
  }

  #close(line: Piece, end: number): ReadPiece[] {
    this.#lines.push(partOf(line, 0, end));
    const value = parsed(joined(this.#lines));
    const pieces = value === undefined ? this.#regroup() : [value];
    this.#forget();
    const rest = partOf(line, end);
    return rest.text.trim() === '' ? pieces : [...pieces, ...this.#begin(rest)];
  }

  /** Gives the lines up: each group of them that begins with a bracket is a value of its own, or a fault. */
  #regroup(): ReadPiece[] {
    const groups: Piece[][] = [];
    for (const line of this.#lines) {
      if (groups.length === 0 || beginsValue(line.text)) groups.push([line]);
      else groups.at(-1)!.push(line);
    }
    this.#forget();
    return groups.map(joined).map((piece) => parsed(piece) ?? notJson(piece));
  }

  #forget(): void {
    this.#lines = [];
    this.#bytes = 0;
    this.#scan = undefined;
  }
}

/** Whether a line begins, without indentation, as a message does. */
function beginsValue(text: string): boolean {
  return text.startsWith('{') || text.startsWith('[');
}

function parsed({ position, text, bytes }: Piece): ParsedPiece | undefined {
  try {
    // A mark in the middle: files that had one were joined.
    const value: unknown = JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text);
    return { position, bytes, fault: undefined, value };
  } catch {
    // The parser's own words quote the text, and differ between versions of Node.
    return undefined;
  }
}

function notJson(piece: Piece): ReadPiece {
  return faultyPiece(piece, NOT_JSON);
}

function joined(lines: readonly Piece[]): Piece {
  const [first] = lines;
  if (lines.length === 1) return first!;
  return {
    position: first!.position,
    text: lines.map(({ text }) => text).join('\n'),
    bytes: lines.reduce((sum, { bytes }) => sum + bytes, 0),
    fault: undefined,
  };
}

function partOf(line: Piece, from: number, to = line.text.length): Piece {
  const text = line.text.slice(from, to);
  return { ...line, text, bytes: Math.ceil((line.bytes * text.length) / line.text.length) };
}
