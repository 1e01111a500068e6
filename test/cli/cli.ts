import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable, Writable } from 'node:stream';
import type { CommandIo, StopSignal } from '../../src/cli/io';
import { run } from '../../src/cli/program';
import { createSimulator, type Simulator, type SimulatorOptions } from '../../src/simulator/index';

/** What no output may ever hold. */
export const KEY = 'secret-key-5b1f0c';

/** A configuration as a file would hold it. */
export const CONFIG = { apiKey: KEY, productTagKey: 'AP-TEST-2' };

/** What a run of the command left behind. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface World {
  /** What is on the standard input. */
  readonly stdin?: string;
  /** Whether somebody sits at a terminal. Default false. */
  readonly tty?: boolean;
  /** Columns of the terminal. */
  readonly columns?: number;
  readonly env?: Record<string, string>;
}

/** A command that runs: for those that do not end by themselves. */
export interface Running {
  readonly ended: Promise<Ran>;
  /** Resolves with the standard output once it holds a whole line. */
  readonly firstLine: Promise<string>;
  signal(name: StopSignal): void;
  /** How many listeners the command has on signals at the moment. */
  listeners(): number;
}

class Collector extends Writable {
  text = '';
  isTTY = false;
  columns = 80;

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    this.emit('text');
    done();
  }
}

/** Runs the command in this process. */
export function startCli(argv: readonly string[], world: World = {}): Running {
  const stdin = Readable.from(world.stdin === undefined ? [] : [Buffer.from(world.stdin)]);
  const [stdout, stderr] = [new Collector(), new Collector()];
  for (const output of [stdout, stderr]) {
    output.isTTY = world.tty === true;
    output.columns = world.columns ?? 80;
  }
  const signals = new EventEmitter();
  const io: CommandIo = Object.assign(signals, {
    stdin: Object.assign(stdin, { isTTY: world.tty === true }),
    stdout,
    stderr,
    env: world.env ?? {},
  });
  const ended = run(argv, io).then((code) => ({ code, stdout: stdout.text, stderr: stderr.text }));
  const firstLine = new Promise<string>((resolve) => {
    stdout.on('text', () => {
      if (stdout.text.includes('\n')) resolve(stdout.text);
    });
  });
  return {
    ended,
    firstLine,
    signal: (name) => signals.emit(name),
    listeners: () => signals.listenerCount('SIGINT') + signals.listenerCount('SIGTERM'),
  };
}

/** Runs the command in this process to its end, and makes sure that it shows no key. */
export async function cli(argv: readonly string[], world: World = {}): Promise<Ran> {
  const ran = await startCli(argv, world).ended;
  expect(ran.stdout + ran.stderr).not.toContain(KEY);
  return ran;
}

const cleanups: (() => unknown)[] = [];

/** Undoes what a test made; for `afterEach`. */
export async function cleanUp(): Promise<void> {
  for (const clean of cleanups.splice(0)) await clean();
}

/** A file that is gone after the test. */
export function tempFile(name: string, content: unknown): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'gainsight-px-'));
  cleanups.push(() => {
    rmSync(directory, { recursive: true });
  });
  const file = path.join(directory, name);
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

/** A simulator that knows the user `ada`, and the arguments that make a command use it. */
export async function startPx(
  options: SimulatorOptions = {},
): Promise<{ simulator: Simulator; pxArgs: string[] }> {
  const simulator = createSimulator({ apiKey: KEY, ...options });
  const { baseUrl } = await simulator.listen();
  cleanups.push(() => simulator.close());
  const created = await fetch(`${baseUrl}/users`, {
    method: 'POST',
    headers: { 'X-APTRINSIC-API-KEY': options.apiKey ?? KEY, 'Content-Type': 'application/json' },
    body: JSON.stringify({ identifyId: 'ada', type: 'USER', propertyKeys: ['AP-TEST-2'] }),
  });
  expect(created.status).toBe(201);
  simulator.reset('requests');
  return { simulator, pxArgs: ['--config', tempFile('config.json', CONFIG), '--px-url', baseUrl] };
}

/** JSON lines out of a text. */
export function jsonLines(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Messages as a file of JSON lines holds them. */
export function asLines(...messages: unknown[]): string {
  return messages.map((message) => `${JSON.stringify(message)}\n`).join('');
}

/** The words of a printed command after its name; a new rejected file that it names lies in a folder for temporary files. */
export function resumeWords(command: string): string[] {
  const words = command.split(' ').slice(1);
  const at = words.indexOf('--rejected') + 1;
  if (at > 0 && !path.isAbsolute(words[at]!))
    words[at] = path.join(path.dirname(tempFile('resumed', '')), words[at]!);
  return words;
}
