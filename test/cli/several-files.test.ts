import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { resumeCommands } from '../../src/cli/deliver/report/resume-command';
import type { Summary } from '../../src/cli/deliver/report/summary';
import { inputFiles } from '../../src/cli/input/input-files';
import { asLines, cleanUp, cli, CONFIG, resumeWords, startPx, tempFile } from './cli';

afterEach(cleanUp);

const track = (n: number): object => ({ type: 'track', userId: 'u', event: `e${n}` });

/** A folder with these files. */
function folder(files: Record<string, string | Buffer>): string {
  const directory = path.dirname(tempFile('x', ''));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
    writeFileSync(path.join(directory, name), content);
  }
  return directory;
}

const ARCHIVE = {
  'b.jsonl.gz': gzipSync(asLines(track(3), track(4))),
  'a.jsonl': asLines(track(1), track(2)),
  'c/d.jsonl': asLines(track(5)),
};

describe('the files of a command line', () => {
  const named = (...words: string[]): ((directory: string) => string[]) => {
    return (directory) =>
      inputFiles(words.map((word) => path.join(directory, word))).map((file) =>
        path.relative(directory, file),
      );
  };

  test.each<[string, string[], string[]]>([
    ['keep their order', ['b.jsonl.gz', 'a.jsonl'], ['b.jsonl.gz', 'a.jsonl']],
    ['replace a pattern, by name', ['*.jsonl*'], ['a.jsonl', 'b.jsonl.gz']],
    ['replace a pattern with folders', ['**/*.jsonl'], ['a.jsonl', 'c/d.jsonl']],
    ['replace alternatives', ['{c/d,a}.jsonl'], ['a.jsonl', 'c/d.jsonl']],
    ['are read once each', ['a.jsonl', '*.jsonl', 'a.jsonl'], ['a.jsonl']],
  ])('%s', (_, words, expected) => {
    expect(named(...words)(folder(ARCHIVE))).toEqual(expected);
  });

  test('are read once under several names', () => {
    const directory = folder(ARCHIVE);
    symlinkSync(path.join(directory, 'a.jsonl'), path.join(directory, 'latest.jsonl'));
    linkSync(path.join(directory, 'a.jsonl'), path.join(directory, 'copy.jsonl'));
    expect(named('a.jsonl', 'latest.jsonl', 'copy.jsonl')(directory)).toEqual(['a.jsonl']);
  });

  test('may have signs of patterns in their names', () => {
    const directory = folder({ 'a[1].jsonl': '', 'a1.jsonl': '' });
    expect(named('a[1].jsonl')(directory)).toEqual(['a[1].jsonl']);
  });

  test.each([
    ['a pattern without a match', '*.nope', /no file matches .*: name existing files/],
    ['a folder', 'c', /c is a directory: name files in it, as in .*c\/\*\.jsonl/],
    ['a file that is not there', 'nope.jsonl', /cannot read .*nope\.jsonl \(ENOENT\)/],
    ['a file in a file', 'a.jsonl/b', /cannot read .*\(ENOTDIR\)|cannot read .*\(ENOENT\)/],
  ])('%s is an error before anything is read', (_, word, message) => {
    const directory = folder(ARCHIVE);
    expect(() => named('a.jsonl', word)(directory)).toThrow(message);
  });
});

test('several files are delivered in order, and each is named in messages and in the summary', async () => {
  const { simulator, pxArgs } = await startPx();
  const directory = folder({ ...ARCHIVE, 'a.jsonl': `${asLines(track(1))}no json\n${asLines(track(2))}` });
  const [a, b] = [path.join(directory, 'a.jsonl'), path.join(directory, 'b.jsonl.gz')];
  const { code, stdout } = await cli(['deliver', path.join(directory, '*.jsonl*'), ...pxArgs]);
  expect(code).toBe(1);
  expect(stdout).toContain(`  ${a}, line 2: the line is not valid JSON`);
  expect(stdout).toMatch(/^file +messages read$/m);
  expect(stdout).toMatch(/a\.jsonl +3\n.*b\.jsonl\.gz +2$/m);
  expect(simulator.state.events.list.map(({ eventName }) => eventName)).toEqual(['e1', 'e2', 'e3', 'e4']);

  const json = await cli(['deliver', b, a, '--json', ...pxArgs]);
  const summary = JSON.parse(json.stdout) as Summary;
  expect(summary.files).toEqual([
    { name: b, read: 2 },
    { name: a, read: 3 },
  ]);
  expect(summary.rejected.first).toMatchObject([{ file: a, line: 2, code: 'not_json' }]);
});

test('a file that is cut off names itself, and the next one is read', async () => {
  const { simulator, pxArgs } = await startPx();
  const packed = gzipSync(asLines(track(1), track(2)));
  const directory = folder({ 'a.gz': packed.subarray(0, -4), 'b.jsonl': asLines(track(3)) });
  const files = ['a.gz', 'b.jsonl'].map((name) => path.join(directory, name));
  const { stdout } = await cli(['deliver', ...files, ...pxArgs]);
  expect(stdout).toMatch(
    /a\.gz, line 2: .*cut off, after 2 messages: get the whole file, then deliver it with --skip 2/,
  );
  expect(simulator.state.events.total).toBe(3);
});

test('--skip counts through all files', async () => {
  const { simulator, pxArgs } = await startPx();
  const directory = folder(ARCHIVE);
  await cli([
    'deliver',
    ...['a.jsonl', 'b.jsonl.gz'].map((name) => path.join(directory, name)),
    ...pxArgs,
    '--skip',
    '3',
  ]);
  expect(simulator.state.events.list.map(({ eventName }) => eventName)).toEqual(['e4']);
});

test('the standard input may be one of them', async () => {
  const file = tempFile('a.jsonl', asLines(track(1)));
  const argv = ['deliver', file, '-', '--dry-run', '--json', '--config', tempFile('config.json', CONFIG)];
  const { stdout } = await cli(argv, { stdin: asLines(track(2), track(3)) });
  expect((JSON.parse(stdout) as Summary).files).toEqual([
    { name: file, read: 1 },
    { name: '-', read: 2 },
  ]);
});

test('a run without a checkpoint that is stopped goes on with the files that are left, and every message comes once', async () => {
  const px = await startPx({ faults: [{ fault: { status: 401 }, route: 'events.create', nth: 4 }] });
  const directory = folder({
    'a.jsonl': asLines(track(1), track(2)),
    'b.jsonl': asLines(track(3), track(4), track(5)),
    'c.jsonl': asLines(track(6)),
  });
  const argv = [
    'deliver',
    path.join(directory, '*.jsonl'),
    '--no-checkpoint',
    '--json',
    ...px.pxArgs,
    '--concurrency',
    '1',
  ];
  const { goOn, goOnAfter } = JSON.parse((await cli(argv)).stdout) as Summary;
  expect(goOnAfter).toBe(3);
  expect(goOn).toEqual([expect.stringMatching(/deliver \S*b\.jsonl \S*c\.jsonl --skip 1 /)]);
  expect(await cli(resumeWords(goOn[0]!))).toMatchObject({ code: 0 });
  expect(px.simulator.state.events.list.map(({ eventName }) => eventName)).toEqual(
    [1, 2, 3, 4, 5, 6].map((n) => `e${n}`),
  );
});

test.each([
  [0, ['a', 'b', 'c'], 0],
  [1, ['a', 'b', 'c'], 1],
  [2, ['b', 'c'], 0],
  [4, ['b', 'c'], 2],
  // Nothing was read of c: that b was read to its end is not known.
  [5, ['b', 'c'], 3],
])('after %d messages it goes on with %j, --skip %d', (goOnAfter, names, skip) => {
  const files = [
    { name: 'a', read: 2 },
    { name: 'b', read: 3 },
    { name: 'c', read: 0 },
  ];
  const [command] = resumeCommands(
    { command: 'deliver', files, options: [], goOnAfter, rejectedFile: undefined },
    () => false,
  );
  expect(command).toBe(`gainsight-px deliver ${names.join(' ')} --skip ${skip} --rejected rejected.jsonl`);
});

test('a file whose name begins as an option does is named so that it is none', () => {
  const files = [{ name: '--skip.jsonl', read: 1 }];
  const [command] = resumeCommands(
    { command: 'deliver', files, options: [], goOnAfter: 1, rejectedFile: undefined },
    () => false,
  );
  expect(command).toContain('deliver ./--skip.jsonl --skip 1');
});
