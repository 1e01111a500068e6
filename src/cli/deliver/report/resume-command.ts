import { existsSync } from 'node:fs';
import path from 'node:path';
import type { ReadFile } from '../../input/message-input.js';

/** The state of a finished run that the resume commands need. */
interface Leftovers {
  /** The name of the command that was called. */
  readonly command: string;
  readonly files: readonly ReadFile[];
  /** Options of the command line that the next run needs too, as words. */
  readonly options: readonly string[];
  /** The value of `--skip` for the rest of the input; undefined when nothing is left. */
  readonly goOnAfter: number | undefined;
  /** The rejected file, when it contains retryable messages. */
  readonly rejectedFile: string | undefined;
  /** The report of this run: each further one gets a name that is free. Default: none. */
  readonly report?: string | undefined;
}

/** Options for the original input only: in a replay they would send refused messages again and again. */
const OF_THIS_INPUT: ReadonlySet<string> = new Set(['--include-refused']);

/**
 * The commands that resume a run, in order. Run each one when the one before it has left nothing retryable:
 * rejected messages are older, and must not overwrite later ones.
 *
 * @param exists whether there is a file; new rejected files get a name that is free
 */
export function resumeCommands(
  { command: name, files, options, goOnAfter, rejectedFile, report }: Leftovers,
  exists: (file: string) => boolean = existsSync,
): string[] {
  // The report of this run is not written yet.
  const taken = new Set<string | undefined>([report]);
  const freeName = (former: string): string => {
    const name = nextName(former, (file) => taken.has(file) || exists(file));
    taken.add(name);
    return name;
  };
  const command = (...words: readonly string[]): string =>
    commandLine(
      name,
      ...words,
      ...['--rejected', freeName(rejectedFile ?? 'rejected.jsonl')],
      ...(report === undefined ? [] : ['--report', freeName(report)]),
    );
  const ofReplay = options.filter((word) => !OF_THIS_INPUT.has(word));
  return [
    ...(rejectedFile === undefined ? [] : [command(fileWord(rejectedFile), ...ofReplay)]),
    ...(goOnAfter === undefined ? [] : [command(...restOf(files, goOnAfter), ...options)]),
  ];
}

/** The command that was called, for a run that continues from its checkpoint; with another report, so that both can be read. */
export function sameCommand({
  command,
  files,
  options,
  skip,
  rejected,
  report,
}: Pick<Leftovers, 'command' | 'files' | 'options' | 'report'> & {
  readonly skip: number;
  readonly rejected: string | undefined;
}): string {
  return commandLine(
    command,
    ...files.map(({ name }) => fileWord(name)),
    ...(skip === 0 ? [] : ['--skip', String(skip)]),
    ...options,
    ...(rejected === undefined ? [] : ['--rejected', rejected]),
    ...(report === undefined
      ? []
      : ['--report', nextName(report, (file) => file === report || existsSync(file))]),
  );
}

const commandLine = (...words: readonly string[]): string =>
  ['gainsight-px', ...words].map(shellWord).join(' ');

/** The files that are left, and how many messages of the first one to skip. */
function restOf(files: readonly ReadFile[], doneMessages: number): string[] {
  let skip = doneMessages;
  let first = 0;
  while (first < files.length - 1 && skip >= files[first]!.read && files[first + 1]!.read > 0) {
    skip -= files[first]!.read;
    first += 1;
  }
  return [...files.slice(first).map(({ name }) => fileWord(name)), '--skip', String(skip)];
}

/** Makes a file name that begins with `-` different from an option. */
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

/** Quotes a word for a shell. */
function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
