import type { Readable, Writable } from 'node:stream';
import type { Environment } from './settings.js';

/** Where output goes: a terminal says so, and how wide it is. */
export type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** A signal that asks a command to come to an end. */
export type StopSignal = 'SIGINT' | 'SIGTERM';

/**
 * All that a command has of the world around it; the global `process` is one. Commands use nothing else of it, so that they
 * run in a test as they run in a shell.
 */
export interface CommandIo {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Environment;
  /** Set by a command that did not do all it was asked to: 1. Nothing, or 0, when it did. */
  exitCode?: number | string | null | undefined;
  /** Set by a command that goes on when its output cannot be written. */
  outputIsDispensable?: boolean;
  on(signal: StopSignal, listener: () => void): unknown;
  off(signal: StopSignal, listener: () => void): unknown;
}
