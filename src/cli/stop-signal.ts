import type { CommandIo, StopSignal } from './io.js';

/** Resolves at the first SIGINT or SIGTERM. */
export function stopSignal(io: CommandIo): Promise<void> {
  const signals: readonly StopSignal[] = ['SIGINT', 'SIGTERM'];
  return new Promise((resolve) => {
    const stop = (): void => {
      for (const signal of signals) io.off(signal, stop);
      resolve();
    };
    for (const signal of signals) io.on(signal, stop);
  });
}
