/** The rest of the input cannot be read. The message completes "the input breaks off here: …". */
export class BrokenInput extends Error {
  override readonly name = 'BrokenInput';
}

/** Why the rest of a source cannot be read: the message of a BrokenInput, or the system's error code. */
export function breakReason(error: unknown): string {
  if (error instanceof BrokenInput) return error.message;
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}

/**
 * Reads a source in chunks of a requested size, and can put bytes back. It throws an error of the source
 * after the bytes before the error.
 */
export class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>;
  #held: Buffer = Buffer.alloc(0);
  #ended = false;
  #failure: { readonly thrown: unknown } | undefined;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Waits for this many bytes, or the end. Returns everything that is buffered, and takes nothing. */
  async peek(length: number): Promise<Buffer> {
    while (this.#held.length < length && (await this.#fetch()));
    return this.#held;
  }

  /** Takes what is buffered, at most this many bytes; `undefined` at the end. */
  async next(most = Infinity): Promise<Buffer | undefined> {
    if (this.#held.length === 0 && !(await this.#fetch())) {
      this.#atEnd();
      return;
    }
    const taken = this.#held.subarray(0, most);
    this.#held = this.#held.subarray(taken.length);
    return taken;
  }

  /** Takes exactly this many bytes; `undefined` when the source ends first. */
  async take(length: number): Promise<Buffer | undefined> {
    const held = await this.peek(length);
    if (held.length < length) {
      this.#atEnd();
      return;
    }
    this.#held = held.subarray(length);
    return held.subarray(0, length);
  }

  /** Puts back the bytes that were taken last. */
  unread(bytes: Buffer): void {
    this.#held = this.#held.length === 0 ? bytes : Buffer.concat([bytes, this.#held]);
  }

  /** The remaining bytes. */
  async *rest(): AsyncGenerator<Buffer> {
    for (let chunk = await this.next(); chunk !== undefined; chunk = await this.next()) yield chunk;
  }

  /** Ends the source. */
  async close(): Promise<void> {
    this.#ended = true;
    await this.#source.return?.();
  }

  #atEnd(): undefined {
    if (this.#failure !== undefined) throw this.#failure.thrown;
    return undefined;
  }

  /** Whether the source had another chunk. */
  async #fetch(): Promise<boolean> {
    if (this.#ended) return false;
    try {
      const next = await this.#source.next();
      if (next.done !== true) {
        const chunk = asBuffer(next.value);
        this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
        return true;
      }
    } catch (thrown) {
      this.#failure = { thrown };
    }
    this.#ended = true;
    return false;
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
