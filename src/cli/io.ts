import type { Readable, Writable } from 'node:stream';

/** A stream that a command writes to. A terminal says that it is one, and how wide it is. */
export type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** A signal that asks a command to end. */
export type StopSignal = 'SIGINT' | 'SIGTERM';

/** The environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The part of the global `process` that commands use. */
export interface ProcessLike {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Environment;
  on(signal: StopSignal, listener: () => void): unknown;
  off(signal: StopSignal, listener: () => void): unknown;
  /** Ends the process with its `exitCode`. Default: it ends when it has nothing left to do. */
  exit?(): unknown;
}

/**
 * Everything outside of the command that a command uses, so that it runs in a test as it runs in a shell.
 *
 * A write to `stderr` never fails. A write to `stdout` that fails throws no uncaught error.
 */
export interface CommandIo extends ProcessLike {
  /** A command sets 1 when it did not do everything that it was asked for. */
  exitCode?: number;
  /** A command sets this when something that it has given up would keep the process alive. */
  endsAtOnce?: boolean;
}

/**
 * The user called the command in a way that cannot work. The message is one line and says what to do; exit
 * code 2.
 */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Makes the `io` of a command from the process. */
export function commandIo(host: ProcessLike): CommandIo {
  const { stdin, stdout, stderr } = host;
  ignoreErrors(stdout);
  return {
    stdin,
    stdout,
    stderr: bestEffort(stderr),
    get env() {
      return host.env;
    },
    on: (signal, listener) => host.on(signal, listener),
    off: (signal, listener) => host.off(signal, listener),
  };
}

/**
 * The same output, but a write that fails is lost without an error (full disk, reader gone, terminal closed).
 * For progress, notices and logs: the work that they report must continue.
 */
export function bestEffort(output: Output): Output {
  ignoreErrors(output);
  const write = (...args: Parameters<Output['write']>): boolean => {
    try {
      return output.write(...args);
    } catch {
      return true;
    }
  };
  return new Proxy(output, {
    get: (target, key) => {
      if (key === 'write') return write;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

/** Keeps an `error` event from ending the process. Writers still get the error in their callback. */
function ignoreErrors(output: Output): void {
  output.on('error', () => undefined);
}
