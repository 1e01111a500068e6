import { EventEmitter } from 'node:events';
import { writeFileSync } from 'node:fs';
import { PassThrough, Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { run } from '../../src/cli/program';
import { process as mapMessage } from '../../src/index';
import { asLines, cleanUp, cli, CONFIG, jsonLines, KEY, startCli, tempFile } from './cli';

afterEach(cleanUp);

const track = { type: 'track', userId: 'ada', event: 'Signed Up', properties: { plan: 'pro' } };
const nameless = { type: 'track', userId: 'ada' };
const args = () => ['transform', '--config', tempFile('config.json', CONFIG)];

test('each message becomes a line with its plan, the key masked', async () => {
  const { code, stdout, stderr } = await cli(args(), { stdin: asLines(track, track) });
  const plan = mapMessage(track, { ...CONFIG, apiKey: '********' });
  expect(jsonLines(stdout)).toEqual([
    { position: { line: 1 }, plan },
    { position: { line: 2 }, plan },
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

test('the key is shown to who asks for it, and then the plan is exactly that of the library', async () => {
  const { stdout } = await startCli([...args(), '--show-key'], { stdin: asLines(track) }).ended;
  expect(jsonLines(stdout)[0]!.plan).toEqual(mapMessage(track, CONFIG));
  expect(stdout).toContain(KEY);
});

test('a message that cannot be mapped becomes an error in its place, its neighbours go on, and the exit code is 1', async () => {
  const stdin = `${asLines(track, nameless)}no JSON\n${asLines(track)}`;
  const { code, stdout, stderr } = await cli(args(), { stdin });
  const lines = jsonLines(stdout);
  expect(
    lines.map(({ plan, error }) => (plan === undefined ? (error as { code: string }).code : 'plan')),
  ).toEqual(['plan', 'event_name_missing', 'not_json', 'plan']);
  expect(lines[1]!.error).toEqual({
    code: 'event_name_missing',
    message: expect.stringContaining('needs a name'),
    issues: [{ path: 'event', message: expect.any(String) }],
  });
  expect(lines.map(({ position }) => position)).toEqual([1, 2, 3, 4].map((line) => ({ line })));
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
});

test('a message that deliver skips becomes a line that says so, and the exit code is 0', async () => {
  const off = { ...nameless, integrations: { 'gainsight px': false } };
  const { code, stdout } = await cli(args(), { stdin: asLines({ batch: [off, track] }, { type: 'Screen' }) });
  const [first, second, third] = jsonLines(stdout);
  expect(first).toEqual({
    position: { line: 1, at: 'batch[0]' },
    skipped: { code: 'switched_off', message: expect.stringMatching(/^switched off: /) },
  });
  expect(second).toHaveProperty('plan');
  expect(third).toMatchObject({ position: { line: 2 }, skipped: { code: 'type_filtered' } });
  expect(code).toBe(0);
});

test('several files are read one after another, and each line names its own', async () => {
  const [a, b] = [tempFile('a.jsonl', asLines(track)), tempFile('b.json', JSON.stringify(track, null, 2))];
  const { code, stdout } = await cli([...args(), a, b, a]);
  expect(jsonLines(stdout).map(({ position }) => position)).toEqual([
    { file: a, line: 1 },
    { file: b, line: 1 },
  ]);
  expect(code).toBe(0);
});

test('the input may be a file, gzipped, and a batch per line', async () => {
  const file = tempFile('events.jsonl.gz', '');
  writeFileSync(file, gzipSync(asLines({ batch: [track, nameless] })));
  const { code, stdout } = await cli([...args(), file]);
  expect(jsonLines(stdout).map(({ position }) => position)).toEqual([
    { line: 1, at: 'batch[0]' },
    { line: 1, at: 'batch[1]' },
  ]);
  expect(code).toBe(1);
});

test('an input is closed when nobody reads the output any more', async () => {
  const stdin = Readable.from([Buffer.from(asLines(track, track, track))]);
  const stdout = new PassThrough();
  stdout.on('error', () => undefined);
  stdout.destroy();
  const io = Object.assign(new EventEmitter(), { stdin, stdout, stderr: new PassThrough(), env: {} });
  expect(await run(args(), io)).toBe(0);
  expect(stdin.destroyed).toBe(true);
});

test.each([[null], [3], [[]], [{ type: 'track', userId: 'a', event: 'e', properties: { a: '\u2028' } }]])(
  'each output line is one line of JSON, whatever the message (%#)',
  async (message) => {
    const { stdout } = await cli(args(), { stdin: asLines({ batch: [message] }) });
    expect(jsonLines(stdout)).toHaveLength(1);
  },
);
