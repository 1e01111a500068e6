import { spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import { Readable, Writable } from 'node:stream';
import { bestEffort, type Output } from '../../src/cli/io';
import { run } from '../../src/cli/program';
import { asLines, cleanUp, cli, CONFIG, startPx, tempFile } from './cli';

afterEach(cleanUp);

const root = path.resolve(__dirname, '../..');
const many = (count: number): string =>
  asLines(...Array.from({ length: count }, (_, n) => ({ type: 'track', userId: `u${n}`, event: 'e' })));

type Stdio = 'pipe' | 'full' | 'closed' | 'gone';

/** Runs the command as a process whose outputs are a pipe, a full disk, closed, or a pipe that nobody reads any more. */
async function start(argv: readonly string[], stdout: Stdio, stderr: Stdio) {
  const full = openSync('/dev/full', 'w');
  const main = path.join(root, 'src/cli/main.ts');
  const of = (stdio: Stdio): 'pipe' | number => (stdio === 'full' ? full : 'pipe');
  const closing = [stdout === 'closed' ? '1>&-' : '', stderr === 'closed' ? '2>&-' : ''].join(' ');
  const command = `exec "$0" "$@" ${closing}`;
  const child = spawn('sh', ['-c', command, process.execPath, '--import', 'tsx', main, ...argv], {
    cwd: root,
    env: { PATH: process.env.PATH },
    stdio: ['ignore', of(stdout), of(stderr)],
  });
  const texts = { stdout: '', stderr: '' };
  for (const [name, stdio] of [
    ['stdout', stdout],
    ['stderr', stderr],
  ] as const) {
    if (stdio === 'gone') child[name]?.destroy();
    else child[name]?.on('data', (chunk: Buffer) => (texts[name] += chunk.toString()));
  }
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  closeSync(full);
  return { code, ...texts };
}

describe('deliver', () => {
  const input = (): string => tempFile('events.jsonl', many(300));

  test.each<Stdio>(['full', 'closed', 'gone'])('goes on though its error output is %s', async (stderr) => {
    const { simulator, pxArgs } = await startPx();
    const argv = ['deliver', input(), '--json', '--progress', 'bar', ...pxArgs];
    const { code, stdout } = await start(argv, 'pipe', stderr);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ messages: { delivered: 300 } });
    expect(simulator.state.events.total).toBe(300);
  });

  test.each<Stdio>(['full', 'gone'])(
    'prints its summary to the error output when the standard output is %s',
    async (stdout) => {
      const { pxArgs } = await startPx();
      const { code, stderr } = await start(
        ['deliver', input(), ...pxArgs, '--progress', 'none'],
        stdout,
        'pipe',
      );
      expect(code).toBe(0);
      expect(stderr).toMatch(/^Delivered to Gainsight PX, in /m);
      expect(stderr).toMatch(/^track +300 +0 +0$/m);
    },
  );

  test('is done though nothing can be written at all', async () => {
    const { simulator, pxArgs } = await startPx();
    expect((await start(['deliver', input(), ...pxArgs], 'full', 'full')).code).toBe(0);
    expect(simulator.state.events.total).toBe(300);
  });
});

describe.each([
  ['transform', () => [tempFile('events.jsonl', many(3))]],
  ['explain', () => [tempFile('events.jsonl', many(3))]],
] as const)('%s', (command, files) => {
  const argv = (): string[] => [command, ...files(), '--config', tempFile('config.json', CONFIG)];

  test('says that its output cannot be written, and exits with 1', async () => {
    const { code, stderr } = await start(argv(), 'full', 'pipe');
    expect(stderr).toBe('error: cannot write the output (ENOSPC): make room, or write it to another place\n');
    expect(code).toBe(1);
  });

  test.each<[Stdio, Stdio]>([
    ['gone', 'pipe'],
    ['pipe', 'full'],
  ])('is quiet when its outputs are %s and %s', async (stdout, stderr) => {
    const ran = await start(argv(), stdout, stderr);
    expect([ran.code, ran.stderr]).toEqual([0, '']);
  });
});

/** An output that fails in every way a stream can. */
function failing(how: 'throws' | 'emits', code = 'ENOSPC'): Output {
  const error = (): Error => Object.assign(new Error('cannot write'), { code });
  const output = new Writable({
    autoDestroy: false,
    write: (_chunk, _encoding, done) => {
      done(error());
    },
  });
  if (how === 'throws') {
    output.write = () => {
      throw error();
    };
  }
  return output;
}

class Collected extends Writable {
  text = '';
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

async function runWith(argv: readonly string[], stdout: Output, stderr: Output): Promise<number> {
  const world = { stdin: Readable.from([]), stdout, stderr, env: {} };
  return run(argv, Object.assign(new EventEmitter(), world));
}

describe.each(['throws', 'emits'] as const)('a standard output that cannot be written (%s)', (how) => {
  const config = (): string[] => ['--config', tempFile('config.json', CONFIG)];
  const results: [string, () => Promise<string[]> | string[], RegExp][] = [
    ['help', () => ['--help'], /^Usage: gainsight-px/],
    ['version', () => ['--version'], /^\d+\.\d+\.\d+/],
    ['validate', () => ['validate', ...config()], /^setting/],
    ['validate --json', () => ['validate', '--json', ...config()], /^\{"valid":true/],
    [
      'preferences get',
      async () => ['preferences', 'get', 'ada', ...(await startPx()).pxArgs],
      /^preference /,
    ],
    [
      'preferences set',
      async () => ['preferences', 'set', 'ada', '--surveys=false', ...(await startPx()).pxArgs],
      /^set surveys=false for ada/,
    ],
    ['delete-user', async () => ['delete-user', 'ada', '--yes', ...(await startPx()).pxArgs], /^deleted ada/],
    ['deny-user', async () => ['deny-user', 'ada', ...(await startPx()).pxArgs], /^denied ada/],
  ];

  test.each(results)(
    '%s: the result goes to the error output, and the exit code says so',
    async (_, argv, result) => {
      const stderr = new Collected();
      expect(await runWith(await argv(), failing(how), stderr)).toBe(1);
      expect(stderr.text).toMatch(result);
    },
  );

  test('a reader that has gone is no failure', async () => {
    const stderr = new Collected();
    expect(await runWith(['validate', ...config()], failing(how, 'EPIPE'), stderr)).toBe(0);
  });

  test('a command whose error output fails, too, says with its exit code what it can', async () => {
    expect(await runWith(['validate', '--config', 'nope.json'], failing(how), failing(how))).toBe(2);
    expect(await runWith(['validate', ...config()], failing(how), failing(how))).toBe(1);
  });
});

test('a best-effort output works again when there is room again', () => {
  const texts: string[] = [];
  let isFull = true;
  const output = new Writable();
  output.write = (text: unknown) => {
    if (isFull) throw new Error('full');
    texts.push(String(text));
    return true;
  };
  const safe = bestEffort(output);
  expect(safe.write('lost')).toBe(true);
  isFull = false;
  safe.write('kept');
  expect(texts).toEqual(['kept']);
});

test('what deliver says on its error output is nothing when all goes well', async () => {
  const { pxArgs } = await startPx();
  const { stderr } = await cli(['deliver', '-', ...pxArgs, '--rejected', `${tempFile('x', '')}.r`], {
    stdin: many(1),
  });
  expect(stderr).toBe('');
});
