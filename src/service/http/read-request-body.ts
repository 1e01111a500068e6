import type { EventEmitter } from 'node:events';
import type { Readable } from 'node:stream';
import { parseJson } from './parse-json.js';
import { Room, type Place } from './body-memory.js';
import { Turns } from './fair-queue.js';

/** A request's body. */
export class ReadBody {
  #value: unknown;

  constructor(
    value: unknown,
    /** As they came; only where they may have to be sent on. */
    readonly bytes: Buffer | undefined,
    /** Makes room for others before this one is answered: when its bytes are needed no longer. */
    readonly leave: () => void,
  ) {
    this.#value = value;
  }

  /** What the bytes say as JSON; `undefined` once it was taken. */
  get value(): unknown {
    return this.#value;
  }

  /**
   * Gives the value and keeps it no longer. The request is older than its parsed body: a garbage collector that looks at what is young
   * alone takes all for living that something older points to, dead or not.
   */
  take(): unknown {
    const value = this.#value;
    this.#value = undefined;
    return value;
  }
}

/** Why a body could not be had. All of them may pass: a middlebox, a broken connection, a sender's limits that change. */
export class BodyError extends Error {
  override readonly name = 'BodyError';
}

/** What a body of unknown length asks room for at a time; no chunk is larger. */
const BLOCK_BYTES = 64 * 1024;

interface Limits {
  /** Where what is not ours is sent on. */
  readonly upstream?: string | undefined;
  readonly maxBodyBytes: number;
  readonly bodyMemoryBytes: number;
  readonly bodyTimeMs: number;
}

/**
 * Reads and parses bodies of JSON within bounds: of those that are read and not answered yet, the bytes together are bounded, and what does
 * not fit waits, unread. A body that is larger than the bound is read when no other has gone beyond it.
 */
export class BodyReader {
  readonly #room: Room;
  readonly #turns = new Turns();

  constructor(private readonly limits: Limits) {
    this.#room = new Room(limits.bodyMemoryBytes);
  }

  /** Bytes of bodies that are being read, or are read and not answered yet. */
  get heldBytes(): number {
    return this.#room.held;
  }

  /** Bodies that wait, unread or half read, for others to be answered. */
  get waiting(): number {
    return this.#room.waiting;
  }

  /**
   * Reads a body to its end, and parses it when its turn has come among those of other connections.
   *
   * @param length bytes that the body is to have, where that is known
   * @param answered emits `close` when its answer was sent, or cannot be any more
   * @throws BodyError when it is no JSON, too large, too slow, or broken off
   */
  read(
    stream: Readable,
    length: number | undefined,
    answered: EventEmitter,
    connection: object,
  ): Promise<ReadBody> {
    const waitForTurn: WaitForTurn = (serve) => {
      this.#turns.wait(connection, serve);
    };
    return new Reading(stream, length, answered, this.limits, this.#room, waitForTurn).body;
  }
}

type WaitForTurn = (serve: () => void) => void;

class Reading {
  readonly body: Promise<ReadBody>;
  readonly #chunks: Buffer[] = [];
  readonly #place: Place;
  #size = 0;
  /** How many bytes there is room for. */
  #granted = 0;
  #failed = false;
  /** Gives up a body that is slow: only the time in which it is read counts. */
  readonly #patience: Stopwatch;
  #resolve!: (body: ReadBody) => void;
  #reject!: (error: Error) => void;

  constructor(
    private readonly stream: Readable,
    private readonly length: number | undefined,
    private readonly answered: EventEmitter,
    private readonly limits: Limits,
    private readonly room: Room,
    private readonly waitForTurn: WaitForTurn,
  ) {
    this.body = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#place = room.enter();
    this.#patience = new Stopwatch(limits.bodyTimeMs, this.#onSlow);
    stream.pause();
    stream.on('data', this.#onData);
    stream.on('end', this.#onEnd);
    stream.on('error', this.#onBroken);
    stream.on('close', this.#onBroken);
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
    if (this.length === undefined && this.#size >= this.#granted) this.#readMore(BLOCK_BYTES);
  };

  /** Reads on as soon as there is room. */
  #readMore(bytes: number): void {
    this.stream.pause();
    this.#patience.stop();
    this.#place.ask(bytes, () => {
      this.#granted += bytes;
      this.#patience.start();
      this.stream.resume();
    });
  }

  /** A body that stands still, or drips, must not keep the others waiting for ever; when none waits, it may take its time. */
  readonly #onSlow = (): void => {
    if (this.room.waiting > 0) this.#fail('the body came too slowly');
    else this.#patience.start();
  };

  readonly #onEnd = (): void => {
    this.#settle();
    this.answered.once('close', this.#onBroken);
    this.waitForTurn(this.#onTurn);
  };

  readonly #onTurn = (): void => {
    if (this.#failed) return;
    this.answered.off('close', this.#onBroken);
    const bytes = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
    this.#chunks.length = 0;
    try {
      const value: unknown = parseJson(bytes);
      const leave = (): void => {
        this.#place.leave();
      };
      this.answered.once('close', leave);
      this.#resolve(new ReadBody(value, this.limits.upstream === undefined ? undefined : bytes, leave));
    } catch {
      // The parser's own words quote the text.
      this.#fail(bytes.length === 0 ? 'the body is empty' : 'the body is no JSON');
    }
  };

  readonly #onBroken = (): void => {
    this.#fail('the body was broken off');
  };

  /** The rest is read and thrown away by Node, so that the sender gets to see the answer. */
  #failAsTooLarge(): void {
    this.#fail(`the body is larger than ${this.limits.maxBodyBytes} bytes`);
  }

  #fail(message: string): void {
    this.#failed = true;
    this.#settle();
    this.#place.leave();
    this.#chunks.length = 0;
    this.stream.resume();
    this.#reject(new BodyError(message));
  }

  #settle(): void {
    this.stream.off('data', this.#onData);
    this.stream.off('end', this.#onEnd);
    this.stream.off('close', this.#onBroken);
    this.#patience.stop();
  }
}

/** Calls back once it has run for so long; the time in which it is stopped does not count. */
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
