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
    /** The size of its JSON in bytes. */
    readonly size: number,
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

/** What is wrong with a body. */
export type BodyFault = 'malformed' | 'tooLarge' | 'tooSlow' | 'incomplete';

/**
 * Why a body could not be read. To a host every cause is retryable: a middlebox, a broken connection, a limit of the sender that changes.
 */
export class BodyError extends Error {
  override readonly name = 'BodyError';

  constructor(
    readonly fault: BodyFault,
    message: string,
  ) {
    super(message);
  }
}

/** The message of a {@link BodyError} when the connection broke before the body was complete. */
export const INCOMPLETE_BODY = 'the connection broke before the body was complete';

/** How many bytes a body of unknown length reserves at a time; no chunk is larger. */
const BLOCK_BYTES = 64 * 1024;

/** A body that is to be read. */
export interface BodySource {
  readonly stream: Readable;
  /** Its bytes, if known. */
  readonly length: number | undefined;
  /** Reads the rest and drops it, so that the sender receives the response. */
  readonly discard: () => void;
  /** Makes the value of the bytes; an error that it throws makes the body malformed. */
  readonly parse: (bytes: Buffer) => unknown;
}

/** The body of a request as it arrives: JSON. */
export function plainBody(stream: Readable, contentLength: string | undefined): BodySource {
  return {
    stream,
    length: contentLength === undefined ? undefined : Number(contentLength),
    discard: () => stream.resume(),
    parse: parseJson,
  };
}

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
   * @param responseEnd emits `close` when the response is sent, or can no longer be sent
   * @throws BodyError when the body is not valid JSON, too large, too slow, or incomplete
   */
  read(source: BodySource, responseEnd: EventEmitter, connection: object): Promise<JsonBody> {
    const enqueue = (serve: () => void): void => {
      this.#queue.add(connection, serve);
    };
    return new PendingBody(source, responseEnd, this.limits, this.#memory, enqueue).body;
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
    private readonly source: BodySource,
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
    const { stream, length } = source;
    stream.pause();
    stream.on('data', this.#onData);
    stream.on('end', this.#onEnd);
    stream.on('error', this.#onError);
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
    if (this.source.length === undefined && this.#size >= this.#reservedBytes) this.#readMore(BLOCK_BYTES);
  };

  /** Resumes the stream when the bytes are reserved. */
  #readMore(bytes: number): void {
    this.source.stream.pause();
    this.#stopwatch.stop();
    this.#reservation.reserve(bytes, () => {
      this.#reservedBytes += bytes;
      this.#stopwatch.start();
      this.source.stream.resume();
    });
  }

  /** A stalled or very slow body must not block others for ever. When none waits, it gets more time. */
  readonly #onSlow = (): void => {
    if (this.memory.waiting > 0) this.#fail('tooSlow', 'the body arrived too slowly');
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
      const value = this.source.parse(bytes);
      const release = (): void => {
        this.#reservation.release();
      };
      this.responseEnd.once('close', release);
      this.#resolve(
        new JsonBody(value, bytes.length, this.limits.upstream === undefined ? undefined : bytes, release),
      );
    } catch (thrown) {
      // The parser's own message quotes the body.
      const wrong = thrown instanceof BodyError ? thrown.message : 'the body is not valid JSON';
      this.#fail('malformed', bytes.length === 0 ? 'the body is empty' : wrong);
    }
  };

  readonly #onIncomplete = (): void => {
    this.#fail('incomplete', INCOMPLETE_BODY);
  };

  /** An error of a connection says nothing about the body; an error of zlib does. */
  readonly #onError = ({ code = '' }: NodeJS.ErrnoException): void => {
    if (code.startsWith('Z_')) this.#fail('malformed', 'the body is not valid gzip');
    else this.#onIncomplete();
  };

  #failAsTooLarge(): void {
    this.#fail('tooLarge', `the body is larger than ${this.limits.maxBodyBytes} bytes`);
  }

  #fail(fault: BodyFault, message: string): void {
    this.#failed = true;
    this.#stopReading();
    this.#reservation.release();
    this.#chunks.length = 0;
    this.source.discard();
    this.#reject(new BodyError(fault, message));
  }

  #stopReading(): void {
    const { stream } = this.source;
    stream.off('data', this.#onData);
    stream.off('end', this.#onEnd);
    stream.off('close', this.#onIncomplete);
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
