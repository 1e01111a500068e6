import type { CommandIo } from '../io.js';

/** A request to stop: by a signal, or by `start` and `hurry`. */
export interface StopRequest {
  /** The first request: `graceful` for SIGTERM; a second signal aborts `hurry`. */
  readonly first: Promise<{ readonly graceful: boolean; readonly hurry: AbortSignal }>;
  /** Requests it, unless it is requested already. */
  readonly start: (graceful: boolean) => void;
  readonly hurry: () => void;
  /** Removes the signal listeners. */
  readonly done: () => void;
}

/**
 * SIGTERM comes from an orchestrator, which must first see that the service is not ready. Ctrl-C comes from a
 * person who waits.
 */
export function stopRequest(io: Pick<CommandIo, 'on' | 'off'>): StopRequest {
  const hurry = new AbortController();
  let resolve!: (request: { graceful: boolean; hurry: AbortSignal }) => void;
  const first = new Promise<{ graceful: boolean; hurry: AbortSignal }>((settle) => {
    resolve = settle;
  });
  let asked = false;
  const start = (graceful: boolean): void => {
    asked = true;
    resolve({ graceful, hurry: hurry.signal });
  };
  const ask = (graceful: boolean): void => {
    if (asked) hurry.abort();
    start(graceful);
  };
  const onTerm = (): void => {
    ask(true);
  };
  const onInterrupt = (): void => {
    ask(false);
  };
  io.on('SIGTERM', onTerm);
  io.on('SIGINT', onInterrupt);
  const done = (): void => {
    io.off('SIGTERM', onTerm);
    io.off('SIGINT', onInterrupt);
  };
  return {
    first,
    start,
    hurry: () => {
      hurry.abort();
    },
    done,
  };
}
