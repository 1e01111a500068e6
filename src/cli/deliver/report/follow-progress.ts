import type { MessageInput } from '../../input/message-input.js';
import type { CommandIo } from '../../io.js';
import type { Pauses } from '../run/pauses.js';
import type { Counts } from './counts.js';
import type { ProgressState } from './progress-text.js';
import { showProgress, type Progress, type ProgressStyle } from './progress.js';

/** Shows the progress of a run over an input, from now on. */
export function followProgress(
  style: ProgressStyle,
  {
    counts,
    input,
    pauses,
  }: { readonly counts: Counts; readonly input: MessageInput; readonly pauses?: Pauses },
  io: CommandIo,
): Progress {
  const settledBefore = counts.settled;
  const state = (): ProgressState => {
    const { read, settled, rejected } = counts;
    const shareRead = input.shareRead();
    // Messages that are read are not yet delivered.
    const share =
      shareRead === undefined ? undefined : shareRead * (read === 0 ? 0 : Math.min(1, settled / read));
    return { settled, settledBefore, rejected, share, pause: pauses?.current };
  };
  const every = (intervalMs: number, callback: () => void): (() => void) => {
    const timer = setInterval(callback, intervalMs);
    return () => {
      clearInterval(timer);
    };
  };
  return showProgress({ style, io, state, nowMs: () => performance.now(), every });
}
