import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** How to start an engine. */
export interface EngineProcess {
  /** For messages. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The folder of the engine's data and log; `stop` removes it. */
  readonly folder: string;
  /** What the log says when the engine can be used. */
  readonly readyText: string;
}

const START_TIMEOUT_MS = 90_000;
const POLL_MS = 50;

/** Ends the process `$1` and removes the folder `$2` when its own standard input ends without a line. */
const WATCHER = 'if read -r line; then exit; fi; kill -9 "$1"; sleep 0.2; rm -rf "$2"';

/**
 * A server in a process of its own, which a test can kill, pause and start again with the same data.
 *
 * It ends with the process that started it, even when that is killed: a watcher sees the pipe between them close.
 */
export class Engine {
  #child: ChildProcess | undefined;
  #watcher: ChildProcess | undefined;

  constructor(private readonly options: EngineProcess) {}

  /** A started engine with more properties. An engine that does not start leaves no data. */
  static async started<More extends object>(options: EngineProcess, more: More): Promise<Engine & More> {
    const engine = new Engine(options);
    try {
      await engine.start();
    } catch (error) {
      await engine.stop();
      throw error;
    }
    return Object.assign(engine, more);
  }

  /** Starts the engine, and resolves when it can be used. Rejects with the end of its log when it does not start. */
  async start(): Promise<void> {
    const { name, command, args, folder, readyText } = this.options;
    if (this.#child !== undefined) throw new Error(`${name} runs already`);
    const log = path.join(folder, 'engine.log');
    const output = openSync(log, 'w');
    const child = spawn(command, args, { stdio: ['ignore', output, output] });
    closeSync(output);
    await once(child, 'spawn');
    this.#child = child;
    this.#watch(child);
    const deadline = performance.now() + START_TIMEOUT_MS;
    while (!readFileSync(log, 'utf8').includes(readyText)) {
      const ended = hasEnded(child);
      if (ended || performance.now() > deadline) {
        await this.kill();
        const tail = readFileSync(log, 'utf8').slice(-3000);
        throw new Error(`${name} ${ended ? 'ended' : 'did not get ready'}; the end of its log:\n${tail}`);
      }
      await sleep(POLL_MS);
    }
  }

  /** Kills the process (SIGKILL); the data stay. Does nothing when it has ended. */
  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  /** Ends the process as an administrator does (SIGTERM), and starts it again with the same data and address. */
  async restart(): Promise<void> {
    await this.#end('SIGTERM');
    await this.start();
  }

  /** The process does nothing until `resume`; its connections stay open. */
  pause(): void {
    this.#child?.kill('SIGSTOP');
  }

  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  /** Kills the process and removes its data. */
  async stop(): Promise<void> {
    await this.kill();
    await rm(this.options.folder, { recursive: true, force: true });
  }

  async #end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    child.ref();
    if (!hasEnded(child)) {
      const exit = once(child, 'exit');
      child.kill(signal);
      await exit;
    }
    this.#child = undefined;
    this.#watcher?.stdin?.end('ended\n');
    this.#watcher = undefined;
  }

  #watch(child: ChildProcess): void {
    const args = ['-c', WATCHER, 'watcher', String(child.pid), this.options.folder];
    // In a session of its own: Ctrl-C must not end the watcher before it has done its work.
    this.#watcher = spawn('sh', args, { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    // A test that forgets its engine still ends.
    child.unref();
    this.#watcher.unref();
    (this.#watcher.stdin as Socket).unref();
  }
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode !== null || signalCode !== null;

/** Ports of 127.0.0.1 that are free at this moment, each another one. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
