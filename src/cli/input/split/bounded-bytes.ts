import { MAX_QUOTE } from './raw-record.js';

/**
 * How much longer than others a line of a rejected file may be: it holds a message that was read within the limit, with the reason beside
 * it, and its numbers may have grown by being written anew (`1e20` becomes 21 digits).
 */
const REJECTED_FACTOR = 5;
const REJECTED_LINE = /^\s*\{\s*"rejected"\s*:/;
const BEGINNING_BYTES = 100;

/**
 * Bytes that come in parts and are wanted in one; beyond a limit only their beginning is kept. Lines of a rejected file have a
 * wider one.
 */
export class BoundedBytes {
  #parts: Buffer[] = [];
  #length = 0;
  #overflowed = false;
  /** Whether this holds a line of a rejected file; undefined while that does not matter. */
  #isRejected: boolean | undefined;

  constructor(private readonly limit: number) {}

  get length(): number {
    return this.#length;
  }

  /** Whether more came than the limit. */
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
    // A copy: a view would keep the whole part in memory.
    this.#parts = [Buffer.from(this.#beginning(MAX_QUOTE))];
  }

  #beginning(most: number): Buffer {
    return Buffer.concat(this.#parts, Math.min(this.#length, most));
  }

  /** All bytes, or the beginning of too many; empties this. */
  take(): Buffer {
    const bytes = this.#parts.length === 1 ? this.#parts[0]! : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#length = 0;
    this.#overflowed = false;
    this.#isRejected = undefined;
    return bytes;
  }
}
