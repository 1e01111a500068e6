import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { checkpointBeside } from './checkpoint-name.js';
import { advice } from './checkpoint-file.js';
import { Checkpoint, type CheckpointedRun } from './checkpoint.js';
import type { MessageInput } from '../input/message-input.js';
import { UsageError, type CommandIo } from '../io.js';
import { isDevice, type SavedRejectedFile } from '../rejected/rejected-file.js';

/** What decides whether a run has a checkpoint. */
export interface CheckpointChoice {
  /** `--checkpoint file`; false: `--no-checkpoint`; undefined: beside the input. */
  readonly checkpoint?: string | false;
  readonly rejected?: string;
}

/** What the checkpoint of a command with a rejected file stores. */
export interface StateWithRejected {
  /** Null without `--rejected`. */
  readonly rejected: SavedRejectedFile | null;
}

/**
 * Opens the checkpoint of a run. `undefined`: the run has none, because the user does not want one, the input cannot be
 * read again, or its folder cannot be written.
 *
 * @throws UsageError when an explicit checkpoint is not possible, and when a checkpoint must not be continued
 */
export async function openCheckpoint<Own extends StateWithRejected>(
  choice: CheckpointChoice,
  input: MessageInput,
  run: Omit<CheckpointedRun, 'inputs'>,
  { stderr }: Pick<CommandIo, 'stderr'>,
): Promise<Checkpoint<Own> | undefined> {
  const { checkpoint: named, rejected } = choice;
  const files = input.regularFiles;
  const [first] = files ?? [];
  if (named === false) {
    if (first !== undefined && existsSync(checkpointBeside(first.name))) {
      stderr.write(
        `${checkpointBeside(first.name)} of an earlier run is not used: what that run has sent is sent again\n`,
      );
    }
    return undefined;
  }
  const cannotCut = rejected !== undefined && isDevice(rejected);
  if (files === undefined || first === undefined || cannotCut) {
    if (named === undefined) return undefined;
    throw new UsageError(
      cannotCut
        ? `--checkpoint needs a rejected file that can be cut, and ${rejected} is a device: name a file with --rejected`
        : '--checkpoint needs an input that can be read again: name files of messages',
    );
  }
  const path = named ?? checkpointBeside(first.name);
  const other = [...files.map(({ name }) => name), ...(rejected === undefined ? [] : [rejected])];
  if (other.some((file) => resolve(file) === resolve(path))) {
    throw new UsageError(`${path} cannot be the checkpoint, too: name another file with --checkpoint`);
  }
  let checkpoint: Checkpoint<Own>;
  try {
    checkpoint = await Checkpoint.open<Own>(path, { ...run, inputs: files });
  } catch (error) {
    if (error instanceof UsageError) throw error;
    noteUnwritable(path, error, named !== undefined, stderr);
    return undefined;
  }
  const before = checkpoint.before?.own;
  if (before !== undefined && (before.rejected === null) !== (rejected === undefined)) {
    checkpoint.close();
    const differs =
      before.rejected === null
        ? 'the earlier run had no --rejected'
        : `the earlier run had --rejected ${before.rejected.path}`;
    throw new UsageError(
      `the checkpoint ${path} is of another run: ${differs}: start the same command again; ${advice(path)}`,
    );
  }
  input.digestText();
  return checkpoint;
}

/**
 * Writes the first checkpoint of a run. `undefined`: it cannot be written, and the run has none.
 *
 * @throws UsageError when the user asked for it, or when there is one that cannot be continued
 */
export async function beginCheckpoint<Own>(
  checkpoint: Checkpoint<Own>,
  own: Own,
  { perSecond, checkpoint: named }: CheckpointChoice & { readonly perSecond: number },
  { stderr }: Pick<CommandIo, 'stderr'>,
): Promise<Checkpoint<Own> | undefined> {
  try {
    await checkpoint.begin(own, perSecond);
    return checkpoint;
  } catch (error) {
    checkpoint.close();
    noteUnwritable(checkpoint.path, error, named !== undefined || checkpoint.before !== undefined, stderr);
    return undefined;
  }
}

/** @throws UsageError when the run must not continue without a checkpoint */
function noteUnwritable(path: string, error: unknown, isNeeded: boolean, stderr: CommandIo['stderr']): void {
  const { code = 'unknown error' } = error as NodeJS.ErrnoException;
  if (isNeeded || (existsSync(path) && statSync(path).isFile())) {
    throw new UsageError(
      `cannot write the checkpoint ${path} (${code}): make it writable, name another file with --checkpoint, or give --no-checkpoint`,
    );
  }
  stderr.write(
    `cannot write the checkpoint ${path} (${code}): if this run is killed, it cannot be resumed; --checkpoint names another place\n`,
  );
}
