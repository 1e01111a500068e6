import {
  closeSync,
  constants,
  createReadStream,
  fchmodSync,
  fstatSync,
  fsync,
  ftruncateSync,
  openSync,
  writeSync,
  type Stats,
} from 'node:fs';
import { promisify } from 'node:util';
import { TextDigest, type DigestedPart } from '../checkpoint/text-digest.js';
import { UsageError } from '../io.js';
import { rejectedLine, type Rejection } from './rejection.js';

/** Only the owner can read it, because it contains personal data. */
const MODE = 0o600;
const NO_LINKS = constants.O_NOFOLLOW ?? 0; // not on Windows
const NO_WAITING = constants.O_NONBLOCK ?? 0; // a pipe that nobody reads would hang the process
const APPEND = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND;

/** Devices, `/dev/stdout`, process substitutions of a shell: only the system creates links there. */
const DEVICE = /^\/dev\//;

/** What a checkpoint says of a rejected file. */
export interface SavedRejectedFile extends DigestedPart {
  /** As the command line named it. */
  readonly path: string;
  readonly lines: number;
  readonly retryable: number;
}

/**
 * The file of rejections. Each line is handed to the operating system before the next message is processed.
 */
export class RejectedFile {
  #lines = 0;
  #retryable = 0;
  /** Of the complete lines. */
  readonly #digest = new TextDigest();
  #bytesOnDisk = 0;

  private constructor(
    readonly path: string,
    private readonly descriptor: number,
    /** Whether it is a file that can be cut and read again. */
    readonly isRegular: boolean,
  ) {}

  /**
   * Creates the file, readable only for its owner. It refuses a file with content, which may be the only copy
   * of messages, and for security a symbolic link or another user's file.
   *
   * @throws UsageError when the file cannot be created, or must not be written
   */
  static create(path: string): RejectedFile {
    return RejectedFile.open(path, (stats) => {
      if (stats.size === 0) return;
      throw new UsageError(
        `${path} holds messages already: name a new file with --rejected, or move it away`,
      );
    });
  }

  /**
   * Opens the file of a run that this one continues, and cuts off what was written after the checkpoint.
   *
   * @param isOwnTail whether what follows the part of the checkpoint was written by that run, too
   * @throws UsageError when it is another file, and as {@link RejectedFile.create}
   */
  static async resume(
    path: string,
    saved: SavedRejectedFile,
    isOwnTail: (tail: Buffer) => Promise<boolean>,
  ): Promise<RejectedFile> {
    const file = RejectedFile.open(path, ({ size }) => {
      if (size >= saved.bytes) return;
      throw notOwn(path, `has ${size} bytes, and had ${saved.bytes} at the checkpoint`, saved);
    });
    try {
      const tail: Buffer[] = [];
      for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
        const kept = chunk.subarray(0, saved.bytes - file.#digest.bytes);
        file.#digest.add(kept);
        if (kept.length < chunk.length) tail.push(chunk.subarray(kept.length));
      }
      if (file.#digest.part().sha256 !== saved.sha256) throw notOwn(path, 'has another content', saved);
      if (tail.length > 0 && !(await isOwnTail(Buffer.concat(tail)))) {
        throw notOwn(path, 'holds messages of another run', saved);
      }
      ftruncateSync(file.descriptor, saved.bytes);
    } catch (error) {
      file.close();
      throw error instanceof UsageError ? error : cannotWrite(path, error);
    }
    file.#lines = saved.lines;
    file.#retryable = saved.retryable;
    return file;
  }

  /** @param check throws when the file must not be written */
  private static open(path: string, check: (stats: Stats) => void): RejectedFile {
    const descriptor = open(path, isDevice(path) ? APPEND : APPEND | NO_LINKS | NO_WAITING);
    try {
      const stats = fstatSync(descriptor);
      if (stats.isFile() || !isDevice(path)) {
        const problem = problemOf(stats);
        if (problem !== undefined) throw new UsageError(`${path} ${problem}`);
        check(stats);
      }
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
    this.#digest.add(bytes);
  }

  /** What a checkpoint stores of it. */
  save(): SavedRejectedFile {
    const { path, lines, retryable } = this;
    return { path, ...this.#digest.part(), lines, retryable };
  }

  /** Resolves when all that was written is on the disk. @throws the error of the file system */
  async sync(): Promise<void> {
    const { bytes } = this.#digest;
    if (bytes === this.#bytesOnDisk) return;
    await promisify(fsync)(this.descriptor);
    this.#bytesOnDisk = bytes;
  }

  close(): void {
    closeSync(this.descriptor);
  }

  #cutBack(): void {
    if (!this.isRegular) return;
    try {
      ftruncateSync(this.descriptor, this.#digest.bytes);
    } catch {
      // The caller gets the error of the write.
    }
  }
}

/** Whether the path is one where only the system creates links. */
export const isDevice = (path: string): boolean => DEVICE.test(path);

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

function notOwn(path: string, why: string, saved: SavedRejectedFile): UsageError {
  return new UsageError(
    `${path} ${why}, so it is not the rejected file of the run that the checkpoint continues: name that one with --rejected (it was ${saved.path})`,
  );
}

/** Why a file that is there must not be written, whatever it contains. */
function problemOf(stats: Stats): string | undefined {
  if (!stats.isFile()) return 'is not a regular file: name another file with --rejected';
  const user = process.getuid?.();
  if (user !== undefined && stats.uid !== user) {
    return 'belongs to another user: name a new file with --rejected';
  }
  return undefined;
}
