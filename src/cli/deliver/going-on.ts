import { existsSync } from 'node:fs';
import path from 'node:path';

/** What is known when a run is over and something was not delivered. */
interface Leftovers {
  /** As the command line named it. */
  readonly input: string;
  /** Options of the command line that a further run needs too, as words. */
  readonly options: readonly string[];
  /** What `--skip` is to be given for the rest of the input; undefined when all of it is done with. */
  readonly goOnAfter: number | undefined;
  /** The rejected file, when it holds messages that are worth sending again. */
  readonly rejectedFile: string | undefined;
}

/**
 * The commands that bring the leftovers of a run to PX, in the order to run them, each only when the one before has succeeded: what was
 * rejected came first, and must not overwrite what comes later.
 *
 * @param exists whether there is a file; new rejected files get a name that is free
 */
export function goingOnCommands(
  { input, options, goOnAfter, rejectedFile }: Leftovers,
  exists: (file: string) => boolean = existsSync,
): string[] {
  const taken = new Set<string>();
  const freeName = (): string => {
    const name = nextName(rejectedFile ?? 'rejected.jsonl', (file) => taken.has(file) || exists(file));
    taken.add(name);
    return name;
  };
  const command = (words: readonly string[]): string =>
    ['gainsight-px', 'deliver', ...words, ...options, '--rejected', freeName()].map(shellWord).join(' ');
  return [
    ...(rejectedFile === undefined ? [] : [command([rejectedFile])]),
    ...(goOnAfter === undefined ? [] : [command([input, '--skip', String(goOnAfter)])]),
  ];
}

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
