import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';

const COMMAND = path.resolve(import.meta.dirname, '../../dist/cjs/cli/main.js');
const SEND_LOG = pathToFileURL(path.join(import.meta.dirname, 'send-log.mjs')).href;

/** A request to PX that left one of the processes. */
export interface Send {
  /** Which process, from 0 in the order of their starts. */
  readonly life: number;
  /** On the clock that all processes of this machine share. */
  readonly leftMs: number;
  /** Of a custom event. */
  readonly eventId: string | undefined;
  /** The status that the client read; `undefined`: no answer reached it. */
  status: number | undefined;
  answeredMs: number | undefined;
}

interface LogEntry {
  readonly number: number;
  readonly atMs: number;
  readonly eventId?: string;
  readonly status?: number;
}

/** Every request of all processes, in the order in which the driver learned of them. */
export class Sends {
  readonly list: Send[] = [];
  #waiting: { readonly count: number; readonly resolve: () => void }[] = [];

  /** Resolves as soon as `count` requests have left. */
  async reach(count: number): Promise<void> {
    if (this.list.length >= count) return;
    await new Promise<void>((resolve) => this.#waiting.push({ count, resolve }));
  }

  /** Resolves as soon as `count` more requests have left. */
  more(count: number): Promise<void> {
    return this.reach(this.list.length + count);
  }

  /** Reads the log of one process until it ends. */
  read(life: number, log: Readable): void {
    const sends = new Map<number, Send>();
    createInterface(log).on('line', (line) => {
      const { number, atMs, eventId, status } = JSON.parse(line) as LogEntry;
      if (status === undefined) {
        const send: Send = { life, leftMs: atMs, eventId, status, answeredMs: undefined };
        sends.set(number, send);
        this.#add(send);
      } else {
        Object.assign(sends.get(number)!, { status, answeredMs: atMs });
      }
    });
  }

  #add(send: Send): void {
    this.list.push(send);
    this.#waiting = this.#waiting.filter(({ count, resolve }) => {
      if (count > this.list.length) return true;
      resolve();
      return false;
    });
  }
}

/** How a process ended. */
export interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  /** The last part of it. */
  readonly stderr: string;
}

/** A built command in a process of its own. */
export interface RunningCommand {
  readonly life: number;
  readonly ended: Promise<End>;
  isRunning(): boolean;
  /** Sends a signal, and resolves when the process has ended and its log is read. */
  end(signal: NodeJS.Signals): Promise<End>;
}

/** How a process ended and what it said last, for a report. */
export const endText = ({ code, signal, stdout, stderr }: End): string =>
  `${code ?? signal}: ${stderr.trim() || stdout.slice(-2000)}`;

const STDERR_KEPT = 4000;

/** A driver that fails leaves none of them. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts the built command, whose requests `sends` then holds. */
export function startCommand(
  args: readonly string[],
  life: number,
  sends: Sends,
  env: NodeJS.ProcessEnv = {},
): RunningCommand {
  const child = spawn(process.execPath, [COMMAND, ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...env, NODE_OPTIONS: `--import=${SEND_LOG}` },
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  sends.read(life, child.stdio[3] as Readable);
  const stdout = textOf(child.stdout!, Infinity);
  const stderr = textOf(child.stderr!, STDERR_KEPT);
  const ended = endOf(child).then(([code, signal]) => ({ code, signal, stdout: stdout(), stderr: stderr() }));
  return {
    life,
    ended,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    end: (signal) => {
      child.kill(signal);
      return ended;
    },
  };
}

const endOf = async (child: ChildProcess): Promise<[number | null, NodeJS.Signals | null]> =>
  (await once(child, 'close')) as [number | null, NodeJS.Signals | null];

function textOf(stream: Readable, most: number): () => string {
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => (text = (text + chunk).slice(-most)));
  return () => text;
}
