import type { Readable, Writable } from 'node:stream';
import { dispensable, ignoreErrors } from './output/dispensable.js';
import type { Environment } from './settings.js';

/** Where output goes: a terminal says so, and how wide it is. */
export type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** A signal that asks a command to come to an end. */
export type StopSignal = 'SIGINT' | 'SIGTERM';

/** The world around the command; the global `process` is one. */
export interface World {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Environment;
  on(signal: StopSignal, listener: () => void): unknown;
  off(signal: StopSignal, listener: () => void): unknown;
}

/**
 * All that a command has of the world around it. Commands use nothing else of it, so that they run in a test as they run in a shell.
 *
 * Nothing that is written to `stderr` can fail; what is written to `stdout` fails without an uncaught error.
 */
export interface CommandIo extends World {
  /** Set by a command that did not do all it was asked to: 1. Nothing, or 0, when it did. */
  exitCode?: number;
}

/** What a command gets of a world. */
export function commandIo(world: World): CommandIo {
  const { stdin, stdout, stderr } = world;
  ignoreErrors(stdout);
  return {
    stdin,
    stdout,
    stderr: dispensable(stderr),
    get env() {
      return world.env;
    },
    on: (signal, listener) => world.on(signal, listener),
    off: (signal, listener) => world.off(signal, listener),
  };
}
