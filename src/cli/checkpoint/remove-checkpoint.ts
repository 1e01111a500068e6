import type { Checkpoint } from './checkpoint.js';
import type { CommandIo } from '../io.js';

/** Removes the checkpoint of a run that has nothing left to do; says so when that is not possible. */
export async function removeCheckpoint(
  checkpoint: Pick<Checkpoint<unknown>, 'remove' | 'path'> | undefined,
  { stderr }: Pick<CommandIo, 'stderr'>,
): Promise<void> {
  try {
    await checkpoint?.remove();
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    stderr.write(`cannot remove ${checkpoint!.path} (${code}): remove it, everything is done\n`);
  }
}
