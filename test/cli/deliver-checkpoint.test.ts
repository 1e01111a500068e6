import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { CheckpointContent } from '../../src/cli/checkpoint/checkpoint-file';
import type { DeliverState } from '../../src/cli/deliver/resume/deliver-state';
import type { Summary } from '../../src/cli/deliver/report/summary';
import type { SimulatorOptions } from '../../src/simulator/index';
import {
  asLines,
  cleanUp,
  cli,
  CONFIG,
  jsonLines,
  KEY,
  resumeWords,
  startCli,
  startPx,
  tempFile,
  type Ran,
} from './cli';

afterEach(cleanUp);

const track = (n: number, userId = `u${n}`): object => ({ type: 'track', userId, event: `e${n}` });
const title = (userId: string, text: string): object => ({
  type: 'identify',
  userId,
  traits: { title: text },
});
const tracks = (count: number): string => asLines(...Array.from({ length: count }, (_, n) => track(n + 1)));

const STOP_AT = (nth: number, status = 401): SimulatorOptions => ({
  faults: [{ fault: { status }, route: 'events.create', nth }],
});

type Px = Awaited<ReturnType<typeof startPx>>;

interface World extends Px {
  readonly input: string;
  readonly rejected: string;
  readonly checkpoint: string;
  readonly argv: readonly string[];
}

/** An input, and a PX that stops the first run. */
async function world(content: string | Buffer, px: SimulatorOptions, name = 'events.jsonl'): Promise<World> {
  const started = await startPx(px);
  const input = tempFile(name, '');
  writeFileSync(input, content);
  const rejected = path.join(path.dirname(input), 'rejected.jsonl');
  const argv = ['deliver', input, '--json', '--concurrency', '1', ...started.pxArgs, '--rejected', rejected];
  return { ...started, input, rejected, checkpoint: `${input}.gainsight-px-checkpoint`, argv };
}

const summaryOf = ({ stdout, stderr }: Ran): Summary => {
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Summary;
};

const contentOf = (checkpoint: string): CheckpointContent<DeliverState> =>
  JSON.parse(readFileSync(checkpoint, 'utf8').split('\n')[1]!) as CheckpointContent<DeliverState>;

const names = ({ simulator }: Px): unknown[] => simulator.state.events.list.map(({ eventName }) => eventName);
const firsts = (count: number): string[] => Array.from({ length: count }, (_, n) => `e${n + 1}`);

test('a run that PX stops copies nothing, names the same command, and that sends every message once', async () => {
  const run = await world(tracks(1_200), STOP_AT(5));
  const stopped = await cli(run.argv);
  const summary = summaryOf(stopped);
  expect(summary).toMatchObject({
    stopped: { reason: 'unauthorized' },
    messages: { delivered: 4, rejected: 0 },
    goOnAfter: 4,
    sentAgain: 0,
    runs: 1,
    resumed: false,
    checkpoint: run.checkpoint,
  });
  expect(summary.left).toBe(summary.messages.read - 4);
  expect([stopped.code, readFileSync(run.rejected, 'utf8')]).toEqual([1, '']);
  expect(summary.goOn).toEqual([
    `gainsight-px deliver ${run.input} ${run.pxArgs.slice(0, 2).join(' ')} --concurrency 1 --json ${run.pxArgs.slice(2).join(' ')} --rejected ${run.rejected}`,
  ]);

  const resumed = await cli([...resumeWords(summary.goOn[0]!), '--requests-per-second', 'none']);
  expect(resumed.code).toBe(0);
  expect(summaryOf(resumed)).toMatchObject({
    stopped: null,
    messages: { read: 1_200, delivered: 1_200, rejected: 0 },
    possibleDuplicates: 0,
    runs: 2,
    resumed: true,
    checkpoint: null,
    left: 0,
    goOn: [],
  });
  expect(resumed.stderr).toContain(`resuming with ${run.checkpoint}: 4 messages done by earlier runs\n`);
  expect(names(run)).toEqual(firsts(1_200));
  expect([run.checkpoint, `${run.checkpoint}.lock`].filter((file) => existsSync(file))).toEqual([]);
});

test.each([
  [
    '403 again and again',
    { faults: [{ fault: 'html-403', route: 'events.create', nth: firsts(20).map((_, n) => n + 3) }] },
    [],
  ],
  ['the daily quota', {}, ['--requests-per-day', '3']],
  [
    'a pause that is too long',
    {
      faults: [
        { fault: { status: 429, headers: { 'Retry-After': '3600' } }, route: 'events.create', nth: 3 },
      ],
    },
    [],
  ],
] as const)('a run that is stopped by %s continues with the same command', async (_, px, argv) => {
  const run = await world(tracks(40), px as unknown as SimulatorOptions);
  const stopped = summaryOf(await cli([...run.argv, ...argv]));
  expect(stopped).toMatchObject({ messages: { rejected: 0 }, goOn: [expect.stringContaining(run.input)] });
  expect(summaryOf(await cli(run.argv))).toMatchObject({ messages: { delivered: 40, rejected: 0 } });
  expect(names(run).sort()).toEqual(firsts(40).sort());
});

test('a signal stops it in the same way', async () => {
  const run = await world(tracks(300), {});
  const running = startCli(run.argv);
  run.simulator.configure({
    faults: [
      () => {
        if (run.simulator.requests.total === 10) running.signal('SIGINT');
        return undefined;
      },
    ],
  });
  const stopped = summaryOf(await running.ended);
  expect(stopped).toMatchObject({ stopped: { reason: 'interrupted' }, messages: { rejected: 0 } });
  run.simulator.configure({ faults: [] });
  const summary = summaryOf(await cli([...run.argv, '--requests-per-second', 'none']));
  expect(summary).toMatchObject({ messages: { delivered: 300 }, possibleDuplicates: 0 });
  expect(names(run)).toEqual(firsts(300));
});

test('an event whose answer was lost before the stop counts as a possible duplicate', async () => {
  const run = await world(tracks(3), {
    faults: [
      { fault: 'destroy-after-write', route: 'events.create', nth: 2 },
      { fault: { status: 401 }, route: 'events.create', nth: 3 },
    ],
  });
  expect(summaryOf(await cli([...run.argv, '--max-attempts', '2']))).toMatchObject({
    messages: { delivered: 1 },
  });
  expect(summaryOf(await cli(run.argv))).toMatchObject({ messages: { delivered: 3 }, possibleDuplicates: 1 });
  expect(names(run)).toEqual(['e1', 'e2', 'e2', 'e3']);
});

describe('what may be sent twice is known after a kill', () => {
  /** A run that was killed: its last checkpoint, and a lock whose owner does not run. */
  async function killed(count: number): Promise<World> {
    const run = await world(tracks(count), STOP_AT(3));
    await cli(run.argv);
    return run;
  }

  test('as all up to the message that the checkpoint allows', async () => {
    const run = await killed(10);
    const [, content = ''] = readFileSync(run.checkpoint, 'utf8').split('\n');
    const { writeCheckpoint, checkpointText } = await import('../../src/cli/checkpoint/checkpoint-file');
    const before = JSON.parse(content) as CheckpointContent<DeliverState>;
    await writeCheckpoint(run.checkpoint, checkpointText({ ...before, maySendUpTo: 6 }));
    expect(summaryOf(await cli(run.argv))).toMatchObject({
      messages: { delivered: 10 },
      possibleDuplicates: 4,
    });
  });
});

describe('with the rejected file', () => {
  const NAMELESS = { type: 'track', userId: 'x', event: ' ' };

  test('lanes that a failure blocked stay blocked, and a replay leaves the newest data', async () => {
    const input = asLines(
      title('ada', '1'),
      track(1),
      track(2),
      title('ada', '2'),
      title('ada', '3'),
      track(3),
    );
    const run = await world(input, {
      faults: [
        { fault: 'error-500', route: 'users.update', nth: 1 },
        { fault: { status: 401 }, route: 'events.create', nth: 2 },
      ],
    });
    await cli([...run.argv, '--max-attempts', '1']);
    expect(jsonLines(readFileSync(run.rejected, 'utf8'))).toMatchObject([
      { rejected: { line: 1, retryable: true } },
    ]);
    const resumed = await cli(run.argv);
    expect(summaryOf(resumed)).toMatchObject({ messages: { delivered: 3, rejected: 3, retryable: 3 } });
    expect(jsonLines(readFileSync(run.rejected, 'utf8')).map(({ rejected }) => rejected)).toMatchObject([
      { line: 1, code: 'unavailable' },
      { line: 4, code: 'blocked' },
      { line: 5, code: 'blocked' },
    ]);
    const [replay] = summaryOf(resumed).goOn;
    expect((await cli(replay!.split(' ').slice(1))).code).toBe(0);
    expect(run.simulator.state.users.get('ada')?.title).toBe('3');
  });

  test('what was written after the checkpoint is cut off, also half a line', async () => {
    const run = await world(asLines(NAMELESS, track(1), track(2), NAMELESS, track(3)), STOP_AT(2));
    await cli(run.argv);
    const before = readFileSync(run.rejected, 'utf8');
    const [line] = before.split('\n');
    const later = line!.replace('"line":1', '"line":4');
    writeFileSync(run.rejected, `${before}${later}\n${later.slice(0, 30)}`);
    expect(summaryOf(await cli(run.argv))).toMatchObject({
      messages: { delivered: 3, rejected: 2 },
      rejected: { inFile: 2 },
    });
    expect(readFileSync(run.rejected, 'utf8')).toBe(`${before}${later}\n`);
  });

  test.each([
    [
      'a line of another input',
      (text: string): string => `${text}${rejectedLine({ type: 'track', userId: 'other' })}\n`,
    ],
    ['something else', (text: string): string => `${text}all that is left\n`],
    ['something else without a line break', (text: string): string => `${text}x`],
    ['another content', (text: string): string => text.replace('reason', 'REASON')],
    ['less', (text: string): string => text.slice(1)],
  ])('a file that contains %s is left as it is', async (_, change) => {
    const run = await world(asLines(NAMELESS, track(1), track(2)), STOP_AT(2));
    await cli(run.argv);
    const changed = change(readFileSync(run.rejected, 'utf8'));
    writeFileSync(run.rejected, changed);
    const requests = run.simulator.requests.total;
    const { code, stderr } = await cli(run.argv);
    expect([code, readFileSync(run.rejected, 'utf8')]).toEqual([2, changed]);
    expect(stderr).toContain('is not the rejected file of the run that the checkpoint continues');
    expect(run.simulator.requests.total).toBe(requests);
  });

  const rejectedLine = (message: object): string =>
    JSON.stringify({ rejected: { code: 'x', reason: 'y', retryable: false, line: 3 }, message });

  test('that was moved it continues under its new name', async () => {
    const run = await world(asLines(NAMELESS, track(1), track(2)), STOP_AT(2));
    await cli(run.argv);
    renameSync(run.rejected, `${run.rejected}.moved`);
    const argv = run.argv.map((word) => (word === run.rejected ? `${run.rejected}.moved` : word));
    expect(summaryOf(await cli(argv))).toMatchObject({ messages: { delivered: 2, rejected: 1 } });
  });

  test.each([true, false])(
    'given in the first run only (%s) or in the second only, it is an error',
    async (inFirst) => {
      const run = await world(tracks(3), STOP_AT(2));
      const without = run.argv.slice(0, -2);
      await cli(inFirst ? run.argv : without);
      const { code, stderr } = await cli(inFirst ? without : run.argv);
      expect([code, stderr]).toEqual([2, expect.stringContaining('--rejected')]);
    },
  );

  test('that cannot be written the run stops, and its message is written by the next run', async () => {
    const run = await world(asLines(track(1), NAMELESS, track(2)), {});
    const { RejectedFile } = await import('../../src/cli/rejected/rejected-file');
    const full = jest.spyOn(RejectedFile.prototype, 'write').mockImplementationOnce(() => {
      throw Object.assign(new Error('full'), { code: 'ENOSPC' });
    });
    const stopped = summaryOf(await cli(run.argv));
    expect(full).toHaveBeenCalledTimes(1);
    expect(stopped).toMatchObject({
      stopped: {
        reason: 'rejected_file_failed',
        message: expect.stringContaining('start the same command again'),
      },
      messages: { rejected: 0 },
    });
    const summary = summaryOf(await cli(run.argv));
    expect(summary).toMatchObject({ messages: { delivered: 2, rejected: 1 }, rejected: { inFile: 1 } });
    expect(names(run)).toEqual(['e1', 'e2']);
  });
});

describe('another input or configuration under the same checkpoint', () => {
  const CHANGES: [string, (run: World) => readonly string[] | undefined, RegExp][] = [
    [
      'a longer input',
      ({ input }) => void writeFileSync(input, tracks(5)),
      /events\.jsonl has \d+ bytes, and had/,
    ],
    [
      'an input with another head',
      ({ input }) => void writeFileSync(input, tracks(4).replace('u1', 'v1')),
      /begins with other bytes/,
    ],
    [
      'more files',
      ({ argv }) => ['deliver', tempFile('b.jsonl', tracks(1)), ...argv.slice(1)].toSpliced(1, 0, argv[1]!),
      /has 2 files, and had 1/,
    ],
    ['--skip', ({ argv }) => [...argv, '--skip', '1'], /--skip has another value/],
    [
      '--include-refused',
      ({ argv }) => [...argv, '--include-refused'],
      /--include-refused has another value/,
    ],
    [
      'another PX',
      ({ argv }) => argv.map((word) => (word.startsWith('http://') ? 'http://127.0.0.1:9' : word)),
      /--px-url has another value/,
    ],
    [
      'another product and key',
      ({ argv }) => [
        ...argv,
        '-c',
        tempFile('c.json', { apiKey: 'another-key-0', productTagKey: 'AP-OTHER-2' }),
      ],
      /apiKey, productTagKey have other values/,
    ],
    [
      'a map',
      ({ argv }) => [
        ...argv,
        '-c',
        tempFile('c.json', { ...CONFIG, userAttributeMap: [{ from: 'a', to: 'b' }] }),
      ],
      /userAttributeMap has another value/,
    ],
  ];

  test.each(CHANGES)(
    '(%s) is exit code 2, says what differs, and sends nothing',
    async (_, change, expected) => {
      const run = await world(tracks(4), {
        faults: [
          { fault: { status: 429, headers: { 'Retry-After': '3600' } }, route: 'events.create', nth: 2 },
        ],
      });
      await cli(run.argv);
      const before = readFileSync(run.checkpoint, 'utf8');
      const requests = run.simulator.requests.total;
      const argv = change(run) ?? run.argv;
      const { code, stderr } = await cli(argv);
      expect(code).toBe(2);
      expect(stderr).toMatch(expected);
      expect(stderr).toContain(`delete ${run.checkpoint} or give --no-checkpoint`);
      expect([run.simulator.requests.total, readFileSync(run.checkpoint, 'utf8')]).toEqual([
        requests,
        before,
      ]);
      expect(existsSync(`${run.checkpoint}.lock`)).toBe(false);
    },
  );

  test.each([
    ['plain', 'events.jsonl', (text: string) => Buffer.from(text)],
    ['gzip', 'events.jsonl.gz', (text: string) => gzipSync(text)],
  ])('is found in the part that was read, behind the head (%s)', async (_, name, pack) => {
    const text = asLines(
      ...Array.from({ length: 20 }, (_unused, n) => ({
        ...track(n + 1),
        x: String(Math.sin(n)).repeat(600),
      })),
    );
    const run = await world(pack(text), STOP_AT(19), name);
    await cli(run.argv);
    const other = text.replace('"e15"', '"f15"');
    // The same size on the disk, whatever was compressed.
    const packed = pack(other);
    const bytes = Buffer.alloc(statSync(run.input).size, 0);
    packed.copy(bytes);
    writeFileSync(run.input, bytes);
    const { code, stderr } = await cli(run.argv);
    expect(code).toBe(2);
    expect(stderr).toMatch(/has another content in the part that was read|begins with other bytes/);
  });

  test('options that decide nothing of what is sent may differ', async () => {
    const run = await world(tracks(4), STOP_AT(2));
    await cli(run.argv);
    const argv = [...run.argv, '--requests-per-second', '50', '--max-attempts', '2', '--concurrency', '3'];
    expect((await cli(argv)).code).toBe(0);
  });

  test('a key that PX refused may differ', async () => {
    const run = await world(tracks(4), { apiKey: 'the-right-key-1' });
    const right = { GAINSIGHT_PX_API_KEY: 'the-right-key-1' };
    expect(summaryOf(await cli(run.argv))).toMatchObject({ stopped: { reason: 'unauthorized' } });
    expect((await cli(run.argv, { env: right })).code).toBe(0);
    expect(names(run)).toEqual(firsts(4));
  });
});

test.each([
  ['half of it', (text: string): string => text.slice(0, text.length / 2)],
  ['nothing', (): string => ''],
  ['another number', (text: string): string => text.replace('"upTo":1', '"upTo":3')],
  ['another file', (): string => tracks(2)],
  ['a later format', (text: string): string => text.replace('checkpoint":1', 'checkpoint":2')],
])('a checkpoint that contains %s is an error, and nothing is sent', async (_, change) => {
  const run = await world(tracks(4), STOP_AT(2));
  await cli(run.argv);
  writeFileSync(run.checkpoint, change(readFileSync(run.checkpoint, 'utf8')));
  const requests = run.simulator.requests.total;
  const { code, stderr } = await cli(run.argv);
  expect([code, stderr]).toEqual([2, expect.stringContaining(run.checkpoint)]);
  expect(stderr).toMatch(/not a checkpoint|damaged|format 2/);
  expect(run.simulator.requests.total).toBe(requests);
});

test('it is readable only for its owner, and contains neither the key nor a message', async () => {
  const run = await world(
    asLines(track(1), { type: 'track', userId: 'ada@example.com', event: ' ' }, track(2)),
    STOP_AT(2),
  );
  await cli(run.argv);
  expect(statSync(run.checkpoint).mode & 0o777).toBe(0o600);
  const text = readFileSync(run.checkpoint, 'utf8');
  expect(text).not.toMatch(new RegExp(`${KEY}|ada@example|"event"|AP-TEST`));
  const { settled, inputs, own } = contentOf(run.checkpoint);
  expect(settled).toEqual({ upTo: 2, beyond: [] });
  expect(inputs).toMatchObject([
    { sizeBytes: statSync(run.input).size, read: { bytes: statSync(run.input).size, messages: 3 } },
  ]);
  expect(own.rejected).toMatchObject({ bytes: statSync(run.rejected).size, lines: 1 });
});

describe('only one run uses a checkpoint', () => {
  test('and another one says who does', async () => {
    const run = await world(tracks(30), {});
    run.simulator.configure({ latencyMs: 5 });
    const first = startCli(run.argv);
    await new Promise<void>((resolve) => {
      run.simulator.configure({ faults: [() => (resolve(), undefined)] });
    });
    const second = await cli(run.argv);
    expect([second.code, second.stderr]).toEqual([
      2,
      expect.stringContaining(`process ${process.pid} uses the checkpoint`),
    ]);
    expect((await first.ended).code).toBe(0);
    expect(names(run)).toEqual(firsts(30));
  });

  test('but a lock whose owner was killed is taken over', async () => {
    const run = await world(tracks(3), STOP_AT(2));
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)']);
    const { RunLock } = await import('../../src/cli/checkpoint/run-lock');
    const { systemClock } = await import('../../src/runtime');
    const lock = await RunLock.acquire(`${run.checkpoint}.lock`, systemClock);
    const owner = JSON.parse(readFileSync(lock.path, 'utf8')) as object;
    const began = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(' ')[21];
    writeFileSync(lock.path, JSON.stringify({ ...owner, pid: child.pid, began }));
    expect((await cli(run.argv)).stderr).toContain(`process ${child.pid} uses the checkpoint`);
    // Its number is another process's now.
    writeFileSync(lock.path, JSON.stringify({ ...owner, pid: child.pid, began: '1' }));
    expect(summaryOf(await cli(run.argv))).toMatchObject({ messages: { delivered: 1 } });
    writeFileSync(lock.path, JSON.stringify({ ...owner, pid: child.pid, began }));
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('close', resolve));
    expect((await cli(run.argv)).code).toBe(0);
  });
});

describe('where it lies', () => {
  test('is where --checkpoint says', async () => {
    const run = await world(tracks(3), STOP_AT(2));
    const state = path.join(path.dirname(run.input), 'state');
    const { goOn } = summaryOf(await cli([...run.argv, '--checkpoint', state]));
    expect(goOn[0]).toContain(`--checkpoint ${state}`);
    expect([existsSync(state), existsSync(run.checkpoint)]).toEqual([true, false]);
    expect((await cli(resumeWords(goOn[0]!))).code).toBe(0);
    expect(names(run)).toEqual(firsts(3));
  });

  test('must be writable when it is named: exit code 2, and nothing is sent', async () => {
    const run = await world(tracks(3), {});
    const { code, stderr } = await cli([...run.argv, '--checkpoint', path.join(run.input, 'state')]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/cannot write the checkpoint .* \(ENOTDIR\)/)]);
    expect(run.simulator.requests.total).toBe(0);
  });

  test.each(['checkpoint', 'lock'])(
    'beside the input cannot be written (%s): one warning, and the run goes on',
    async (what) => {
      const run = await world(tracks(3), {});
      mkdirSync(what === 'lock' ? `${run.checkpoint}.lock` : run.checkpoint);
      const { code, stderr, stdout } = await cli(run.argv);
      expect([code, stderr.match(/cannot write the checkpoint/g)]).toEqual([
        0,
        ['cannot write the checkpoint'],
      ]);
      expect(JSON.parse(stdout)).toMatchObject({ checkpoint: null, messages: { delivered: 3 } });
    },
  );

  test.each(['--dry-run', '--simulate'])('%s writes none, and uses none', async (target) => {
    const input = tempFile('events.jsonl', tracks(3));
    writeFileSync(`${input}.gainsight-px-checkpoint`, 'not one');
    const argv = ['deliver', input, '--json', target, '-c', tempFile('config.json', CONFIG)];
    expect(summaryOf(await cli(argv))).toMatchObject({ messages: { read: 3 }, checkpoint: null });
    expect(readFileSync(`${input}.gainsight-px-checkpoint`, 'utf8')).toBe('not one');
  });

  test('the standard input has none, and a named one is exit code 2', async () => {
    const { pxArgs } = await startPx();
    const none = await cli(['deliver', '-', '--json', ...pxArgs], { stdin: tracks(1) });
    expect(summaryOf(none)).toMatchObject({ checkpoint: null });
    const named = await cli(['deliver', '-', ...pxArgs, '--checkpoint', tempFile('x', '')], {
      stdin: tracks(1),
    });
    expect([named.code, named.stderr]).toEqual([
      2,
      expect.stringContaining('--checkpoint needs an input that can be read again'),
    ]);
  });

  test('--no-checkpoint writes none, and says that there is one', async () => {
    const run = await world(tracks(3), STOP_AT(2));
    await cli(run.argv);
    rmSync(run.rejected);
    const { code, stderr } = await cli([...run.argv, '--no-checkpoint']);
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining(`${run.checkpoint} of an earlier run is not used`),
    ]);
    expect(names(run)).toEqual(['e1', 'e1', 'e2', 'e3']);
  });

  test('it is no input of a pattern, and an input is not a checkpoint', async () => {
    const run = await world(tracks(3), STOP_AT(2));
    const pattern = path.join(path.dirname(run.input), 'events*');
    const argv = run.argv.map((word) => (word === run.input ? pattern : word));
    await cli(argv);
    expect(existsSync(run.checkpoint)).toBe(true);
    expect(summaryOf(await cli(argv))).toMatchObject({ messages: { read: 3, delivered: 3 } });
    const { code, stderr } = await cli([...run.argv, '--checkpoint', run.input]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('cannot be the checkpoint, too')]);
  });
});

test('several files have one, beside the first, and it names all in their order', async () => {
  const px = await startPx(STOP_AT(4));
  const [a, b, c] = ['a.jsonl', 'b.jsonl.gz', 'c.jsonl'].map((name) => tempFile(name, '')) as [
    string,
    string,
    string,
  ];
  writeFileSync(a, asLines(track(1), track(2)));
  writeFileSync(b, gzipSync(asLines({ batch: [track(3), track(4)] }, track(5))));
  writeFileSync(c, asLines(track(6)));
  const argv = ['--json', ...px.pxArgs, '--concurrency', '1'];
  const stopped = summaryOf(await cli(['deliver', a, b, c, ...argv]));
  expect(stopped).toMatchObject({ goOnAfter: 3, checkpoint: `${a}.gainsight-px-checkpoint` });
  expect(contentOf(`${a}.gainsight-px-checkpoint`).inputs.map(({ name }) => name)).toEqual([a, b, c]);
  expect((await cli(['deliver', a, c, b, ...argv])).stderr).toMatch(/has \d+ bytes|other bytes/);
  expect(summaryOf(await cli(resumeWords(stopped.goOn[0]!)))).toMatchObject({
    messages: { read: 6, delivered: 6 },
    files: [{ read: 2 }, { read: 3 }, { read: 1 }],
  });
  expect(names(px)).toEqual(firsts(6));
});

test('--skip holds for all runs', async () => {
  const run = await world(tracks(6), STOP_AT(2));
  await cli([...run.argv, '--skip', '2']);
  expect(summaryOf(await cli([...run.argv, '--skip', '2']))).toMatchObject({
    messages: { read: 6, delivered: 4, skipped: { passedOver: 2 } },
  });
  expect(names(run)).toEqual(['e3', 'e4', 'e5', 'e6']);
});

test('a run that was done when it was killed shows its summary again, and sends nothing', async () => {
  const run = await world(tracks(3), {});
  const { Checkpoint } = await import('../../src/cli/checkpoint/checkpoint');
  jest.spyOn(Checkpoint.prototype, 'remove').mockImplementationOnce(() => Promise.resolve());
  await cli(run.argv);
  const { requests } = run.simulator;
  const total = requests.total;
  expect(summaryOf(await cli(run.argv))).toMatchObject({ messages: { delivered: 3 }, runs: 2 });
  expect(run.simulator.requests.total).toBe(total);
  expect(existsSync(run.checkpoint)).toBe(false);
});

test('what PX refused, and is not in the rejected file yet, is not sent again', async () => {
  // The first message waits; the second one, of another user, is refused; a later one of that user is delivered.
  const run = await world(asLines(track(1), title('ada', 'refused'), title('ada', 'later'), track(2)), {});
  let stop: () => void = () => undefined;
  run.simulator.configure({
    faults: [
      { fault: 'hang', route: 'events.create', nth: 1 },
      { fault: { status: 400 }, route: 'users.update', nth: 1 },
      ({ route }) => {
        if (route === 'events.create' && run.simulator.requests.byRoute['events.create'] === 2) stop();
        return undefined;
      },
    ],
  });
  const argv = [...run.argv, '--concurrency', '4', '--request-timeout', '1500'];
  const running = startCli(argv);
  stop = () => {
    running.signal('SIGINT');
  };
  const stopped = summaryOf(await running.ended);
  expect(stopped).toMatchObject({ messages: { delivered: 2, rejected: 0 } });
  expect(contentOf(run.checkpoint).own.refused).toMatchObject([{ number: 2, code: 'rejected' }]);
  run.simulator.configure({ faults: [] });
  expect(summaryOf(await cli(argv))).toMatchObject({ messages: { delivered: 3, rejected: 1 } });
  expect(run.simulator.state.users.get('ada')?.title).toBe('later');
  expect(jsonLines(readFileSync(run.rejected, 'utf8'))).toMatchObject([
    { rejected: { line: 2, code: 'rejected' } },
  ]);
});

test('a checkpoint that cannot be written any more ends the run before it sends what no checkpoint allows', async () => {
  const run = await world(tracks(200), {});
  const file = await import('../../src/cli/checkpoint/checkpoint-file');
  const original = file.writeCheckpoint;
  const write = jest.spyOn(file, 'writeCheckpoint');
  let writes = 0;
  write.mockImplementation((...args) => {
    writes += 1;
    return writes === 1
      ? original(...args)
      : Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' }));
  });
  const ran = await cli([...run.argv, '--requests-per-second', '20']);
  write.mockRestore();
  const stopped = summaryOf(ran);
  expect(stopped).toMatchObject({
    stopped: { reason: 'checkpoint_failed', message: expect.stringMatching(/ENOSPC.*make room/) },
  });
  expect(ran.stderr).toContain('cannot write the last checkpoint (ENOSPC)');
  // Two seconds of 20 messages.
  expect(run.simulator.state.events.total).toBeLessThanOrEqual(40);
  const summary = summaryOf(await cli([...run.argv, '--requests-per-second', 'none']));
  const sentTwice = names(run).length - new Set(names(run)).size;
  expect(summary.messages.delivered).toBe(200);
  expect(summary.possibleDuplicates).toBe(40);
  expect(sentTwice).toBeLessThanOrEqual(40);
});
