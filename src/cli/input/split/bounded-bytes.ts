import { MAX_QUOTE } from './raw-record.js';

/**
 * How much longer than other lines a line of a rejected file may be: it contains a message that was read
 * within the limit, the reason, and numbers that may be longer when they are written again (`1e20` becomes 21
 * digits).
 */
const REJECTED_FACTOR = 5;
const REJECTED_LINE = /^\s*\{\s*"rejected"\s*:/;
const BEGINNING_BYTES = 100;

/**
 * Joins bytes that arrive in parts. Over a limit it keeps only the beginning. Lines of a rejected file have a
 * higher limit.
 */
export class BoundedBytes {
  #parts: Buffer[] = [];
  #length = 0;
  #overflowed = false;
  /** Whether this is a line of a rejected file; undefined below the limit. */
  #isRejected: boolean | undefined;

  constructor(private readonly limit: number) {}

  get length(): number {
    return this.#length;
  }

  /** Whether the bytes exceeded the limit. */
  get overflowed(): boolean {
    return this.#overflowed;
  }

  add(part: Buffer): void {
    if (part.length === 0) return;
    this.#length += part.length;
    if (this.#overflowed) return;
    this.#parts.push(part);
    if (this.#length <= this.limit) return;
    this.#isRejected ??= REJECTED_LINE.test(this.#beginning(BEGINNING_BYTES).toString());
    if (this.#isRejected && this.#length <= this.limit * REJECTED_FACTOR) return;
    this.#overflowed = true;
    // A copy in memory of its own: a view keeps the whole part, and a small buffer of Node keeps its pool.
    this.#parts = [Buffer.from(new Uint8Array(this.#beginning(MAX_QUOTE)).buffer)];
  }

  #beginning(most: number): Buffer {
    return Buffer.concat(this.#parts, Math.min(this.#length, most));
  }

  /** Returns all bytes, or the beginning after an overflow, and resets this. */
  take(): Buffer {
    const bytes = this.#parts.length === 1 ? this.#parts[0]! : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#length = 0;
    this.#overflowed = false;
    this.#isRejected = undefined;
    return bytes;
  }
}
