import type { CommandIo, Output } from '../io.js';

/** Why a write failed. */
export type WriteError = NodeJS.ErrnoException;

/**
 * Prints the result of a command. When the standard output fails, prints it to the error output and sets the
 * exit code 1, so that a script does not take an empty file for the result. A reader that has gone is not a
 * failure.
 */
export async function print(io: CommandIo, text: string): Promise<void> {
  const error = await tryWrite(io.stdout, text);
  if (error === undefined) return;
  io.stderr.write(text);
  if (!hasReaderGone(error)) io.exitCode = 1;
}

/** Writes a text. Resolves when it is written, or with the error. Never rejects. */
export function tryWrite(output: Output, text: string): Promise<WriteError | undefined> {
  return new Promise((resolve) => {
    try {
      output.write(text, (error) => {
        resolve(error ?? undefined);
      });
    } catch (error) {
      resolve(error as WriteError);
    }
  });
}

/** Whether a write failed only because nobody reads any more (`… | head`). */
export function hasReaderGone({ code = '' }: WriteError): boolean {
  return code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED';
}
