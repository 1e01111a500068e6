import type { Writable } from 'node:stream';

/**
 * Writes lines no faster than they are read, and notices when nobody reads them any more (`… | head`): that is no error, but a
 * reason to stop.
 */
export class LineWriter {
  #closed = false;

  constructor(private readonly output: Writable) {
    const close = (): void => {
      this.#closed = true;
    };
    output.once('error', close);
    output.once('close', close);
  }

  /** Writes a text and a line break; resolves when the next may come, with false when there is no reader. */
  async write(text: string): Promise<boolean> {
    if (this.#closed || this.output.destroyed) return false;
    if (!this.output.write(`${text}\n`)) await this.#drained();
    return !this.#closed;
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
