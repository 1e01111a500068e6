import { accessSync, constants, createReadStream, ReadStream, statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { type CommandIo, UsageError } from '../io.js';
import { cannotRead, inputFiles, STDIN } from './input-files.js';
import type { InputItem } from './input-item.js';
import { readMessages } from './read-messages.js';

/** One of the files of an input, and how far it was read. */
export interface ReadFile {
  /** As the command line named it, or as a pattern was replaced; `-` for the standard input. */
  readonly name: string;
  /** Messages and faults in it so far. */
  readonly read: number;
}

interface InputFile extends ReadFile {
  /** Undefined when it is not known. */
  readonly sizeBytes: number | undefined;
  read: number;
}

/** What a command reads messages from: one file after another, each opened when it is its turn. */
export class MessageInput {
  #current: Readable | undefined;
  #bytesBefore = 0;
  #destroyed = false;

  private constructor(
    private readonly list: readonly InputFile[],
    private readonly stdin: Readable,
  ) {}

  /**
   * The input that a command line names; nothing is the standard input. That every file is there and can be read is made sure of at once:
   * a run must not end at its last file for a misspelt name.
   *
   * @throws UsageError when there is no such file, or nothing but a terminal to read from
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

  /** From 0 to 1; undefined when there is something without a size, such as a pipe. Of gzipped files: their packed bytes. */
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
   * What the files hold, in their order. Positions name the file when there are several.
   *
   * @param signal when aborted, the reading ends: what was not yielded yet counts as not read
   */
  async *messages(signal?: AbortSignal): AsyncGenerator<InputItem, void, undefined> {
    for (const file of this.list) {
      if (this.#destroyed || signal?.aborted === true) return;
      const source = file.name === STDIN ? this.stdin : createReadStream(file.name);
      this.#current = source;
      for await (const item of readMessages(source, signal === undefined ? {} : { signal })) {
        file.read += 1;
        yield this.list.length === 1 ? item : { ...item, position: { file: file.name, ...item.position } };
      }
      this.#bytesBefore += file.sizeBytes ?? 0;
      this.#current = undefined;
    }
  }

  /** Ends the reading, of a source that waits too. */
  destroy(): void {
    this.#destroyed = true;
    this.#current?.destroy();
    if (this.list.some(({ name }) => name === STDIN)) this.stdin.destroy();
  }
}

function inputFile(name: string): InputFile {
  if (name === STDIN) return { name, sizeBytes: undefined, read: 0 };
  try {
    accessSync(name, constants.R_OK);
    const stats = statSync(name);
    return { name, sizeBytes: stats.isFile() ? stats.size : undefined, read: 0 };
  } catch (error) {
    throw cannotRead(name, error);
  }
}
