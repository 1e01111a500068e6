import { MAX_QUOTE } from './piece.js';

/** Bytes that come in parts and are wanted in one; beyond a limit only their beginning is kept. */
export class BoundedBytes {
  #parts: Buffer[] = [];
  #length = 0;
  #overflowed = false;

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
    this.#overflowed = true;
    // A copy: a view would keep the whole part in memory.
    this.#parts = [Buffer.from(Buffer.concat(this.#parts, Math.min(this.#length, MAX_QUOTE)))];
  }

  /** All bytes, or the beginning of too many; empties this. */
  take(): Buffer {
    const bytes = this.#parts.length === 1 ? this.#parts[0]! : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#length = 0;
    this.#overflowed = false;
    return bytes;
  }
}
