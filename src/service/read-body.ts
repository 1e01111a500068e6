import type { EventEmitter } from 'node:events';
import type { Readable } from 'node:stream';
import { Gate } from './large-body-gate.js';
import { parseJson } from './parse-json.js';

/** A request's body. */
export interface ReadBody {
  /** As they came; only where they may have to be sent on. */
  readonly bytes?: Buffer;
  /** What the bytes say as JSON. */
  readonly value: unknown;
  /** Lets the next large body in before this one is answered; only of a large one. */
  readonly leave?: () => void;
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

  constructor(private readonly limits: Limits) {}

  /**
   * Reads a body to its end. `answered` emits `close` when its answer was sent, or cannot be any more.
   *
   * @throws BodyError when it is no JSON, too large, too slow, or broken off
   */
  read(stream: Readable, answered: EventEmitter): Promise<ReadBody> {
    return new Reading(stream, answered, this.limits, this.#gate).body;
  }
}

class Reading {
  readonly body: Promise<ReadBody>;
  readonly #chunks: Buffer[] = [];
  #size = 0;
  #leave: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #resolve!: (body: ReadBody) => void;
  #reject!: (error: Error) => void;

  constructor(
    private readonly stream: Readable,
    private readonly answered: EventEmitter,
    private readonly limits: Limits,
    private readonly gate: Gate,
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
    if (this.#leave === undefined && this.#size > this.limits.largeBodyBytes) this.#waitForTurn();
  };

  /** A body that stands still, or drips, must not keep the others waiting for ever. */
  #waitForTurn(): void {
    this.stream.pause();
    this.#leave = this.gate.enter(() => {
      this.#timer = setTimeout(() => {
        this.#fail('the body came too slowly');
      }, this.limits.largeBodyTimeMs);
      this.stream.resume();
    });
  }

  readonly #onEnd = (): void => {
    const bytes = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
    this.#chunks.length = 0;
    try {
      const value: unknown = parseJson(bytes);
      this.#settle();
      const leave = this.#leave;
      if (leave !== undefined) this.answered.once('close', leave);
      this.#resolve({
        value,
        ...(this.limits.upstream === undefined ? {} : { bytes }),
        ...(leave === undefined ? {} : { leave }),
      });
    } catch {
      // The parser's own words quote the text.
      this.#fail(bytes.length === 0 ? 'the body is empty' : 'the body is no JSON');
    }
  };

  readonly #onBroken = (): void => {
    this.#fail('the body was broken off');
  };

  #fail(message: string): void {
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
