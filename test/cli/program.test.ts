import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { run } from '../../src/cli/program';
import { cli, CONFIG, KEY, tempFile, cleanUp } from './cli';

afterEach(cleanUp);

const COMMANDS = [
  ['deliver'],
  ['inspect'],
  ['transform'],
  ['explain'],
  ['validate'],
  ['check'],
  ['attributes'],
  ['attributes', 'pull'],
  ['preferences'],
  ['preferences', 'get'],
  ['preferences', 'set'],
  ['delete-user'],
  ['deny-user'],
  ['simulate'],
  ['serve'],
  ['publish'],
  ['consume'],
  ['dead-letters'],
  ['dead-letters', 'list'],
  ['dead-letters', 'replay'],
];

describe('help', () => {
  test.each([[], ...COMMANDS].map((names) => [names.join(' '), names]))(
    'of "%s" goes to the standard output, holds an example of the command, and exits with 0',
    async (joined, names) => {
      const { code, stdout, stderr } = await cli([...names, '--help']);
      expect(code).toBe(0);
      expect(stderr).toBe('');
      expect(stdout).toMatch(new RegExp(`Examples?:\n( {2}\\$ .*\n)* {2}\\$ .*gainsight-px ${joined}`));
    },
  );

  test.each([[], ...COMMANDS].map((names) => [names.join(' '), names]))(
    'of "%s" holds 80 columns, commands to copy apart',
    async (_joined, names) => {
      const { stdout } = await cli([...names, '--help']);
      const prose = stdout.split('\n').filter((line) => !line.startsWith('  $ '));
      expect(prose.filter((line) => line.length > 80)).toEqual([]);
    },
  );

  test('names the variables and the exit codes', async () => {
    const { stdout } = await cli(['--help']);
    expect(stdout).toContain('GAINSIGHT_PX_API_KEY');
    expect(stdout).toContain('GAINSIGHT_PX_PRODUCT_TAG_KEY');
    expect(stdout).toContain('GAINSIGHT_PX_DATA_CENTER');
    expect(stdout).toContain('Exit codes: 0');
  });

  test('is also a command', async () => {
    const { code, stdout } = await cli(['help', 'transform']);
    expect(code).toBe(0);
    expect(stdout).toContain('gainsight-px transform');
  });
});

test.each(COMMANDS.map((names) => [names.join(' '), names]))(
  'every option of "%s" is described in docs/command.md',
  async (_, names) => {
    const { stdout } = await cli([...names, '--help']);
    const options = [...stdout.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, option]) => option!);
    const text = readFileSync(path.join(__dirname, '../../docs/command.md'), 'utf8');
    const [name = ''] = names;
    const section = text.split(/^## /m).find((part) => part.split('\n')[0]!.includes(name)) ?? '';
    expect(options).toContain('--help');
    for (const option of options.filter((found) => found !== '--help')) expect(section).toContain(option);
  },
);

test('the version is the package’s', async () => {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { version } = require('../../package.json') as { version: string };
  expect(await cli(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
});

describe('a call that cannot work', () => {
  const config = () => tempFile('config.json', CONFIG);
  const calls: [string, () => string[], string][] = [
    ['no command', () => [], '--help'],
    ['an unknown command', () => ['trnsform'], 'Did you mean transform?'],
    ['an unknown option', () => ['transform', '--confg'], 'Did you mean --config?'],
    ['an option without its value', () => ['transform', '--config'], 'transform --help'],
    ['an argument too much', () => ['validate', 'a'], 'validate --help'],
    ['a missing argument', () => ['preferences', 'get'], 'preferences get --help'],
    ['no subcommand', () => ['preferences'], 'preferences --help'],
    ['a file that is not there', () => ['transform', 'absent.jsonl', '--config', config()], 'absent.jsonl'],
    ['a directory for a file', () => ['transform', '.', '--config', config()], 'is a directory'],
    ['no configuration at all', () => ['transform', '-'], 'GAINSIGHT_PX_'],
    ['a configuration file that is not there', () => ['explain', '--config', 'absent.json'], '--config'],
    ['a blank id', () => ['preferences', 'get', ' ', '--config', config()], 'preferences get --help'],
    ['another host in place of PX', () => ['deny-user', 'a', '--px-url', 'http://px.example'], 'http://127'],
    ['a port that is none', () => ['simulate', '--port', 'http'], 'whole number'],
  ];

  test.each(calls)(
    '%s: one line with the mend on the error output, and exit code 2',
    async (_, argv, mend) => {
      const { code, stdout, stderr } = await cli(argv());
      expect(code).toBe(2);
      expect(stdout).toBe('');
      expect(stderr).toMatch(/^error: [^\n]+\n$/);
      expect(stderr).toContain(mend);
      expect(stderr).not.toContain('\\u');
    },
  );

  test.each([[[`--api-key=${KEY}`]], [['--api-key', KEY]]])(
    'a key that is given as an argument is refused and not repeated (%#)',
    async (given) => {
      expect(await cli(['transform', ...given])).toMatchObject({ code: 2, stdout: '' });
    },
  );
});

test('a fault of our own is one line with the place it came from, without the words of what was thrown', async () => {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const io = Object.assign(new EventEmitter(), { stdin: Readable.from([]), stdout, stderr, env: {} });
  Object.defineProperty(io, 'env', {
    get: () => {
      throw new TypeError(`cannot use ${KEY}`);
    },
  });
  expect(await run(['validate'], io)).toBe(1);
  expect(String(stderr.read())).toMatch(
    /^error: unexpected TypeError at (?!.*secret-key)[^\n]+; please report it\n$/,
  );
  expect(stdout.read()).toBeNull();
});

test('an interactive call without input says what is missing, and does not wait', async () => {
  const ran = await cli(['explain', '--config', tempFile('config.json', CONFIG)], { tty: true });
  expect(ran).toMatchObject({ code: 2, stdout: '' });
  expect(ran.stderr).toContain('no input');
});
