import { accessSync, constants, readFileSync, statSync, writeFileSync } from 'node:fs';
import writeFileAtomic from 'write-file-atomic';
import type { AttributeTypes } from '../../destinations/gainsight_px/index.js';
import { decodeText, encodeText } from '../input/bytes/utf16.js';
import { UsageError } from '../io.js';
import { configPath } from '../settings/load-settings.js';
import { setMember } from './set-member.js';

/** @throws UsageError when the file cannot be replaced */
export function checkSavable(file: string): void {
  try {
    if (!statSync(file).isFile())
      throw new UsageError(`${file} is not a regular file: name one with --config`);
    accessSync(file, constants.W_OK);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`cannot write ${file} (${codeOf(error)}): make it writable, or leave out --save`);
  }
}

/**
 * Writes `attributeTypes` into a configuration file. All else in it stays as it is; the file keeps its encoding, its mode and its owner.
 *
 * @throws UsageError when the file holds broken characters; the error of the file system; then the file is as it was
 */
export async function save(file: string, types: AttributeTypes): Promise<void> {
  // Read again: somebody may have changed it since.
  const former = readFileSync(file);
  const text = decodeText(former);
  if (!encodeText(text, former).equals(former)) {
    throw new UsageError(`${file} has characters that are not valid UTF-8 or UTF-16: correct them`);
  }
  const path = configPath(JSON.parse(text.replace(/^\uFEFF/, '')));
  const bytes = encodeText(setMember(text, path, 'attributeTypes', types), former);
  await writeFileAtomic(file, bytes, {
    // write-file-atomic 7.0 does not notice that a disk that is almost full takes only a part. So its place is taken before.
    tmpfileCreated: (unfinished) => {
      writeFileSync(unfinished, bytes);
    },
  });
}

/** The code of an error of the file system. */
export function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown error';
}
