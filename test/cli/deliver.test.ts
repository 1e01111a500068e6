import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Summary } from '../../src/cli/deliver/report/summary';
import { asLines, cleanUp, cli, CONFIG, jsonLines, KEY, startPx, tempFile, type World } from './cli';

afterEach(cleanUp);

const track = (userId: string, event = 'e'): object => ({ type: 'track', userId, event });
const identify = (userId: string, traits: object = {}): object => ({ type: 'identify', userId, traits });

/** Delivers what is on the standard input, and returns the summary as scripts get it. */
async function deliver(
  stdin: string,
  argv: readonly string[],
  world: World = {},
): Promise<Summary & { code: number; stderr: string }> {
  const { code, stdout, stderr } = await cli(['deliver', '-', '--json', ...argv], { stdin, ...world });
  expect(stdout.endsWith('}\n')).toBe(true);
  return { ...(JSON.parse(stdout) as Summary), code, stderr };
}

test('all messages come to PX, in the order of each user, and the exit code is 0', async () => {
  const { simulator, pxArgs } = await startPx();
  const messages = Array.from({ length: 60 }, (_, n) => identify(`u${n % 3}`, { title: `t${n}` }));
  const summary = await deliver(asLines(...messages, track('u1')), pxArgs);
  expect(summary).toMatchObject({
    code: 0,
    sentTo: 'px',
    messages: { read: 61, delivered: 61, rejected: 0, retryable: 0 },
    stopped: null,
    goOnAfter: null,
    goOn: [],
  });
  expect(['u0', 'u1', 'u2'].map((id) => simulator.state.users.get(id)?.title)).toEqual(['t57', 't58', 't59']);
  expect(simulator.state.events.total).toBe(1);
});

describe('--skip-unchanged', () => {
  const dated = (message: object, second: number): object => ({
    ...message,
    timestamp: new Date(1.75e12 + second * 1_000).toISOString(),
  });
  const MESSAGES = asLines(
    dated(identify('ada', { title: 'new', role: 'x' }), 3),
    dated(identify('ada', { title: 'new', role: 'x' }), 4),
    dated(identify('ada', { title: 'old', role: 'x', phone: '1' }), 2),
    dated(identify('ada', { title: 'older' }), 1),
    dated(track('ada'), 1),
    dated(track('ada'), 1),
  );

  test('leaves out what PX holds, and what a newer message wrote, and counts it', async () => {
    const { simulator, pxArgs } = await startPx();
    simulator.reset('requests');
    const argv = ['--skip-unchanged', '10m', ...pxArgs];
    const summary = await deliver(MESSAGES, argv);
    expect(summary).toMatchObject({
      code: 0,
      messages: { delivered: 6 },
      requests: { total: 4, perMessage: 0.667, unsent: { steps: 2, unchangedFields: 3, staleFields: 2 } },
    });
    expect(simulator.requests.total).toBe(4);
    expect(simulator.state.users.get('ada')).toMatchObject({ title: 'new', phone: '1' });
    const { stdout } = await cli(['deliver', '-', ...argv], { stdin: MESSAGES });
    expect(stdout).toContain('\nnot sent: 2 requests; 3 fields unchanged, 2 older than in PX\n');
  });

  test.each([[[]], [['--skip-unchanged', '0']]])('is off with %j', async (argv) => {
    const { simulator, pxArgs } = await startPx();
    const { requests } = await deliver(MESSAGES, [...argv, ...pxArgs]);
    expect(requests).toMatchObject({
      total: 6,
      unsent: { steps: 0, unchangedFields: 0, staleFields: 0 },
    });
    expect(simulator.state.users.get('ada')).toMatchObject({ title: 'older' });
    const { stdout } = await cli(['deliver', '-', ...argv, ...pxArgs], { stdin: MESSAGES });
    expect(stdout).not.toContain('not sent');
  });

  test('goes into the command that resumes the run, and needs a unit', async () => {
    const { simulator, pxArgs } = await startPx();
    simulator.configure({ faults: [{ fault: { status: 401 } }] });
    const { goOn } = await deliver(MESSAGES, ['--skip-unchanged', '90s', ...pxArgs]);
    expect(goOn.join()).toContain('--skip-unchanged 90s');
    const { code, stderr } = await cli(['deliver', '-', '--skip-unchanged', '10', ...pxArgs]);
    expect(code).toBe(2);
    expect(stderr).toContain('Give a duration such as');
  });
});

test('a file is read as the standard input is, gzipped or one array', async () => {
  const { simulator, pxArgs } = await startPx();
  const file = tempFile('events', '');
  const messages = [track('a'), track('b')];
  for (const content of [
    asLines(...messages),
    JSON.stringify(messages),
    gzipSync(asLines(...messages)),
    '',
  ]) {
    writeFileSync(file, content);
    expect((await cli(['deliver', file, ...pxArgs])).code).toBe(0);
  }
  expect(simulator.state.events.total).toBe(6);
});

test('the summary counts messages by type, requests by route, and requests per message', async () => {
  const { pxArgs } = await startPx();
  const off = { ...track('x'), integrations: { All: false } };
  const group = { type: 'group', userId: 'ada', groupId: 'g', traits: { name: 'G' } };
  const filtered = ['page', 'Screen', 'alias'].map((type) => ({ type, userId: 'a' }));
  const input = `${asLines(identify('new'), { ...track('new'), type: 'Track' }, group, off, { type: 'buy', userId: 'a' }, ...filtered)}{\n`;
  const { messages, requests, rejected, code } = await deliver(input, pxArgs);
  expect(messages).toEqual({
    read: 9,
    delivered: 3,
    rejected: 2,
    retryable: 0,
    skipped: { passedOver: 0, switchedOff: 1, typeFiltered: 3, refusedBefore: 0, unreadableBefore: 0 },
    byType: {
      identify: { delivered: 1, skipped: 0, rejected: 0 },
      track: { delivered: 1, skipped: 1, rejected: 0 },
      group: { delivered: 1, skipped: 0, rejected: 0 },
      other: { delivered: 0, skipped: 0, rejected: 1 },
      page: { delivered: 0, skipped: 1, rejected: 0 },
      screen: { delivered: 0, skipped: 1, rejected: 0 },
      alias: { delivered: 0, skipped: 1, rejected: 0 },
      unreadable: { delivered: 0, skipped: 0, rejected: 1 },
    },
  });
  expect(requests).toMatchObject({
    total: 6,
    byRoute: {
      'users.update': 2,
      'users.create': 1,
      'events.create': 1,
      'accounts.update': 1,
      'accounts.create': 1,
    },
    perMessage: 2,
    retries: 0,
    latencyMs: { p50: expect.any(Number), p95: expect.any(Number) },
  });
  expect(rejected).toEqual({
    byCode: [
      { code: 'type_unsupported', retryable: false, count: 1 },
      { code: 'not_json', retryable: false, count: 1 },
    ],
    first: [
      expect.objectContaining({ line: 5, code: 'type_unsupported' }),
      { line: 9, code: 'not_json', reason: 'the line is not valid JSON', retryable: false },
    ],
    file: null,
    inFile: 0,
  });
  expect(code).toBe(1);
});

test('the summary counts retries and possible duplicates', async () => {
  const { pxArgs } = await startPx({
    faults: [{ fault: 'destroy-after-write', route: 'events.create', nth: 1 }],
  });
  const { requests, possibleDuplicates, code } = await deliver(asLines(track('a')), pxArgs);
  expect(requests).toMatchObject({ total: 2, retries: 1 });
  expect(possibleDuplicates).toBe(1);
  expect(code).toBe(0);
});

test('a message that may be in PX twice is counted in words too, delivered or not', async () => {
  const { pxArgs } = await startPx({ faults: [{ fault: 'error-500-after-write', route: 'events.create' }] });
  const { stdout } = await cli(['deliver', '-', '--max-attempts', '2', ...pxArgs], {
    stdin: asLines(track('a')),
  });
  expect(stdout).toMatch(/^1 message may be in PX twice$/m);
});

test('what the mapping drops is counted by path and reason, the most frequent first', async () => {
  const { pxArgs } = await startPx();
  const messages = [
    identify('a', { shoeSize: 41, score: 'high' }),
    identify('b', { shoeSize: 42 }),
    identify('c', { phone: ' ' }),
    identify('d'),
  ];
  const { dropped } = await deliver(asLines(...messages), pxArgs);
  expect(dropped).toEqual({
    values: 4,
    messages: 3,
    top: [
      { path: 'traits.shoeSize', reason: 'unmapped', count: 2 },
      { path: 'traits.phone', reason: 'empty', count: 1 },
      { path: 'traits.score', reason: 'unconvertible', count: 1 },
    ],
  });
});

test('what a refused message holds does not count as dropped', async () => {
  const { pxArgs } = await startPx();
  const refused = { ...identify('a', { shoeSize: 41, userPreferences: { surveys: 'perhaps' } }) };
  const { messages, dropped } = await deliver(asLines(refused), pxArgs);
  expect(messages.rejected).toBe(1);
  expect(dropped).toEqual({ values: 0, messages: 0, top: [] });
});

test('the summary for the eye says the same in words', async () => {
  const { pxArgs } = await startPx();
  const input = `${asLines(identify('a', { shoeSize: 1 }), { type: 'buy\u001b[2J', userId: 'a' })}`;
  const { code, stdout } = await cli(['deliver', '-', ...pxArgs], { stdin: input });
  expect(code).toBe(1);
  expect(stdout).toMatch(/^Delivered to Gainsight PX, in /);
  expect(stdout).toMatch(/^identify +1 +0 +0$/m);
  expect(stdout).toMatch(/^users\.create +1$/m);
  expect(stdout).toMatch(/^type_unsupported +1 +no$/m);
  expect(stdout).toMatch(/^ {2}line 2: message type "buy/m);
  expect(stdout).toMatch(/^traits\.shoeSize +unmapped +1$/m);
  expect(stdout).not.toContain('\u001b');
});

test('a dry run sends nothing, and counts what would be sent', async () => {
  const group = { type: 'group', userId: 'a', groupId: 'g' };
  const config = tempFile('config.json', CONFIG);
  const summary = await deliver(asLines(identify('a'), track('a'), group, 7), [
    '--dry-run',
    '--config',
    config,
  ]);
  expect(summary).toMatchObject({
    code: 1,
    sentTo: 'nowhere',
    messages: { wouldSend: 3, rejected: 1, byType: { identify: { wouldSend: 1, skipped: 0, rejected: 0 } } },
    requests: {
      atLeast: 4,
      atMost: 3 + 1 + 6,
      byRoute: { 'users.update': 2, 'events.create': 1, 'accounts.update': 1 },
    },
    rejected: { byCode: [{ code: 'event_not_object' }] },
  });
  expect(summary.messages).not.toHaveProperty('delivered');
  expect(summary.messages.byType.track).not.toHaveProperty('delivered');
});

test('an archive with page, screen and alias messages is delivered whole: exit code 0', async () => {
  const { simulator, pxArgs } = await startPx();
  const input = asLines(
    track('a'),
    { type: 'page', userId: 'a' },
    { type: 'ALIAS', userId: 'a', previousId: 'b' },
  );
  const { code, stdout } = await cli(['deliver', '-', ...pxArgs], { stdin: input });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^ {2}2 skipped: of a type that PX has no call for/m);
  expect(simulator.requests.total).toBe(1);
});

test('integrations of a batch switch off each message that does not say otherwise itself', async () => {
  const { simulator, pxArgs } = await startPx();
  const on = { ...track('a', 'on'), integrations: { 'Gainsight PX': true } };
  const batch = {
    batch: [track('a', 'off'), on, { ...track('a', 'all'), integrations: { all: true } }],
    integrations: { All: false },
  };
  const { messages, code } = await deliver(asLines(batch), pxArgs);
  expect([code, messages.delivered, messages.skipped.switchedOff]).toEqual([0, 2, 1]);
  expect(simulator.state.events.list.map(({ eventName }) => eventName)).toEqual(['on', 'all']);
});

test('--simulate delivers to a simulated PX in this process, which fails as it is told to', async () => {
  const config = tempFile('config.json', CONFIG);
  const summary = await deliver(asLines(track('a'), track('b')), [
    '--config',
    config,
    '--simulate',
    '--simulate-fault',
    '400@events.create:nth=2',
  ]);
  expect(summary).toMatchObject({
    sentTo: 'simulator',
    messages: { delivered: 1, rejected: 1 },
    rejected: { byCode: [{ code: 'rejected', retryable: false }] },
  });
});

describe('--request-timeout', () => {
  test('ends a request that is not answered', async () => {
    const { pxArgs } = await startPx({ faults: [{ fault: 'hang', route: 'events.create' }] });
    const { rejected } = await deliver(asLines(track('a')), [
      ...pxArgs,
      '--request-timeout',
      '50',
      '--max-attempts',
      '2',
    ]);
    expect(rejected.first).toMatchObject([{ line: 1, code: 'unreachable', retryable: true }]);
    expect(rejected.first[0]!.reason).toContain(
      'given up after 2 attempts: events.create (step createEvent) got no answer: TIMEOUT',
    );
  });

  test.each([
    ['deliver', '0'],
    ['serve', '0'],
    ['deliver', '10s'],
    ['serve', '2147483648'],
    ['deliver', '1.5'],
  ])('of %s refuses %s', async (command, value) => {
    const { code, stderr } = await cli([command, '--request-timeout', value]);
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('Give a whole number of at least 1 and at most 2147483647'),
    ]);
  });

  test('is repeated by the command that goes on', async () => {
    const { pxArgs } = await startPx({ faults: [{ fault: { status: 401 }, route: 'events.create' }] });
    const { goOn } = await deliver(asLines(track('a')), [...pxArgs, '--request-timeout', '5000']);
    expect(goOn[0]).toContain('--request-timeout 5000');
  });
});

describe('--skip', () => {
  test('passes over so many messages, batches counted by their messages', async () => {
    const { simulator, pxArgs } = await startPx();
    const input = asLines(track('a', '1'), { batch: [track('a', '2'), track('a', '3')] }, track('a', '4'));
    const summary = await deliver(input, [...pxArgs, '--skip', '2']);
    expect(summary.messages).toMatchObject({ read: 4, delivered: 2, skipped: { passedOver: 2 } });
    expect(simulator.state.events.list.map(({ eventName }) => eventName)).toEqual(['3', '4']);
  });

  test('over the end of the input says so', async () => {
    const { pxArgs } = await startPx();
    const { stderr, code } = await deliver(asLines(track('a')), [...pxArgs, '--skip', '5']);
    expect(stderr).toContain('--skip 5 passed over all 1 messages of the input');
    expect(code).toBe(0);
  });
});

describe('integrations', () => {
  test.each([
    ['{"Gainsight PX": false}', { 'Gainsight PX': false }],
    ['{"GAINSIGHT_PX": false}', { GAINSIGHT_PX: false }],
    ['{"All": false}', { All: false }],
    ['{"All": true, "Gainsight PX": false}', { All: true, 'Gainsight PX': false }],
    ['{"All": false, another on}', { All: false, Other: true }],
    ['{"all": "false"}', { all: 'false' }],
    ['{"Gainsight Px Cloud (Actions)": false}', { 'Gainsight Px Cloud (Actions)': false }],
  ])('%s skips the message', async (_, integrations) => {
    const { simulator, pxArgs } = await startPx();
    const { messages, code } = await deliver(asLines({ ...track('a'), integrations }), pxArgs);
    expect(messages).toMatchObject({ delivered: 0, skipped: { switchedOff: 1 } });
    expect([code, simulator.requests.total]).toEqual([0, 0]);
  });

  test.each([
    ['{"All": false, "Gainsight PX": true}', { All: false, 'Gainsight PX': true }],
    ['{"All": false, "GAINSIGHT_PX": {}}', { All: false, GAINSIGHT_PX: {} }],
    ['{"Gainsight PX": {…}}', { 'Gainsight PX': { userPreferences: {} } }],
    ['{"Another": false}', { Another: false }],
    ['no object', 'none'],
  ])('%s lets the message through', async (_, integrations) => {
    const { pxArgs } = await startPx();
    expect((await deliver(asLines({ ...track('a'), integrations }), pxArgs)).messages.delivered).toBe(1);
  });
});

describe('usage', () => {
  const config = (): string[] => ['--config', tempFile('config.json', CONFIG)];

  test.each<[string, string[], RegExp]>([
    ['a file that is not there', ['nope.jsonl'], /cannot read nope\.jsonl \(ENOENT\).*name an existing file/],
    ['a number that is none', ['-', '--concurrency', 'x'], /whole number of at least 1/],
    ['a fault without a simulator', ['-', '--simulate-fault', '500'], /add --simulate/],
    ['two targets', ['-', '--simulate', '--dry-run'], /exclude each other: give one of them/],
    ['a place that is not on this machine', ['-', '--px-url', 'http://example.com'], /not on this machine/],
    [
      'such a place, before there is input',
      ['nope', '--px-url', 'http://example.com'],
      /not on this machine/,
    ],
    ['a rejected file that cannot be', ['-', '--rejected', '/nope/r.jsonl'], /cannot write .* \(ENOENT\)/],
  ])('%s is one line and exit code 2', async (_, argv, line) => {
    const { code, stdout, stderr } = await cli(['deliver', ...argv, ...config()], { stdin: '' });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(line);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  test('nothing to read but a terminal is a usage error', async () => {
    const { code, stderr } = await cli(['deliver', ...config()], { tty: true });
    expect(code).toBe(2);
    expect(stderr).toMatch(/no input/);
  });

  test('a configuration without a key is exit code 2, before anything is read or written', async () => {
    const { code, stderr } = await cli(['deliver', '-', '--simulate'], { stdin: asLines(track('a')) });
    expect(code).toBe(2);
    expect(stderr).toMatch(/apiKey/);
  });

  test('an unknown key is a 401 whose text shows no key', async () => {
    const { simulator, pxArgs } = await startPx({ apiKey: 'another' });
    const { code, stopped } = await deliver(asLines(track('a')), pxArgs);
    expect(code).toBe(1);
    expect(stopped?.message).not.toContain(KEY);
    expect(simulator.requests.total).toBe(1);
  });
});

test('the examples are delivered whole, and the broken ones refused as they are meant to be', async () => {
  const example = (name: string): string => path.join(__dirname, '../../examples', name);
  const config = ['--config', example('destination.json'), '--simulate', '--requests-per-second', 'none'];
  const rejected = tempFile('rejected.jsonl', '');
  const whole = await cli(['deliver', example('events.jsonl'), '--json', ...config]);
  expect(JSON.parse(whole.stdout)).toMatchObject({ messages: { read: 600, delivered: 600, rejected: 0 } });
  const broken = await cli(['deliver', example('broken.jsonl'), '--rejected', rejected, ...config]);
  expect([whole.code, broken.code]).toEqual([0, 1]);
  const notes = jsonLines(readFileSync(rejected, 'utf8')).map(({ rejected: note }) => note);
  expect(notes).toMatchObject([
    { line: 2, code: 'id_missing' },
    { line: 3, code: 'event_name_missing' },
    { line: 4, code: 'type_unsupported' },
    { line: 5, code: 'preference_invalid' },
    { line: 6, code: 'not_json' },
  ]);
});
