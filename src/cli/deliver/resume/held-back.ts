import { createReadStream } from 'node:fs';
import type { RequestPlan, RudderMessage } from '../../../core/index.js';
import type { CompiledDestination } from '../../../destinations/gainsight_px/index.js';
import { readMessages } from '../../input/read-messages.js';
import type { SavedRejectedFile } from '../../rejected/rejected-file.js';

/**
 * The plans of the messages in a rejected file that hold back later ones: those are rejected, too, because the replay of
 * the file would overwrite them. A missing user holds nothing back.
 */
export async function* heldBack(
  path: string,
  { bytes }: SavedRejectedFile,
  destination: CompiledDestination,
): AsyncGenerator<RequestPlan> {
  if (bytes === 0) return;
  for await (const item of readMessages(createReadStream(path, { end: bytes - 1 }))) {
    const { refusal } = item;
    if (item.kind !== 'message' || refusal?.retryable !== true || refusal.code === 'user_not_found') continue;
    const { plan } = destination.explain(item.message as RudderMessage);
    if (plan !== undefined) yield plan;
  }
}
