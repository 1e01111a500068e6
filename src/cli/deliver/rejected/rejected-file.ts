import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  ftruncateSync,
  openSync,
  writeSync,
  type Stats,
} from 'node:fs';
import { UsageError } from '../../io.js';
import { rejectedLine, type Rejection } from './rejection.js';

/** Only the owner can read it, because it contains personal data. */
const MODE = 0o600;
const NO_LINKS = constants.O_NOFOLLOW ?? 0; // not on Windows
const NO_WAITING = constants.O_NONBLOCK ?? 0; // a pipe that nobody reads would hang the process
const APPEND = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND;

/** Devices, `/dev/stdout`, process substitutions of a shell: only the system creates links there. */
const DEVICE = /^\/dev\//;

/**
 * The file of rejections. Each line is handed to the operating system before the next message is processed.
 */
export class RejectedFile {
  #lines = 0;
  #retryable = 0;
  /** Bytes of complete lines; undefined when this is not a regular file. */
  #size: number | undefined;

  private constructor(
    readonly path: string,
    private readonly descriptor: number,
    isRegular: boolean,
  ) {
    this.#size = isRegular ? 0 : undefined;
  }

  /**
   * Creates the file, readable only for its owner. It refuses a file with content, which may be the only copy
   * of messages, and for security a symbolic link or another user's file.
   *
   * @throws UsageError when the file cannot be created, or must not be written
   */
  static create(path: string): RejectedFile {
    const isDevice = DEVICE.test(path);
    const descriptor = open(path, isDevice ? APPEND : APPEND | NO_LINKS | NO_WAITING);
    try {
      const stats = fstatSync(descriptor);
      const problem = isDevice && !stats.isFile() ? undefined : problemOf(stats);
      if (problem !== undefined) throw new UsageError(`${path} ${problem}`);
      if (stats.isFile()) fchmodSync(descriptor, MODE);
      return new RejectedFile(path, descriptor, stats.isFile());
    } catch (error) {
      closeSync(descriptor);
      throw error instanceof UsageError ? error : cannotWrite(path, error);
    }
  }

  /** How many rejections were written. */
  get lines(): number {
    return this.#lines;
  }

  /** How many of them are retryable. */
  get retryable(): number {
    return this.#retryable;
  }

  /**
   * Writes a whole rejection or nothing: the next run could not read half a line.
   *
   * @throws the error of the file system, for example when the disk is full
   */
  write(rejection: Rejection): void {
    const bytes = Buffer.from(`${rejectedLine(rejection)}\n`);
    try {
      for (let written = 0; written < bytes.length;) {
        written += writeSync(this.descriptor, bytes, written);
      }
    } catch (error) {
      this.#cutBack();
      throw error;
    }
    this.#lines += 1;
    if (rejection.retryable) this.#retryable += 1;
    if (this.#size !== undefined) this.#size += bytes.length;
  }

  close(): void {
    closeSync(this.descriptor);
  }

  #cutBack(): void {
    if (this.#size === undefined) return;
    try {
      ftruncateSync(this.descriptor, this.#size);
    } catch {
      // The caller gets the error of the write.
    }
  }
}

function open(path: string, flags: number): number {
  try {
    return openSync(path, flags, MODE);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ELOOP') {
      throw new UsageError(`${path} is a symbolic link, which is not followed: name a file with --rejected`);
    }
    throw cannotWrite(path, error);
  }
}

function cannotWrite(path: string, error: unknown): UsageError {
  const { code = 'unknown error' } = error as NodeJS.ErrnoException;
  return new UsageError(`cannot write ${path} (${code}): name another file with --rejected`);
}

/** Why a file that is there must not be written. */
function problemOf(stats: Stats): string | undefined {
  if (!stats.isFile()) return 'is not a regular file: name another file with --rejected';
  if (stats.size > 0) return 'holds messages already: name a new file with --rejected, or move it away';
  const user = process.getuid?.();
  if (user !== undefined && stats.uid !== user) {
    return 'belongs to another user: name a new file with --rejected';
  }
  return undefined;
}
