import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildSync } from 'esbuild';
import type { Mode } from '../../src/service';

/** The service in its own process. */
export interface Replica {
  readonly port: number;
  /** Kills the process without a shutdown, as a power failure does. */
  kill(): Promise<void>;
}

/** The program of the replicas: one file, so that it starts fast and needs no build of the package. */
export interface ReplicaProgram {
  /** Starts a replica; resolves when it listens. Port 0 takes a free one. */
  start(mode: Mode, port: number, pxOrigin: string): Promise<Replica>;
  remove(): void;
}

export function buildReplicaProgram(): ReplicaProgram {
  const directory = mkdtempSync(path.join(tmpdir(), 'gainsight-px-replica-'));
  const program = path.join(directory, 'replica.cjs');
  buildSync({
    entryPoints: [path.join(__dirname, 'replica-process.ts')],
    bundle: true,
    platform: 'node',
    target: 'node20',
    outfile: program,
    logLevel: 'error',
  });
  return {
    start: (...how) => startReplica(program, ...how),
    remove: () => rmSync(directory, { recursive: true }),
  };
}

async function startReplica(program: string, mode: Mode, port: number, pxOrigin: string): Promise<Replica> {
  const child = spawn(process.execPath, [program, mode, String(port), pxOrigin], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return {
    port: await portOf(child),
    kill: () => {
      child.kill('SIGKILL');
      return ended;
    },
  };
}

function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout!.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) resolve(Number.parseInt(text, 10));
    });
    child.once('close', () => reject(new Error('the replica ended before it listened')));
  });
}
