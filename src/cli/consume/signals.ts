import type { Stop } from '../deliver/run/stop.js';
import type { CommandIo, StopSignal } from '../io.js';

/** Signals that end a worker. */
export interface Signals {
  /** Aborted by a second signal: it ends the wait for the requests in flight. */
  readonly hurry: AbortSignal;
  /** Removes the listeners. */
  readonly done: () => void;
}

/** Lets the first signal stop the worker, and the second hurry it. */
export function listenToSignals(stop: Stop, io: CommandIo): Signals {
  const hurry = new AbortController();
  const names: readonly StopSignal[] = ['SIGINT', 'SIGTERM'];
  let asked = false;
  const onSignal = (): void => {
    if (asked) hurry.abort();
    asked = true;
    stop.request('interrupted', 'interrupted');
  };
  for (const name of names) io.on(name, onSignal);
  return {
    hurry: hurry.signal,
    done: () => {
      for (const name of names) io.off(name, onSignal);
    },
  };
}
