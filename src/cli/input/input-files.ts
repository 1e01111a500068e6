import { statSync, type Stats } from 'node:fs';
import { globSync } from 'tinyglobby';
import { isCheckpointFile } from '../checkpoint/checkpoint-name.js';
import { UsageError } from '../io.js';

/** The name of the standard input on a command line. */
export const STDIN = '-';

const PATTERN_SIGNS = /[*?[\]{}]/;

/**
 * Resolves the arguments of a command line to files, in their order. A pattern becomes the files that it
 * matches, sorted by name: shells do not expand quoted patterns, and on Windows none. A file that is named
 * twice is read once. Checkpoints of `deliver` are left out.
 *
 * @throws UsageError when an argument matches no file
 */
export function inputFiles(words: readonly string[]): string[] {
  const byIdentity = new Map<string, string>();
  for (const file of words.flatMap(expand)) {
    // A pattern of the shell matches them as well.
    if (isCheckpointFile(file)) continue;
    const identity = identityOf(file);
    if (!byIdentity.has(identity)) byIdentity.set(identity, file);
  }
  if (byIdentity.size === 0)
    throw new UsageError('no input: only checkpoints are named; name the files of messages');
  return [...byIdentity.values()];
}

function expand(word: string): string[] {
  // A file name may contain these characters.
  if (word === STDIN || !PATTERN_SIGNS.test(word) || statsOf(word) !== undefined) return [word];
  const pattern = process.platform === 'win32' ? word.replaceAll('\\', '/') : word;
  const isAbsolute = /^(?:\/|[a-z]:\/)/i.test(pattern);
  const files = globSync(pattern, { absolute: isAbsolute, expandDirectories: false, onlyFiles: true });
  if (files.length === 0) throw new UsageError(`no file matches ${word}: name existing files`);
  return files.sort();
}

function statsOf(file: string): Stats | undefined {
  return statSync(file, { throwIfNoEntry: false });
}

/** Identifies a regular file, independent of its name. */
function identityOf(file: string): string {
  if (file === STDIN) return file;
  let stats: Stats | undefined;
  try {
    stats = statsOf(file);
  } catch (error) {
    throw cannotRead(file, error);
  }
  if (stats === undefined) throw cannotRead(file, { code: 'ENOENT' });
  if (stats.isDirectory())
    throw new UsageError(`${file} is a directory: name files in it, as in ${file}/*.jsonl`);
  // Windows has no numbers for some file systems.
  return stats.isFile() && stats.ino !== 0 ? `${stats.dev} ${stats.ino}` : file;
}

/** Why a file cannot be read, and what to do. */
export function cannotRead(file: string, error: unknown): UsageError {
  const { code = 'unknown error' } = error as NodeJS.ErrnoException;
  return new UsageError(`cannot read ${file} (${code}): name an existing file, or - for the standard input`);
}
