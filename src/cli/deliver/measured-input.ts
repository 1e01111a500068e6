import { ReadStream, statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import type { CommandIo } from '../io.js';
import { openInput } from '../open-input.js';

/** The input of a run, and how much of it there is. */
export interface MeasuredInput {
  /** As the command line named it; `-` for the standard input. */
  readonly name: string;
  readonly bytes: Readable;
  /** From 0 to 1; undefined for what has no size, such as a pipe. Of a gzipped file: its packed bytes. */
  shareRead(): number | undefined;
}

/** Opens the input that the command names. @throws UsageError */
export async function openMeasuredInput(file: string | undefined, io: CommandIo): Promise<MeasuredInput> {
  const bytes = await openInput(file, io);
  const sizeBytes = file === undefined || file === '-' ? 0 : sizeOf(file);
  return {
    name: file ?? '-',
    bytes,
    shareRead: () =>
      sizeBytes > 0 && bytes instanceof ReadStream ? Math.min(1, bytes.bytesRead / sizeBytes) : undefined,
  };
}

function sizeOf(file: string): number {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats?.isFile() === true ? stats.size : 0;
}
