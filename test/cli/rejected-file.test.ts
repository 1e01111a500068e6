import fs, { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { RejectedFile } from '../../src/cli/rejected/rejected-file';
import type { Rejection } from '../../src/cli/rejected/rejection';
import type { Summary } from '../../src/cli/deliver/report/summary';
import { asLines, cleanUp, cli, CONFIG, jsonLines, startPx, tempFile } from './cli';

afterEach(async () => {
  jest.restoreAllMocks();
  await cleanUp();
});

const newFile = (name = 'rejected.jsonl'): string => path.join(path.dirname(tempFile('x', '')), name);
const modeOf = (file: string): string => (statSync(file).mode & 0o777).toString(8);

function rejection(line: number, retryable = true): Rejection {
  const message = { type: 'track', userId: `u${line}`, event: 'é'.repeat(50) };
  const item = { kind: 'message', position: { line }, message, refusal: undefined, bytes: 100 } as const;
  return { item, code: 'unavailable', reason: 'PX is down', retryable };
}

/** Lets the file system take at most so many bytes in one call, and so many in all. */
function limitWrites(atOnce: number, inAll = Infinity): void {
  const { writeSync } = fs;
  let left = inAll;
  jest.spyOn(fs, 'writeSync').mockImplementation(((descriptor: number, bytes: Buffer, offset: number) => {
    const length = Math.min(atOnce, bytes.length - offset, left);
    if (length === 0) throw Object.assign(new Error('full'), { code: 'ENOSPC' });
    left -= length;
    return writeSync(descriptor, bytes, offset, length);
  }) as typeof writeSync);
}

test.each([1, 7, 100])('lines are whole though only %d bytes are taken at once', (atOnce) => {
  const file = RejectedFile.create(newFile());
  limitWrites(atOnce);
  for (const line of [1, 2, 3]) file.write(rejection(line, line < 3));
  file.close();
  const lines = jsonLines(readFileSync(file.path, 'utf8'));
  expect(lines.map(({ message }) => (message as { userId: string }).userId)).toEqual(['u1', 'u2', 'u3']);
  expect([file.lines, file.retryable]).toEqual([3, 2]);
});

test.each([0, 1, 50, -1])('a disk that is full in a line (%d) leaves the lines before it', (more) => {
  const file = RejectedFile.create(newFile());
  file.write(rejection(1));
  const whole = readFileSync(file.path, 'utf8');
  limitWrites(40, more < 0 ? Buffer.byteLength(whole) - 1 : more);
  expect(() => {
    file.write(rejection(2));
  }).toThrow('full');
  expect(readFileSync(file.path, 'utf8')).toBe(whole);
  jest.restoreAllMocks();
  file.write(rejection(3));
  file.close();
  expect(jsonLines(readFileSync(file.path, 'utf8'))).toHaveLength(2);
  expect(file.lines).toBe(2);
});

test('its owner alone can read it, whatever the umask, and if it was there and empty, too', () => {
  const before = process.umask(0);
  try {
    const created = RejectedFile.create(newFile());
    expect(modeOf(created.path)).toBe('600');
    created.close();
    const there = tempFile('r.jsonl', '');
    fs.chmodSync(there, 0o644);
    RejectedFile.create(there).close();
    expect(modeOf(there)).toBe('600');
  } finally {
    process.umask(before);
  }
});

describe('refused is', () => {
  const link = (to: string): string => {
    const file = newFile('link.jsonl');
    symlinkSync(to, file);
    return file;
  };
  const fifo = (): string => {
    const file = newFile('fifo');
    execFileSync('mkfifo', [file]);
    return file;
  };

  test.each<[string, () => string, RegExp]>([
    [
      'a symbolic link to a file',
      () => link(tempFile('target', '')),
      /is a symbolic link, which is not followed: name/,
    ],
    ['a symbolic link to nothing', () => link('/nope/nothing'), /is a symbolic link/],
    ['a pipe that nobody reads', fifo, /cannot write .* \(ENXIO\): name another file/],
    ['a directory', () => path.dirname(tempFile('x', '')), /cannot write .* \(EISDIR\)/],
    ['a folder that is not there', () => '/nope/r.jsonl', /cannot write .* \(ENOENT\)/],
    [
      'a file with something in it',
      () => tempFile('r.jsonl', 'x'),
      /holds messages already: name a new file/,
    ],
  ])('%s', (_, make, message) => {
    expect(() => RejectedFile.create(make())).toThrow(message);
  });

  test("another user's file", () => {
    const file = tempFile('r.jsonl', '');
    jest.spyOn(process, 'getuid').mockReturnValue(statSync(file).uid + 1);
    expect(() => RejectedFile.create(file)).toThrow(/belongs to another user: name a new file/);
  });

  test('a link does not create its target', () => {
    const target = newFile('target.jsonl');
    expect(() => RejectedFile.create(link(target))).toThrow('symbolic link');
    expect(existsSync(target)).toBe(false);
  });
});

test('what the system itself links in /dev is written: a shell substitutes a process so', () => {
  const target = tempFile('r.jsonl', '');
  const descriptor = fs.openSync(target, 'a');
  const file = RejectedFile.create(`/dev/fd/${descriptor}`);
  file.write(rejection(1));
  file.close();
  fs.closeSync(descriptor);
  expect(jsonLines(readFileSync(target, 'utf8'))).toHaveLength(1);
});

describe('a run whose rejected file', () => {
  const refused = asLines(...[1, 2, 3, 4].map((n) => ({ type: 'track', userId: `u${n}`, event: ' ' })));
  const start = async (file: string, stdin: string, ...argv: string[]) => {
    const { pxArgs } = await startPx();
    return cli(['deliver', '-', ...pxArgs, '--rejected', file, ...argv], { stdin });
  };

  test.each([
    ['holds something', () => tempFile('r.jsonl', 'x')],
    ['cannot be created', () => '/nope/r.jsonl'],
    ['is a directory', () => path.dirname(tempFile('x', ''))],
  ])('%s ends at once with exit code 2, with a simulated PX too', async (_, make) => {
    const config = tempFile('config.json', CONFIG);
    const argv = ['deliver', '-', '--simulate', '--config', config, '--rejected', make()];
    // A server that is left open would keep the process alive.
    const handles = (): number =>
      process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap').length;
    const before = handles();
    const { code, stdout, stderr } = await cli(argv, { stdin: refused });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(handles()).toBe(before);
  });

  test('becomes full in a line ends with that line taken back, names no other lines, and can be replayed', async () => {
    const file = newFile();
    const { pxArgs } = await startPx();
    limitWrites(1_000, 400);
    const run = await cli(['deliver', '-', ...pxArgs, '--rejected', file], { stdin: refused });
    jest.restoreAllMocks();
    expect(run.code).toBe(1);
    const lines = jsonLines(readFileSync(file, 'utf8'));
    expect(lines.length).toBeGreaterThan(0);
    expect(run.stdout).toContain(`The first ${lines.length} of them, with their messages: ${file}`);
    const again = await cli(['deliver', file, '--json', ...pxArgs]);
    expect((JSON.parse(again.stdout) as Summary).messages).toMatchObject({
      read: lines.length,
      rejected: 0,
      skipped: { refusedBefore: lines.length },
    });
  });

  test('took nothing is not pointed at, and no command reads it', async () => {
    const { stdout } = await start('/dev/full', refused);
    expect(stdout).toContain('cannot write /dev/full (ENOSPC)');
    expect(stdout).not.toContain('with their messages');
    expect(stdout).not.toMatch(/deliver \/dev\/full/);
    const { stdout: json } = await start('/dev/full', refused, '--json');
    const summary = JSON.parse(json) as Summary;
    expect(summary.rejected).toMatchObject({ file: null, inFile: 0 });
    expect(summary.goOn).toEqual([expect.stringMatching(/deliver - --skip 0 /)]);
  });

  test('holds only what was refused for good is not replayed by a command', async () => {
    const { stdout } = await start(newFile(), refused, '--json');
    expect(JSON.parse(stdout)).toMatchObject({ goOn: [], rejected: { inFile: 4 } });
  });
});

describe('a replay', () => {
  const config = (more: object): string => tempFile('config.json', { ...CONFIG, ...more });
  const page = (n: number): object => ({
    type: 'track',
    userId: n === 2 ? undefined : `u${n}`,
    event: `e${n}`,
  });

  test('in which something stays refused exits with 1 and says so; --include-refused sends it', async () => {
    const { simulator, pxArgs } = await startPx({
      faults: [{ fault: { status: 400 }, route: 'events.create', nth: 1 }],
    });
    const first = newFile();
    await cli(['deliver', '-', ...pxArgs, '--concurrency', '1', '--rejected', first], {
      stdin: asLines(page(1), page(3)),
    });
    const again = await cli(['deliver', first, ...pxArgs]);
    expect(again.code).toBe(1);
    expect(again.stdout).toMatch(
      /^ {2}1 skipped: refused by an earlier run, and still not delivered; .*--include-refused/m,
    );
    expect(simulator.state.events.total).toBe(1);

    const included = await cli(['deliver', first, ...pxArgs, '--include-refused']);
    expect(included.code).toBe(0);
    expect(simulator.state.events.list.map(({ eventName }) => eventName)).toEqual(['e3', 'e1']);
  });

  test('with --include-refused rejects again what is still refused, and what was no message stays skipped', async () => {
    const { pxArgs } = await startPx();
    const [first, second] = [newFile('a.jsonl'), newFile('b.jsonl')];
    await cli(['deliver', '-', ...pxArgs, '--rejected', first], { stdin: `${asLines(page(2))}not json\n` });
    const { code, stdout } = await cli([
      'deliver',
      first,
      '--json',
      ...pxArgs,
      '--include-refused',
      '--rejected',
      second,
    ]);
    expect([code, JSON.parse(stdout)]).toMatchObject([
      1,
      { messages: { rejected: 1, retryable: 0, skipped: { refusedBefore: 1 } }, goOn: [] },
    ]);
    expect(JSON.parse(stdout)).toMatchObject({ messages: { skipped: { unreadableBefore: 1 } } });
    expect(jsonLines(readFileSync(second, 'utf8'))).toMatchObject([{ rejected: { code: 'id_missing' } }]);

    // What --include-refused does not send is not promised to be sent by it.
    const skipped = (text: string): string[] => text.split('\n').filter((line) => line.includes('skipped:'));
    const [refused, unreadable] = skipped((await cli(['deliver', first, ...pxArgs])).stdout);
    expect(refused).toMatch(/^ {2}1 skipped: refused by an earlier run.*--include-refused sends them$/);
    expect(unreadable).toMatch(
      /^ {2}1 skipped: not readable in an earlier run, and still not delivered; correct/,
    );
    expect(skipped((await cli(['deliver', first, ...pxArgs, '--include-refused'])).stdout)).toEqual([
      unreadable,
    ]);
  });

  test('a message that a configuration has switched off meanwhile is skipped', async () => {
    const file = newFile();
    const rejected = { code: 'type_unsupported', reason: 'r', retryable: false };
    writeFileSync(file, asLines({ rejected, message: { type: 'page', userId: 'u' } }));
    const { code } = await cli(['deliver', file, '--dry-run', '--config', config({}), '--include-refused']);
    expect(code).toBe(0);
  });

  test('the command for the replay of a run that included the refused does not', async () => {
    const { pxArgs } = await startPx({ faults: [{ fault: 'error-500', route: 'events.create' }] });
    mkdirSync(path.dirname(newFile()), { recursive: true });
    const argv = [
      'deliver',
      '-',
      '--json',
      ...pxArgs,
      '--max-attempts',
      '1',
      '--include-refused',
      '--rejected',
      newFile(),
    ];
    const { stdout } = await cli(argv, { stdin: asLines(page(1)) });
    const { goOn } = JSON.parse(stdout) as Summary;
    expect(goOn).toHaveLength(1);
    expect(goOn[0]).not.toContain('--include-refused');
  });
});
