import { existsSync } from 'node:fs';
import path from 'node:path';
import type { ReadFile } from '../../input/message-input.js';

/** What is known when a run is over and something was not delivered. */
interface Leftovers {
  readonly files: readonly ReadFile[];
  /** Options of the command line that a further run needs too, as words. */
  readonly options: readonly string[];
  /** What `--skip` is to be given for the rest of the input; undefined when all of it is done with. */
  readonly goOnAfter: number | undefined;
  /** The rejected file, when it holds messages that are worth sending again. */
  readonly rejectedFile: string | undefined;
}

/** Only for the input that it was given for: its replay would send what was refused again and again. */
const OF_THIS_INPUT: ReadonlySet<string> = new Set(['--include-refused']);

/**
 * The commands that bring the leftovers of a run to PX, in the order to run them, each only when the one before has left nothing that is
 * worth sending again: what was rejected came first, and must not overwrite what comes later.
 *
 * @param exists whether there is a file; new rejected files get a name that is free
 */
export function resumeCommands(
  { files, options, goOnAfter, rejectedFile }: Leftovers,
  exists: (file: string) => boolean = existsSync,
): string[] {
  const taken = new Set<string>();
  const freeName = (): string => {
    const name = nextName(rejectedFile ?? 'rejected.jsonl', (file) => taken.has(file) || exists(file));
    taken.add(name);
    return name;
  };
  const command = (...words: readonly string[]): string =>
    ['gainsight-px', 'deliver', ...words, '--rejected', freeName()].map(shellWord).join(' ');
  const ofReplay = options.filter((word) => !OF_THIS_INPUT.has(word));
  return [
    ...(rejectedFile === undefined ? [] : [command(fileWord(rejectedFile), ...ofReplay)]),
    ...(goOnAfter === undefined ? [] : [command(...restOf(files, goOnAfter), ...options)]),
  ];
}

/** The files that are not done with, and what of the first one is. */
function restOf(files: readonly ReadFile[], doneMessages: number): string[] {
  let skip = doneMessages;
  let first = 0;
  while (first < files.length - 1 && skip >= files[first]!.read && files[first + 1]!.read > 0) {
    skip -= files[first]!.read;
    first += 1;
  }
  return [...files.slice(first).map(({ name }) => fileWord(name)), '--skip', String(skip)];
}

/** A file whose name begins as an option does. */
const fileWord = (name: string): string => (name !== '-' && name.startsWith('-') ? `./${name}` : name);

/** `rejected.jsonl` → `rejected.2.jsonl` → `rejected.3.jsonl` …: the first that is free. */
function nextName(file: string, isTaken: (file: string) => boolean): string {
  if (!isTaken(file)) return file;
  const { dir, name, ext } = path.parse(file);
  const { stem, number } = /^(?<stem>.*?)(?:\.(?<number>\d+))?$/.exec(name)!.groups as Record<string, string>;
  for (let next = Number(number ?? 1) + 1; ; next += 1) {
    const candidate = path.join(dir, `${stem}.${next}${ext}`);
    if (!isTaken(candidate)) return candidate;
  }
}

/** A word as a shell reads it back. */
function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
