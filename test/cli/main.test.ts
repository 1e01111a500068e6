import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { asLines, cleanUp, CONFIG, KEY, tempFile } from './cli';

afterEach(cleanUp);

const root = path.resolve(__dirname, '../..');

/** Starts the command as its users do, as a process of its own. */
function start(...argv: string[]): ChildProcess {
  const main = path.join(root, 'src/cli/main.ts');
  return spawn(process.execPath, ['--import', 'tsx', main, ...argv], {
    cwd: root,
    env: { PATH: process.env.PATH },
  });
}

function textOf(stream: NodeJS.ReadableStream | null): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    stream!.on('data', (chunk: Buffer) => (text += chunk.toString()));
    stream!.on('end', () => {
      resolve(text);
    });
  });
}

const exitOf = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => {
    child.on('exit', resolve);
  });

test('the process ends with the exit code, output on stdout and errors on stderr', async () => {
  const child = start('transform', '--config', tempFile('config.json', CONFIG));
  const results = [textOf(child.stdout), textOf(child.stderr), exitOf(child)] as const;
  child.stdin!.end(asLines({ type: 'track', userId: 'ada', event: 'e' }, { type: 'buy' }));
  const [stdout, stderr, code] = await Promise.all(results);
  expect(stdout.split('\n')).toHaveLength(3);
  expect(stdout).not.toContain(KEY);
  expect({ stderr, code }).toEqual({ stderr: '', code: 1 });
});

test('a reader that goes away ends the process without a trace, though the input never ends', async () => {
  const child = start('transform', '--config', tempFile('config.json', CONFIG));
  const results = [textOf(child.stderr), exitOf(child)] as const;
  const line = asLines({
    type: 'track',
    userId: 'ada',
    event: 'e',
    properties: { text: 'x'.repeat(10_000) },
  });
  child.stdin!.on('error', () => undefined);
  const feeding = setInterval(() => child.stdin!.write(line), 1);
  child.stdout!.once('data', () => child.stdout!.destroy());
  const [stderr, code] = await Promise.all(results);
  clearInterval(feeding);
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
});

test('simulate, as a process of its own, ends by a signal with its counts', async () => {
  const child = start('simulate', '--json');
  const results = [textOf(child.stdout), exitOf(child)] as const;
  child.stdout!.once('data', () => child.kill('SIGTERM'));
  const [stdout, code] = await Promise.all(results);
  expect(JSON.parse(stdout.split('\n')[1]!)).toMatchObject({ requests: { total: 0 } });
  expect(code).toBe(0);
});
