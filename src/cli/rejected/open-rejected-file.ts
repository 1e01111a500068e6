import type { Checkpoint } from '../checkpoint/checkpoint.js';
import type { InputItem } from '../input/input-item.js';
import { RejectedFile } from './rejected-file.js';
import type { StateWithRejected } from '../checkpoint/open-checkpoint.js';
import { isOwnTail } from './own-tail.js';

/**
 * Opens the rejected file of a run: a new one, or the one that its checkpoint continues.
 *
 * @param path `undefined`: the run has none
 * @param messages the input, from its beginning
 * @throws UsageError
 */
export async function openRejectedFile(
  path: string | undefined,
  checkpoint: Pick<Checkpoint<StateWithRejected>, 'before'> | undefined,
  messages: () => AsyncIterable<InputItem>,
): Promise<RejectedFile | undefined> {
  if (path === undefined) return undefined;
  const saved = checkpoint?.before?.own.rejected ?? null;
  if (saved === null) return RejectedFile.create(path);
  return RejectedFile.resume(path, saved, (tail) => isOwnTail(tail, messages()));
}
