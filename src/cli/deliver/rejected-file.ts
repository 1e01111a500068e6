import { closeSync, fstatSync, openSync, writeSync } from 'node:fs';
import { UsageError } from '../settings.js';
import { rejectedLine, type Rejection } from './rejection.js';

/** The file of what was not delivered. Each line is with the operating system before the next message is looked at. */
export class RejectedFile {
  #lines = 0;

  private constructor(
    readonly path: string,
    private readonly descriptor: number,
  ) {}

  /**
   * Creates the file. One that holds something already is left alone: it may be all that is left of messages.
   *
   * @throws UsageError when the file cannot be created, or is not empty
   */
  static create(path: string): RejectedFile {
    let descriptor: number;
    try {
      descriptor = openSync(path, 'a');
    } catch (error) {
      const { code = 'unknown error' } = error as NodeJS.ErrnoException;
      throw new UsageError(`cannot write ${path} (${code}): name another file with --rejected`);
    }
    const stats = fstatSync(descriptor);
    if (stats.isFile() && stats.size > 0) {
      closeSync(descriptor);
      throw new UsageError(
        `${path} holds messages already: name a new file with --rejected, or move it away`,
      );
    }
    return new RejectedFile(path, descriptor);
  }

  /** How many rejections were written. */
  get lines(): number {
    return this.#lines;
  }

  /** @throws what the file system says, for example that the disk is full */
  write(rejection: Rejection): void {
    const bytes = Buffer.from(`${rejectedLine(rejection)}\n`);
    for (let written = 0; written < bytes.length;) {
      written += writeSync(this.descriptor, bytes, written);
    }
    this.#lines += 1;
  }

  close(): void {
    closeSync(this.descriptor);
  }
}
