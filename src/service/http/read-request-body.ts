import type { EventEmitter } from 'node:events';
import type { Readable } from 'node:stream';
import { parseJson } from './parse-json.js';
import { BodyMemory, type BodyReservation } from './body-memory.js';
import { FairQueue } from './fair-queue.js';

/** The body of a request, read and parsed. */
export class JsonBody {
  #value: unknown;

  constructor(
    value: unknown,
    /** The bytes as they arrived; only when the request may have to be forwarded. */
    readonly bytes: Buffer | undefined,
    /** Gives back the body's memory before the request is answered, when its bytes are no longer needed. */
    readonly release: () => void,
  ) {
    this.#value = value;
  }

  /** The parsed JSON; `undefined` after {@link takeValue}. */
  get value(): unknown {
    return this.#value;
  }

  /**
   * Returns the parsed JSON and drops the reference to it. The request object is older than its parsed body, and a garbage collection
   * of the young generation keeps everything that an older object refers to, even when that object is dead.
   */
  takeValue(): unknown {
    const value = this.#value;
    this.#value = undefined;
    return value;
  }
}

/** Why a body could not be read. Every cause is retryable: a middlebox, a broken connection, a limit of the sender that changes. */
export class BodyError extends Error {
  override readonly name = 'BodyError';
}

/** The message of a {@link BodyError} when the connection broke before the body was complete. */
export const INCOMPLETE_BODY = 'the connection broke before the body was complete';

/** How many bytes a body of unknown length reserves at a time; no chunk is larger. */
const BLOCK_BYTES = 64 * 1024;

interface Limits {
  /** When it is set, bodies of other destinations are forwarded there. */
  readonly upstream?: string | undefined;
  readonly maxBodyBytes: number;
  readonly bodyMemoryBytes: number;
  readonly bodyTimeMs: number;
}

/**
 * Reads and parses JSON bodies within a memory bound. The bound holds for all bodies together, from the first byte until the response
 * is sent; a body that does not fit waits unread. One body at a time may exceed the bound.
 */
export class BodyReader {
  readonly #memory: BodyMemory;
  readonly #queue = new FairQueue();

  constructor(private readonly limits: Limits) {
    this.#memory = new BodyMemory(limits.bodyMemoryBytes);
  }

  /** Bytes of the bodies that are being read, or whose response is not sent yet. */
  get heldBytes(): number {
    return this.#memory.held;
  }

  /** Bodies that wait, unread or half read, for memory. */
  get waiting(): number {
    return this.#memory.waiting;
  }

  /**
   * Reads a body to its end. Parses it when the fair queue serves its connection.
   *
   * @param length the bytes of the body, if known
   * @param responseEnd emits `close` when the response is sent, or can no longer be sent
   * @throws BodyError when the body is not valid JSON, too large, too slow, or incomplete
   */
  read(
    stream: Readable,
    length: number | undefined,
    responseEnd: EventEmitter,
    connection: object,
  ): Promise<JsonBody> {
    const enqueue = (serve: () => void): void => {
      this.#queue.add(connection, serve);
    };
    return new PendingBody(stream, length, responseEnd, this.limits, this.#memory, enqueue).body;
  }
}

/** A body that is being read. */
class PendingBody {
  readonly body: Promise<JsonBody>;
  readonly #chunks: Buffer[] = [];
  readonly #reservation: BodyReservation;
  #size = 0;
  #reservedBytes = 0;
  #failed = false;
  /** Detects a slow body. It runs only while the body is read, not while it waits for memory. */
  readonly #stopwatch: Stopwatch;
  #resolve!: (body: JsonBody) => void;
  #reject!: (error: Error) => void;

  constructor(
    private readonly stream: Readable,
    private readonly length: number | undefined,
    private readonly responseEnd: EventEmitter,
    private readonly limits: Limits,
    private readonly memory: BodyMemory,
    private readonly enqueue: (serve: () => void) => void,
  ) {
    this.body = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#reservation = memory.open();
    this.#stopwatch = new Stopwatch(limits.bodyTimeMs, this.#onSlow);
    stream.pause();
    stream.on('data', this.#onData);
    stream.on('end', this.#onEnd);
    stream.on('error', this.#onIncomplete);
    stream.on('close', this.#onIncomplete);
    if (length !== undefined && length > limits.maxBodyBytes) this.#failAsTooLarge();
    else this.#readMore(length ?? BLOCK_BYTES);
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#size += chunk.length;
    if (this.#size > this.limits.maxBodyBytes) {
      this.#failAsTooLarge();
      return;
    }
    this.#chunks.push(chunk);
    if (this.length === undefined && this.#size >= this.#reservedBytes) this.#readMore(BLOCK_BYTES);
  };

  /** Resumes the stream when the bytes are reserved. */
  #readMore(bytes: number): void {
    this.stream.pause();
    this.#stopwatch.stop();
    this.#reservation.reserve(bytes, () => {
      this.#reservedBytes += bytes;
      this.#stopwatch.start();
      this.stream.resume();
    });
  }

  /** A stalled or very slow body must not block others for ever. When none waits, it gets more time. */
  readonly #onSlow = (): void => {
    if (this.memory.waiting > 0) this.#fail('the body arrived too slowly');
    else this.#stopwatch.start();
  };

  readonly #onEnd = (): void => {
    this.#stopReading();
    this.responseEnd.once('close', this.#onIncomplete);
    this.enqueue(this.#parse);
  };

  readonly #parse = (): void => {
    if (this.#failed) return;
    this.responseEnd.off('close', this.#onIncomplete);
    const bytes = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
    this.#chunks.length = 0;
    try {
      const value: unknown = parseJson(bytes);
      const release = (): void => {
        this.#reservation.release();
      };
      this.responseEnd.once('close', release);
      this.#resolve(new JsonBody(value, this.limits.upstream === undefined ? undefined : bytes, release));
    } catch {
      // The parser's own message quotes the body.
      this.#fail(bytes.length === 0 ? 'the body is empty' : 'the body is not valid JSON');
    }
  };

  readonly #onIncomplete = (): void => {
    this.#fail(INCOMPLETE_BODY);
  };

  /** Node reads the rest and drops it, so that the sender receives the response. */
  #failAsTooLarge(): void {
    this.#fail(`the body is larger than ${this.limits.maxBodyBytes} bytes`);
  }

  #fail(message: string): void {
    this.#failed = true;
    this.#stopReading();
    this.#reservation.release();
    this.#chunks.length = 0;
    this.stream.resume();
    this.#reject(new BodyError(message));
  }

  #stopReading(): void {
    this.stream.off('data', this.#onData);
    this.stream.off('end', this.#onEnd);
    this.stream.off('close', this.#onIncomplete);
    this.#stopwatch.stop();
  }
}

/** Calls back after it has run for `limitMs` milliseconds; paused time does not count. */
class Stopwatch {
  #timer: NodeJS.Timeout | undefined;
  #startedMs = 0;
  #ranMs = 0;

  constructor(
    private readonly limitMs: number,
    private readonly onLimit: () => void,
  ) {}

  start(): void {
    this.#startedMs = performance.now();
    this.#timer = setTimeout(this.#onTimer, Math.max(1, this.limitMs - this.#ranMs));
  }

  stop(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#ranMs += performance.now() - this.#startedMs;
  }

  readonly #onTimer = (): void => {
    this.#timer = undefined;
    this.#ranMs = 0;
    this.onLimit();
  };
}
