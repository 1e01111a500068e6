import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Summary } from '../../src/cli/deliver/report/summary';
import { RunRecord } from '../../src/cli/deliver/record/run-record';
import { buildReport } from '../../src/cli/deliver/record/run-report';
import { Counts } from '../../src/cli/deliver/report/counts';
import { sameCommand } from '../../src/cli/deliver/report/resume-command';
import type { Simulator } from '../../src/simulator/index';
import { asLines, cleanUp, cli, CONFIG, KEY, startCli, startPx, tempFile } from './cli';
import { readReport } from './report';

let folder: string;
let report: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'report-'));
  report = path.join(folder, 'report.html');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});
afterEach(cleanUp);

const sum = (list: readonly number[]): number => list.reduce((total, each) => total + each, 0);

/** Resolves when PX has got so many requests; at the latest with the run. */
async function untilSent(simulator: Simulator, count: number, ended: Promise<unknown>): Promise<void> {
  let hasEnded = false;
  void ended.then(() => (hasEnded = true));
  while (simulator.requests.total < count && !hasEnded) await new Promise(setImmediate);
}

const MESSAGES = [
  {
    type: 'identify',
    userId: 'ada@example.com',
    messageId: 'm-1',
    traits: { title: 'Dr', favouriteColour: 'teal' },
  },
  {
    type: 'track',
    userId: 'ada@example.com',
    messageId: 'm-2',
    event: 'Signed Up',
    properties: { plan: 'pro' },
  },
  { type: 'track', messageId: 'm-3', event: 'No user' },
  { type: 'page', userId: 'ada@example.com', messageId: 'm-4' },
];

test('the report holds the run, and the summary names its file', async () => {
  const { pxArgs } = await startPx();
  const ran = await cli(['deliver', '-', '--report', report, ...pxArgs], { stdin: asLines(...MESSAGES) });
  expect(ran.code).toBe(1);
  expect(ran.stdout).toContain(`\nReport: ${report}\n`);
  const data = readReport(report);
  expect(data).toMatchObject({
    reportOf: 'gainsight-px deliver',
    requestsPerSecond: 180,
    versions: { node: process.versions.node },
    summary: { sentTo: 'px', messages: { read: 4, delivered: 2, rejected: 1 }, runs: 1, resumed: false },
    pauses: [],
    rejections: [{ code: 'id_missing', retryable: false, count: 1, places: [{ line: 3, messageId: 'm-3' }] }],
    dropped: [{ path: 'traits.favouriteColour', count: 1, places: [{ line: 1, messageId: 'm-1' }] }],
  });
  const { timeline, summary, routes, slowest } = data;
  expect(sum(timeline.requests)).toBe('total' in summary.requests ? summary.requests.total : NaN);
  expect(sum(Object.values(timeline.answers).flat())).toBe(sum(timeline.requests));
  expect([timeline.delivered, timeline.rejected, timeline.skipped].map(sum)).toEqual([2, 1, 1]);
  expect(Object.fromEntries(routes.map(({ route, requests }) => [route, requests]))).toEqual(
    summary.requests.byRoute,
  );
  expect(slowest.map(({ place }) => place.line).sort()).toEqual([1, 1, 2]);
  expect(Date.parse(data.endedAt) - Date.parse(data.startedAt)).toBe(data.durationMs);
});

test('--json names the file, or null', async () => {
  const named = await cli(
    ['deliver', '-', '--json', '--report', report, '-c', tempFile('c.json', CONFIG), '--simulate'],
    {
      stdin: asLines(MESSAGES[0]!),
    },
  );
  expect(named).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(`"report":${JSON.stringify(report)}`) as string,
  });
  const without = await cli(['deliver', '-', '--json', '-c', tempFile('c.json', CONFIG), '--simulate'], {
    stdin: '',
  });
  expect(JSON.parse(without.stdout)).toMatchObject({ report: null });
});

test('it holds no key, no value of a message, no password, and opens without any other file', async () => {
  const config = tempFile('config.json', {
    ...CONFIG,
    globalContextMap: [{ from: 'region', to: 'secret-constant' }],
    userAttributeMap: [{ from: 'title', to: 'x' }],
  });
  await cli(['deliver', '-', '--report', report, '--simulate', '-c', config], {
    stdin: asLines(...MESSAGES),
  });
  const text = readFileSync(report, 'utf8');
  for (const secret of [KEY, 'ada@', 'teal', 'secret-constant', 'Signed Up'])
    expect(text).not.toContain(secret);
  expect(text).not.toMatch(/<(?:script|img)[^>]+src=|<link[^>]+href="(?!data:)/);
  expect(readReport(report).settings).toContainEqual(['names in globalContext', 'region']);
});

test.each(['redis://user:pass-word@127.0.0.1:1/0', "redis://user:pass-word'; it@127.0.0.1:1/0"])(
  'the command that resumes a run is in it without the address of Redis: %s',
  (redis) => {
    const goOn = [
      sameCommand({
        command: 'deliver',
        files: [{ name: 'in.jsonl', read: 1 }],
        options: ['--redis', redis, '--skip-unchanged', '10m'],
        skip: 0,
        rejected: undefined,
      }),
    ];
    const numbers = {
      concurrency: 1,
      requestsPerSecond: 1,
      requestsPerDay: 1,
      requestTimeout: 1,
      maxAttempts: 1,
    };
    const options = { ...numbers, skip: 0, retryFor: 0, skipUnchanged: 0, redis } as never;
    const record = new RunRecord(() => 0);
    const built = buildReport({
      record,
      counts: new Counts(),
      summary: { goOn } as never,
      options,
      config: CONFIG,
      sharesLimits: true,
      endedAt: new Date(0),
    });
    expect(built.summary.goOn).toEqual(['gainsight-px deliver in.jsonl --redis … --skip-unchanged 10m']);
    expect(JSON.stringify(built)).not.toContain('pass-word');
  },
);

test('a simulation opens no Redis, so the command that resumes it has no --redis: not in the report, nor elsewhere', async () => {
  const config = tempFile('config.json', CONFIG);
  const redis = ['--redis', 'redis://:tr%40p-d00r@127.0.0.1:6379', '--redis-processes', '2'];
  const stopping = ['--simulate', '--requests-per-day', '1'];
  for (const style of [[], ['--json']]) {
    const args = ['deliver', '-', '--report', report, '-c', config, ...stopping, ...redis, ...style];
    const { code, stdout, stderr } = await cli(args, { stdin: asLines(...MESSAGES) });
    expect([code, stdout + stderr]).toEqual([1, expect.stringContaining('gainsight-px deliver - ')]);
    const [goOn] = readReport(report).summary.goOn;
    expect(goOn).toMatch(/^gainsight-px deliver - /);
    for (const text of [stdout, stderr, readFileSync(report, 'utf8')]) expect(text).not.toContain('d00r');
    expect(goOn).not.toContain('redis');
  }
});

test.each([
  ['--dry-run', 'nowhere'],
  ['--simulate', 'simulator'],
])('%s says where the messages went', async (option, sentTo) => {
  await cli(['deliver', '-', '--report', report, option, '-c', tempFile('c.json', CONFIG)], {
    stdin: asLines(...MESSAGES),
  });
  const { summary, settings, timeline } = readReport(report);
  expect(summary.sentTo).toBe(sentTo);
  expect(settings).toContainEqual([option, 'on']);
  expect(sum(timeline.delivered)).toBe(2);
  expect(sum(timeline.requests)).toBe(option === '--dry-run' ? 0 : 3);
});

test('a run that is stopped by a signal, and the run that resumes it, write a report each', async () => {
  const { simulator, pxArgs } = await startPx();
  const input = path.join(folder, 'events.jsonl');
  writeFileSync(
    input,
    asLines(...Array.from({ length: 400 }, (_, n) => ({ type: 'track', userId: `u${n}`, event: 'e' }))),
  );
  const argv = ['deliver', input, '--requests-per-second', '100', '--json', ...pxArgs];
  const running = startCli([...argv, '--report', report]);
  await untilSent(simulator, 20, running.ended);
  running.signal('SIGINT');
  const { stdout } = await running.ended;
  const first = JSON.parse(stdout) as Summary;
  const stopped = readReport(report);
  expect(stopped.summary).toMatchObject({ stopped: { message: 'interrupted' }, runs: 1, resumed: false });
  expect(first.goOn[0]).toContain(`--report ${path.join(folder, 'report.2.html')}`);

  const second = path.join(folder, 'report.2.html');
  expect((await cli([...argv, '--report', second])).code).toBe(0);
  const resumed = readReport(second);
  expect(resumed.summary).toMatchObject({ messages: { read: 400, delivered: 400 }, runs: 2, resumed: true });
  expect(sum(resumed.timeline.delivered)).toBe(400 - sum(stopped.timeline.delivered));
  expect(resumed.durationMs).toBeLessThan(resumed.summary.durationMs);
});

test('a run that PX ends writes one, with what PX answered', async () => {
  const { pxArgs } = await startPx({ faults: [{ fault: { status: 401 }, route: 'users.update' }] });
  const ran = await cli(['deliver', '-', '--report', report, ...pxArgs], { stdin: asLines(...MESSAGES) });
  expect(ran.code).toBe(1);
  const { summary, timeline } = readReport(report);
  expect(summary.stopped?.message).toContain('401');
  expect(Object.keys(timeline.answers)).toEqual(['401']);
});

test('pauses that PX asks for are in it', async () => {
  const { pxArgs } = await startPx({
    faults: [{ fault: { status: 429, headers: { 'retry-after': '1' } }, route: 'users.update', nth: 1 }],
  });
  await cli(['deliver', '-', '--report', report, ...pxArgs], { stdin: asLines(...MESSAGES) });
  const { pauses, timeline } = readReport(report);
  expect(pauses.map(({ why }) => why)).toContain('asked');
  expect(sum(timeline.answers['429']!)).toBeGreaterThan(0);
  expect(sum(timeline.retries)).toBeGreaterThan(0);
});

describe('the file', () => {
  const run = (file = report, ...more: string[]): ReturnType<typeof cli> =>
    cli(['deliver', '-', '--report', file, '--simulate', '-c', tempFile('c.json', CONFIG), ...more], {
      stdin: asLines(MESSAGES[0]!),
    });

  test('is for its owner alone, and a report that is replaced keeps its mode', async () => {
    await run();
    expect(statSync(report).mode & 0o777).toBe(0o600);
    chmodSync(report, 0o644);
    const before = readReport(report).endedAt;
    expect((await run()).code).toBe(0);
    expect(readReport(report).endedAt).not.toBe(before);
    expect(statSync(report).mode & 0o777).toBe(0o644);
    expect(readdirSync(folder)).toEqual(['report.html']);
  });

  test('may be empty before', async () => {
    writeFileSync(report, '');
    expect((await run()).code).toBe(0);
  });

  test.each([
    [
      'a page of somebody',
      '<!doctype html><title>Delivery to Gainsight PX</title>',
      'holds something else than a report',
    ],
    ['messages', asLines(...MESSAGES), 'holds something else than a report'],
  ])('is not written over %s', async (_what, content, expected) => {
    writeFileSync(report, content);
    expect(await run()).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(expected) as string,
    });
    expect(readFileSync(report, 'utf8')).toBe(content);
  });

  test('is no folder, no device, and not in a folder that does not exist', async () => {
    mkdirSync(report);
    for (const [file, text] of [
      [report, 'is not a regular file'],
      ['/dev/null', 'is not a regular file'],
      [path.join(folder, 'none/report.html'), '(ENOENT)'],
    ] as const) {
      expect(await run(file)).toMatchObject({ code: 2, stderr: expect.stringContaining(text) as string });
    }
    expect(existsSync('/dev/null')).toBe(true);
  });

  test('is neither the rejected file nor the checkpoint nor the input', async () => {
    const { pxArgs } = await startPx();
    const input = path.join(folder, 'in.jsonl');
    writeFileSync(input, asLines(MESSAGES[0]!));
    for (const option of ['--rejected', '--checkpoint']) {
      const other = path.join(folder, '../', path.basename(folder), option);
      const ran = await cli([
        'deliver',
        input,
        '--report',
        path.join(folder, option),
        option,
        other,
        ...pxArgs,
      ]);
      expect(ran).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('cannot be the report, too') as string,
      });
    }
    expect(await cli(['deliver', input, '--report', input, ...pxArgs])).toMatchObject({ code: 2 });
    expect(readFileSync(input, 'utf8')).toBe(asLines(MESSAGES[0]!));
  });

  test('behind a link stays where it is', async () => {
    const target = path.join(folder, 'target.html');
    await run(target);
    symlinkSync(target, report);
    expect((await run()).code).toBe(0);
    expect(readdirSync(folder).sort()).toEqual(['report.html', 'target.html']);
    expect(readReport(target).reportOf).toBe('gainsight-px deliver');
  });

  test('that cannot be written at the end changes the exit code, and nothing else', async () => {
    const inside = path.join(folder, 'inside');
    mkdirSync(inside);
    const file = path.join(inside, 'report.html');
    const { simulator, pxArgs } = await startPx();
    const running = startCli(['deliver', '-', '--json', '--report', file, ...pxArgs], {
      stdin: asLines(MESSAGES[0]!),
    });
    await untilSent(simulator, 1, running.ended);
    rmSync(inside, { recursive: true });
    const { code, stdout, stderr } = await running.ended;
    expect(code).toBe(1);
    expect(stderr).toContain(`cannot write the report ${file} (ENOENT)`);
    expect(JSON.parse(stdout)).toMatchObject({ messages: { delivered: 1 }, report: null });
  });
});
