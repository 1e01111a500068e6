import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { KEY } from './cli';

const root = path.resolve(__dirname, '../..');

/** The command as a process of its own, without a build. */
export const COMMAND = ['--import', 'tsx', path.join(root, 'src/cli/main.ts'), 'deliver'];

/** What a process left behind. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts `deliver` as a process, and makes sure that it shows no key. */
export function start(argv: readonly string[]): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [...COMMAND, ...argv], { cwd: root });
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      const [stdout, stderr] = [Buffer.concat(out).toString(), Buffer.concat(err).toString()];
      expect(stdout + stderr).not.toContain(KEY);
      resolve({ code, signal, stdout, stderr });
    });
  });
  return { child, ended };
}
