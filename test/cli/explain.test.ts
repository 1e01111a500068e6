import { asLines, cleanUp, cli, CONFIG, jsonLines, tempFile } from './cli';

afterEach(cleanUp);

const identify = {
  type: 'identify',
  userId: 'ada',
  traits: { email: 'ada@example.org', score: 'high', hobby: 'mathematics', createDate: '2024-01-01' },
  context: { traits: { city: 'London' } },
};
const args = (...more: string[]) => ['explain', '--config', tempFile('config.json', CONFIG), ...more];
const rowOf = (text: string, start: string) =>
  text
    .split('\n')
    .find((line) => line.startsWith(start))
    ?.split(/ {2,}/);

test('each field is shown with its value and where it came from', async () => {
  const { code, stdout } = await cli(args(), { stdin: asLines(identify) });
  expect(rowOf(stdout, 'user.email')).toEqual(['user.email', '"ada@example.org"', 'traits.email']);
  expect(rowOf(stdout, 'user.location.city')).toEqual([
    'user.location.city',
    '"London"',
    'context.traits.city',
  ]);
  expect(rowOf(stdout, 'user.type')).toEqual(['user.type', '"USER"', 'constant']);
  expect(stdout).toMatch(/^line 1: updateUser → createUser/);
  expect(code).toBe(0);
});

test('what was dropped is shown with the reason in words, and what PX might refuse as a warning', async () => {
  const { stdout } = await cli(args(), { stdin: asLines(identify) });
  expect(rowOf(stdout, 'traits.score')).toEqual(['traits.score', "not of the field's type", 'string']);
  expect(rowOf(stdout, 'traits.hobby')?.[1]).toBe('no field and no map row reads it');
  expect(stdout).toContain('warning: PX declares createDate of a user read-only');
});

test('a message that cannot be mapped shows why and what was seen until then, and the exit code is 1', async () => {
  const stdin = `${asLines({ type: 'track', userId: 'ada', event: ' ' })}{\n`;
  const { code, stdout } = await cli(args(), { stdin });
  expect(stdout).toContain('line 1: refused, event_name_missing: ');
  expect(rowOf(stdout, 'event.identifyId')).toEqual(['event.identifyId', '"ada"', 'userId']);
  expect(stdout).toContain('line 2: refused, not_json: ');
  expect(code).toBe(1);
});

test('a link that no user id is there for is shown as left out, where that is asked for', async () => {
  const file = tempFile('config.json', { ...CONFIG, missingUserOnGroup: 'skip' });
  const stdin = asLines(
    { type: 'group', groupId: 'acme' },
    { type: 'group', groupId: 'acme', userId: 'ada' },
  );
  const { code, stdout } = await cli(['explain', '--config', file], { stdin });
  expect(code).toBe(0);
  expect(stdout.match(/^note: link_skipped: /gm)).toHaveLength(1);
  const lines = jsonLines((await cli(['explain', '--config', file, '--json'], { stdin })).stdout);
  expect(lines.map(({ notes }) => notes)).toEqual([['link_skipped'], undefined]);
});

test('--json gives one line per message: plan without key, fields with their steps, dropped, warnings', async () => {
  const { code, stdout } = await cli(args('--json'), { stdin: asLines(identify, { type: 'buy' }) });
  const [explained, refused] = jsonLines(stdout);
  expect(explained).toMatchObject({ position: { line: 1 }, plan: { lanes: ['user:ada'] } });
  expect(explained!.fields).toContainEqual({
    object: 'user',
    to: 'email',
    from: 'traits.email',
    value: 'ada@example.org',
    steps: ['updateUser', 'createUser', 'updateUserAgain'],
  });
  expect(explained!.dropped).toContainEqual({ path: 'traits.hobby', reason: 'unmapped', type: 'string' });
  expect(explained!.warnings).toHaveLength(1);
  expect(refused).toMatchObject({ position: { line: 2 }, error: { code: 'type_unsupported' } });
  expect(code).toBe(1);
});

test('a message that deliver skips is skipped, and the exit code is 0', async () => {
  const stdin = asLines({ ...identify, integrations: { All: false } }, { type: 'page', userId: 'ada' });
  const { code, stdout } = await cli(args(), { stdin });
  expect(stdout.split('\n').filter((line) => line !== '')).toEqual([
    'line 1: skipped: switched off: its integrations say that it is not for this destination',
    'line 2: skipped: this destination has no use for page, screen and alias messages',
  ]);
  expect(code).toBe(0);
  const [off, page] = jsonLines((await cli(args('--json'), { stdin })).stdout);
  expect(off).toMatchObject({ position: { line: 1 }, skipped: { code: 'switched_off' }, fields: [] });
  expect(off).not.toHaveProperty('plan');
  expect(page).toMatchObject({ skipped: { code: 'type_filtered' } });
});

test('--wide cuts nothing, however narrow the terminal is', async () => {
  const long = 'n'.repeat(300);
  const message = {
    type: 'track',
    userId: long,
    event: 'e',
    properties: { [long]: 'v'.repeat(500), bad: null },
  };
  const { stdout } = await cli(args('-', '--wide'), { stdin: asLines(message), tty: true, columns: 40 });
  expect(stdout).toContain('v'.repeat(500));
  expect(stdout).toContain(`event.attributes.${long}`);
  expect(stdout).not.toContain('…');
});

test.each([40, 80, 200])('no row is wider than a terminal of %d columns', async (columns) => {
  const wide = '界'.repeat(300);
  const long = {
    type: 'track',
    userId: wide,
    event: 'e',
    properties: { [wide]: wide, ['n'.repeat(300)]: 'v'.repeat(5000) },
  };
  const { stdout } = await cli(args('-'), {
    stdin: asLines(long),
    tty: true,
    columns,
    env: { NO_COLOR: '1' },
  });
  const rows = stdout.split('\n').slice(2);
  const width = (line: string) => [...line].reduce((sum, sign) => sum + (sign === '界' ? 2 : 1), 0);
  expect(rows.filter((line) => width(line) > columns)).toEqual([]);
  expect(stdout).toContain('…');
});

test.each([
  ['into a file', { tty: false, env: {} }],
  ['with NO_COLOR', { tty: true, env: { NO_COLOR: '1' } }],
  ['on a dumb terminal', { tty: true, env: { TERM: 'dumb' } }],
])('there are no colours %s', async (_, world) => {
  const { stdout } = await cli(args('-'), { ...world, stdin: asLines(identify) });
  expect(stdout).not.toContain('\u001b');
});

test('nothing in a message gets at the terminal', async () => {
  const evil = '\u001b[2J\u0007\u009b\u202e\r\n';
  const message = {
    type: 'track',
    userId: evil,
    event: `e${evil}`,
    properties: { [`n${evil}`]: evil, [evil]: null },
  };
  const { stdout } = await cli(args(), { stdin: asLines(message, { type: evil }) });
  // eslint-disable-next-line no-control-regex -- control characters are what must not be there
  expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  expect(stdout).toContain('e\\u001b[2J');
});
