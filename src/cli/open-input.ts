import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { CommandIo } from './io.js';
import { UsageError } from './settings.js';

/**
 * Opens the input that a command names: a file, or the standard input for `-` and for nothing. Destroy it when it is no longer read.
 *
 * @throws UsageError when there is no such file, or nothing but a terminal to read from
 */
export async function openInput(file: string | undefined, io: CommandIo): Promise<Readable> {
  if (file !== undefined && file !== '-') return openFile(file);
  if (file === undefined && io.stdin.isTTY === true) {
    throw new UsageError('no input: name a file, pipe one in, or give - to type messages');
  }
  return io.stdin;
}

async function openFile(file: string): Promise<Readable> {
  try {
    const handle = await open(file);
    if (!(await handle.stat()).isDirectory()) return handle.createReadStream();
    await handle.close();
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new UsageError(`cannot read ${file} (${code}): name an existing file, or - for the standard input`);
  }
  throw new UsageError(`${file} is a directory: name a file in it`);
}
