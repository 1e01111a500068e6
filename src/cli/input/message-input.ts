import { accessSync, constants, createReadStream, ReadStream, statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import type { ReadPart } from '../checkpoint/input-identity.js';
import { TextDigest, type DigestedPart } from '../checkpoint/text-digest.js';
import { type CommandIo, UsageError } from '../io.js';
import { cannotRead, inputFiles, STDIN } from './input-files.js';
import type { InputItem } from './input-item.js';
import { readMessages } from './read-messages.js';

/** A file of the input, and how much of it was read. */
export interface ReadFile {
  /** As the command line named it, or as a pattern was replaced; `-` for the standard input. */
  readonly name: string;
  /** Messages and unreadable items so far. */
  readonly read: number;
}

interface InputFile extends ReadFile {
  /** Undefined when it is not known. */
  readonly sizeBytes: number | undefined;
  read: number;
  /** Says what was read; undefined when nobody asked for it, and before the file is begun. */
  part: (() => DigestedPart) | undefined;
}

/** A regular file: it can be read again. */
export interface RegularFile {
  readonly name: string;
  readonly sizeBytes: number;
}

/** Names of what a process has open, or of a device: another process finds something else there. */
const SYSTEM_FILE = /^\/(?:dev|proc)\//;

/** The input of a command: files that are opened and read one after another. */
export class MessageInput {
  #current: Readable | undefined;
  #bytesBefore = 0;
  #destroyed = false;
  #isDigested = false;

  private constructor(
    private readonly list: readonly InputFile[],
    private readonly stdin: Readable,
  ) {}

  /**
   * Opens the input that a command line names; without files, the standard input. It first checks that every
   * file exists and is readable, so that a wrong name does not end a run at its last file.
   *
   * @throws UsageError when a file is missing, or when only a terminal is there to read from
   */
  static open(words: readonly string[], io: Pick<CommandIo, 'stdin'>): MessageInput {
    if (words.length === 0 && io.stdin.isTTY === true) {
      throw new UsageError('no input: name a file, pipe one in, or give - to type messages');
    }
    const names = words.length === 0 ? [STDIN] : inputFiles(words);
    return new MessageInput(names.map(inputFile), io.stdin);
  }

  get files(): readonly ReadFile[] {
    return this.list;
  }

  /** The files, when all of them can be read again; otherwise undefined. */
  get regularFiles(): readonly RegularFile[] | undefined {
    const regular = this.list.flatMap(({ name, sizeBytes }) =>
      sizeBytes === undefined || SYSTEM_FILE.test(name) ? [] : [{ name, sizeBytes }],
    );
    return regular.length === this.list.length ? regular : undefined;
  }

  /** Keeps a digest of all text that is read from now on. */
  digestText(): void {
    this.#isDigested = true;
  }

  /** What was read of each file; null before it is begun. Only after {@link MessageInput.digestText}. */
  readParts(): (ReadPart | null)[] {
    return this.list.map(({ part, read }) => (part === undefined ? null : { ...part(), messages: read }));
  }

  /** From 0 to 1; undefined when the size is unknown, as for a pipe. Compressed bytes count for gzip. */
  shareRead(): number | undefined {
    let total = 0;
    for (const { sizeBytes } of this.list) {
      if (sizeBytes === undefined) return undefined;
      total += sizeBytes;
    }
    const current = this.#current instanceof ReadStream ? this.#current.bytesRead : 0;
    return total === 0 ? undefined : Math.min(1, (this.#bytesBefore + current) / total);
  }

  /**
   * Yields the items of the files in order. Positions name the file when there are several.
   *
   * @param signal ends the reading when it aborts: items that are not yielded yet count as not read
   */
  async *messages(signal?: AbortSignal): AsyncGenerator<InputItem, void, undefined> {
    for (const file of this.list) {
      if (this.#destroyed || signal?.aborted === true) return;
      const source = file.name === STDIN ? this.stdin : createReadStream(file.name);
      this.#current = source;
      const digest = this.#isDigested ? new TextDigest() : undefined;
      if (digest !== undefined) file.part = () => digest.part();
      const onText = (text: Uint8Array): void => {
        digest?.add(text);
      };
      for await (const item of readMessages(source, {
        onText,
        ...(signal === undefined ? {} : { signal }),
      })) {
        file.read += 1;
        yield this.list.length === 1 ? item : { ...item, position: { file: file.name, ...item.position } };
      }
      if (digest !== undefined) {
        const whole = digest.part();
        file.part = () => whole;
      }
      this.#bytesBefore += file.sizeBytes ?? 0;
      this.#current = undefined;
    }
  }

  /** Ends the reading, also when a source waits for data. */
  destroy(): void {
    this.#destroyed = true;
    this.#current?.destroy();
    if (this.list.some(({ name }) => name === STDIN)) this.stdin.destroy();
  }
}

function inputFile(name: string): InputFile {
  if (name === STDIN) return { name, sizeBytes: undefined, read: 0, part: undefined };
  try {
    accessSync(name, constants.R_OK);
    const stats = statSync(name);
    const sizeBytes = stats.isFile() ? stats.size : undefined;
    return { name, sizeBytes, read: 0, part: undefined };
  } catch (error) {
    throw cannotRead(name, error);
  }
}
