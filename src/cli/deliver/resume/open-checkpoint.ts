import { existsSync, statSync } from 'node:fs';
import { checkpointBeside } from '../../checkpoint/checkpoint-name.js';
import { advice } from '../../checkpoint/checkpoint-file.js';
import { Checkpoint, type CheckpointedRun } from '../../checkpoint/checkpoint.js';
import type { MessageInput } from '../../input/message-input.js';
import { UsageError, type CommandIo } from '../../io.js';
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
  const beside = files?.[0] === undefined ? undefined : checkpointBeside(files[0].name);
  if (named === false) {
    if (beside !== undefined && existsSync(beside)) {
      stderr.write(`${beside} of an earlier run is not used: what that run has sent is sent again\n`);
    }
    return undefined;
  }
  const obstacle =
    files === undefined
      ? 'the input is not a file that can be read again'
      : rejected !== undefined && isDevice(rejected)
        ? `${rejected} is not a file that can be cut`
        : undefined;
  if (files === undefined || beside === undefined || obstacle !== undefined) {
    if (named !== undefined) throw new UsageError(`--checkpoint is not possible: ${obstacle ?? 'no input'}`);
    return undefined;
  }
  const path = named ?? beside;
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
  const isThere = statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  if (isNeeded || isThere) {
    throw new UsageError(
      `cannot write the checkpoint ${path} (${code}): make it writable, name another file with --checkpoint, or give --no-checkpoint`,
    );
  }
  stderr.write(
    `cannot write the checkpoint ${path} (${code}): if this run is killed, it cannot be resumed; --checkpoint names another place\n`,
  );
}
