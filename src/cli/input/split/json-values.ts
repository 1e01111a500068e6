import type { Position } from '../input-item.js';
import { JsonScan } from './json-scan.js';
import { unreadableRecord, type Unreadable, type RawRecord } from './raw-record.js';

/** A JSON value of the input. */
export interface ParsedRecord {
  readonly position: Position;
  readonly bytes: number;
  readonly unreadable: undefined;
  readonly value: unknown;
}

/** A value of the input, or an unreadable record. */
export type InputRecord = ParsedRecord | (RawRecord & { readonly unreadable: Unreadable });

const NOT_JSON: Unreadable = { code: 'not_json', message: 'the line is not valid JSON' };
const UNFINISHED: Unreadable = {
  code: 'input_broken',
  message: 'the input ends within the JSON text that begins here: it may be cut off',
};

/**
 * Parses lines and elements to values. A line is one value or several. When a line is only the beginning of a
 * value, the value continues in the next lines, as in pretty-printed JSON.
 *
 * What cannot be a value is a unreadable of the line that it begins in, and spoils nothing behind it: each
 * later line that begins with a bracket is tried again.
 */
export class JsonValues {
  /** Lines of a value that is not complete, or that cannot be JSON. */
  #lines: RawRecord[] = [];
  #bytes = 0;
  /** Undefined when the lines cannot be JSON. */
  #scan: JsonScan | undefined;

  constructor(private readonly limitBytes: number) {}

  /** Adds a record, and returns the values that are complete now. */
  push(record: RawRecord): InputRecord[] {
    if (this.#lines.length === 0) return this.#begin(record);
    if (record.unreadable !== undefined) return [...this.end(), ...this.#begin(record)];
    if (this.#scan === undefined) {
      if (beginsValue(record.text) || parsed(record) !== undefined)
        return [...this.end(), ...this.#begin(record)];
      return this.#add(record);
    }
    const result = this.#scan.feed(record.text);
    if (result === 'open') return this.#add(record);
    if (result !== 'invalid') return this.#close(record, result);
    if (beginsValue(record.text)) return [...this.#regroup(), ...this.#begin(record)];
    this.#scan = undefined;
    return this.#add(record);
  }

  /** Returns what remains of a value that is not complete. */
  end(): InputRecord[] {
    const isUnfinished = this.#scan !== undefined && this.#lines.length > 1;
    const records = this.#regroup();
    const last = records.at(-1);
    if (isUnfinished && last?.unreadable !== undefined)
      records[records.length - 1] = { ...last, unreadable: UNFINISHED };
    return records;
  }

  #begin(record: RawRecord): InputRecord[] {
    if (record.unreadable !== undefined) return [record as InputRecord];
    const whole = parsed(record);
    if (whole !== undefined) return [whole];
    // Elements of an array end at its commas, and cannot continue.
    if (record.position.at !== undefined || !/^\s*[{[]/.test(record.text)) return [notJson(record)];
    return this.#beginSeveral(record);
  }

  /** Reads a line of several values, the last of which may continue in the next line. */
  #beginSeveral(line: RawRecord): InputRecord[] {
    const values: InputRecord[] = [];
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

  #add(line: RawRecord): InputRecord[] {
    this.#lines.push(line);
    this.#bytes += line.bytes;
    return this.#bytes > this.limitBytes ? this.#regroup() : [];
  }

  #close(line: RawRecord, end: number): InputRecord[] {
    this.#lines.push(partOf(line, 0, end));
    const value = parsed(joined(this.#lines));
    const records = value === undefined ? this.#regroup() : [value];
    this.#forget();
    const rest = partOf(line, end);
    return rest.text.trim() === '' ? records : [...records, ...this.#begin(rest)];
  }

  /**
   * Gives the lines up: each group of them that begins with a bracket is a value of its own, or a unreadable.
   */
  #regroup(): InputRecord[] {
    const groups: RawRecord[][] = [];
    for (const line of this.#lines) {
      if (groups.length === 0 || beginsValue(line.text)) groups.push([line]);
      else groups.at(-1)!.push(line);
    }
    this.#forget();
    return groups.map(joined).map((record) => parsed(record) ?? notJson(record));
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

function parsed({ position, text, bytes }: RawRecord): ParsedRecord | undefined {
  try {
    // A byte order mark in the middle: several files were joined.
    const value: unknown = JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text);
    return { position, bytes, unreadable: undefined, value };
  } catch {
    // The parser's message quotes the text, and differs between Node versions.
    return undefined;
  }
}

function notJson(record: RawRecord): InputRecord {
  return unreadableRecord(record, NOT_JSON);
}

function joined(lines: readonly RawRecord[]): RawRecord {
  const [first] = lines;
  if (lines.length === 1) return first!;
  return {
    position: first!.position,
    text: lines.map(({ text }) => text).join('\n'),
    bytes: lines.reduce((sum, { bytes }) => sum + bytes, 0),
    unreadable: undefined,
  };
}

function partOf(line: RawRecord, from: number, to = line.text.length): RawRecord {
  const text = line.text.slice(from, to);
  return { ...line, text, bytes: Math.ceil((line.bytes * text.length) / line.text.length) };
}
