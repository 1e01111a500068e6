import type { CommandIo, Output } from '../io.js';

/** Why an output did not take a text. */
export type WriteError = NodeJS.ErrnoException;

/**
 * Prints the result of a command. Where the standard output does not take it, it goes to the error output, and the exit code says so: a
 * script must not take an empty file for the answer. A reader that has gone is no failure.
 */
export async function print(io: CommandIo, text: string): Promise<void> {
  const error = await tryWrite(io.stdout, text);
  if (error === undefined) return;
  io.stderr.write(text);
  if (!hasReaderGone(error)) io.exitCode = 1;
}

/** Writes a text; resolves when it is out, with the reason when it is not. Never rejects. */
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

/** Whether it is only that nobody reads any more (`… | head`). */
export function hasReaderGone({ code = '' }: WriteError): boolean {
  return code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED';
}
