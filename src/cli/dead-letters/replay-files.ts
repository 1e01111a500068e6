import { createWriteStream, type WriteStream } from 'node:fs';
import { once } from 'node:events';
import { stringifyJson } from '../../runtime/index.js';
import type { MessageInput } from '../input/message-input.js';
import { UsageError } from '../io.js';
import { LineWriter } from '../output/line-writer.js';
import { fileLetters } from './file-letters.js';
import { isMeant, type LetterFilter } from './letter.js';
import type { ReplayResult } from './replay-topic.js';

export interface FileReplay {
  readonly input: Pick<MessageInput, 'messages'>;
  /** A new file; `undefined`: a dry run. */
  readonly output: string | undefined;
  readonly filter: LetterFilter;
  readonly signal: AbortSignal;
}

/** Only the owner can read it, because it contains personal data. */
const MODE = 0o600;

/**
 * Writes the messages of rejected files to a new file, one on a line and without the reason why they were rejected: so `deliver` and `publish` send
 * all of them, also those that were refused for good.
 *
 * @throws UsageError when the file exists or cannot be written
 */
export async function replayFiles({ input, output, filter, signal }: FileReplay): Promise<ReplayResult> {
  const result: ReplayResult = { replayed: 0, leftOut: 0, unreadable: 0, failed: 0, stopped: null };
  const file = output === undefined ? undefined : await newFile(output);
  const writer = file === undefined ? undefined : new LineWriter(file);
  for await (const letter of fileLetters(input, { letters: 0, others: 0 })) {
    if (signal.aborted) result.stopped = 'interrupted';
    if (result.stopped !== null) break;
    if (!isMeant(letter, filter)) result.leftOut += 1;
    else if (letter.message === undefined) result.unreadable += 1;
    else if (writer === undefined || (await writer.write(stringifyJson(letter.message))))
      result.replayed += 1;
    else {
      result.failed += 1;
      result.stopped = `cannot write ${output}`;
    }
  }
  const failure = await writer?.end();
  file?.end();
  if (failure !== undefined) result.stopped = `cannot write ${output} (${failure.code ?? 'unknown error'})`;
  return result;
}

async function newFile(path: string): Promise<WriteStream> {
  const stream = createWriteStream(path, { flags: 'wx', mode: MODE });
  try {
    await once(stream, 'open');
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    const why = code === 'EEXIST' ? `${path} exists already` : `cannot write ${path} (${code})`;
    throw new UsageError(`${why}: name a new file with --output`);
  }
  return stream;
}
