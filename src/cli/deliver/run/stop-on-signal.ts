import type { CommandIo, StopSignal } from '../../io.js';
import type { Progress } from '../report/progress.js';
import type { Stop } from './stop.js';

/**
 * The first signal stops the run gracefully. Then the command removes its listeners, so that a second signal
 * ends the process. The returned function removes them, too.
 */
export function stopOnSignal(stop: Stop, progress: Progress, io: Pick<CommandIo, 'on' | 'off'>): () => void {
  const signals: readonly StopSignal[] = ['SIGINT', 'SIGTERM'];
  const stopListening = (): void => {
    for (const signal of signals) io.off(signal, onSignal);
  };
  const onSignal = (): void => {
    stopListening();
    progress.note('stopping: finishing what is in flight; a second signal ends the run at once');
    stop.request('interrupted', 'interrupted');
  };
  for (const signal of signals) io.on(signal, onSignal);
  return stopListening;
}
