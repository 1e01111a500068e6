import type { EventEmitter } from 'node:events';
import type { Readable } from 'node:stream';
import { Gate } from './large-body-gate.js';
import { parseJson } from './parse-json.js';
import { Turns } from './turns.js';

/** A request's body. */
export class ReadBody {
  #value: unknown;

  constructor(
    value: unknown,
    /** As they came; only where they may have to be sent on. */
    readonly bytes: Buffer | undefined,
    /** Lets the next large body in before this one is answered; only of a large one. */
    readonly leave: (() => void) | undefined,
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

interface Limits {
  /** Where what is not ours is sent on. */
  readonly upstream?: string | undefined;
  readonly maxBodyBytes: number;
  readonly largeBodyBytes: number;
  readonly largeBodyTimeMs: number;
}

/**
 * Reads and parses bodies of JSON within bounds: small ones side by side; one that turns out large waits, unread, until it is the only
 * large one that is being read or answered, so that what was parsed of them never stands in memory side by side.
 */
export class BodyReader {
  readonly #gate = new Gate();
  readonly #turns = new Turns();

  constructor(private readonly limits: Limits) {}

  /**
   * Reads a body to its end, and parses it when its turn has come among those of other connections. `answered` emits `close` when its answer
   * was sent, or cannot be any more.
   *
   * @throws BodyError when it is no JSON, too large, too slow, or broken off
   */
  read(stream: Readable, answered: EventEmitter, connection: object): Promise<ReadBody> {
    const waitForTurn: WaitForTurn = (serve) => {
      this.#turns.wait(connection, serve);
    };
    return new Reading(stream, answered, this.limits, this.#gate, waitForTurn).body;
  }
}

type WaitForTurn = (serve: () => void) => void;

class Reading {
  readonly body: Promise<ReadBody>;
  readonly #chunks: Buffer[] = [];
  #size = 0;
  #failed = false;
  #leave: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #resolve!: (body: ReadBody) => void;
  #reject!: (error: Error) => void;

  constructor(
    private readonly stream: Readable,
    private readonly answered: EventEmitter,
    private readonly limits: Limits,
    private readonly gate: Gate,
    private readonly waitForTurn: WaitForTurn,
  ) {
    this.body = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    stream.on('data', this.#onData);
    stream.on('end', this.#onEnd);
    stream.on('error', this.#onBroken);
    stream.on('close', this.#onBroken);
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#size += chunk.length;
    if (this.#size > this.limits.maxBodyBytes) {
      // The rest is read and thrown away by Node, so that the sender gets to see the answer.
      this.#fail(`the body is larger than ${this.limits.maxBodyBytes} bytes`);
      return;
    }
    this.#chunks.push(chunk);
    if (this.#leave === undefined && this.#size > this.limits.largeBodyBytes) this.#waitAtGate();
  };

  /** A body that stands still, or drips, must not keep the others waiting for ever. */
  #waitAtGate(): void {
    this.stream.pause();
    this.#leave = this.gate.enter(() => {
      this.#timer = setTimeout(() => {
        this.#fail('the body came too slowly');
      }, this.limits.largeBodyTimeMs);
      this.stream.resume();
    });
  }

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
      const leave = this.#leave;
      if (leave !== undefined) this.answered.once('close', leave);
      this.#resolve(new ReadBody(value, this.limits.upstream === undefined ? undefined : bytes, leave));
    } catch {
      // The parser's own words quote the text.
      this.#fail(bytes.length === 0 ? 'the body is empty' : 'the body is no JSON');
    }
  };

  readonly #onBroken = (): void => {
    this.#fail('the body was broken off');
  };

  #fail(message: string): void {
    this.#failed = true;
    this.#settle();
    this.#leave?.();
    this.#chunks.length = 0;
    this.stream.resume();
    this.#reject(new BodyError(message));
  }

  #settle(): void {
    this.stream.off('data', this.#onData);
    this.stream.off('end', this.#onEnd);
    this.stream.off('close', this.#onBroken);
    clearTimeout(this.#timer);
  }
}
