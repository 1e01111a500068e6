import type { Output } from '../io.js';
import { tryWrite, type WriteError } from './print.js';

/**
 * Writes lines with back-pressure, and reports when the output fails: nobody reads it any more (`… | head`),
 * or the disk is full.
 */
export class LineWriter {
  #closed = false;
  #failure: WriteError | undefined;

  constructor(private readonly output: Output) {
    output.once('close', () => {
      this.#closed = true;
    });
    output.once('error', this.#fail);
  }

  /**
   * Writes a text and a line break. Resolves when there is room for the next line; with false after a
   * failure.
   */
  async write(text: string): Promise<boolean> {
    if (!this.#isOpen()) return false;
    try {
      const hasRoom = this.output.write(`${text}\n`, (error) => {
        if (error != null) this.#fail(error);
      });
      if (!hasRoom) await this.#drained();
    } catch (error) {
      this.#fail(error as WriteError);
    }
    return this.#isOpen();
  }

  /** Resolves when all lines are written, or with the error. */
  async end(): Promise<WriteError | undefined> {
    if (this.#isOpen()) await tryWrite(this.output, '');
    return this.#failure;
  }

  readonly #fail = (error: WriteError): void => {
    this.#failure ??= error;
  };

  #isOpen(): boolean {
    return !this.#closed && this.#failure === undefined && !this.output.destroyed;
  }

  #drained(): Promise<void> {
    const { output } = this;
    return new Promise((resolve) => {
      const events = ['drain', 'error', 'close'];
      const done = (): void => {
        for (const event of events) output.off(event, done);
        resolve();
      };
      for (const event of events) output.on(event, done);
    });
  }
}
