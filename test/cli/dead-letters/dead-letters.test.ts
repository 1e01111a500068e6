import { existsSync, readFileSync, statSync } from 'node:fs';
import { cleanUp, cli, jsonLines, tempFile } from '../cli';

afterEach(cleanUp);

const line = (code: string, event: string, timestamp: string, retryable = false): string =>
  JSON.stringify({
    rejected: { code, reason: `because of ${code}`, retryable, line: 1 },
    message: { type: 'track', userId: 'ada@example.org', event, timestamp },
  });
const UNREADABLE =
  '{"rejected":{"code":"not_json","reason":"bad","retryable":false,"line":9},"text":"secret text"}';

const rejectedFile = (): string =>
  tempFile(
    'rejected.jsonl',
    [
      line('rejected', 'Signed Up', '2026-01-31T09:00:00Z'),
      line('rejected', 'Left', '2026-01-31T10:00:00Z'),
      line('unavailable', 'Signed Up', '2026-01-31T11:00:00Z', true),
      UNREADABLE,
      '{"type":"track","event":"not rejected"}',
    ].join('\n'),
  );

/** The events that `list` shows with these filters. */
async function listed(...filters: string[]): Promise<unknown[]> {
  const { code, stdout } = await cli(['dead-letters', 'list', rejectedFile(), '--json', ...filters]);
  expect(code).toBe(0);
  return jsonLines(stdout).map(({ code: why, event }) => `${String(why)} ${String(event)}`);
}

describe('list of a rejected file', () => {
  it('shows codes, reasons and events in a table, and nothing personal', async () => {
    const { code, stdout, stderr } = await cli(['dead-letters', 'list', rejectedFile()]);
    expect(code).toBe(0);
    expect(stdout).toContain('4 dead letters');
    expect(stdout).toMatch(/rejected +2\n/);
    expect(stdout).toContain('2026-01-31T09:00:00  rejected');
    expect(stdout).toContain('track Signed Up');
    expect(stdout).toContain('because of rejected');
    expect(stdout).not.toContain('ada@');
    expect(stdout).not.toContain('secret text');
    expect(stderr).toContain('1 message not of a rejected file left out');
  });

  it('shows the messages only when it is asked to', async () => {
    const { stdout } = await cli(['dead-letters', 'list', rejectedFile(), '--json', '--messages']);
    expect(jsonLines(stdout)[0]).toMatchObject({
      code: 'rejected',
      line: 1,
      message: { userId: 'ada@example.org' },
    });
    expect(jsonLines(stdout)[3]).toMatchObject({ code: 'not_json', text: 'secret text' });
    const { stdout: without } = await cli(['dead-letters', 'list', rejectedFile(), '--json']);
    expect(without).not.toContain('ada@');
  });

  it('filters by code, event and time', async () => {
    await expect(listed('--code', 'rejected')).resolves.toEqual(['rejected Signed Up', 'rejected Left']);
    await expect(listed('--code', 'unavailable', '--code', 'not_json')).resolves.toHaveLength(2);
    await expect(listed('--event', 'Signed Up')).resolves.toEqual([
      'rejected Signed Up',
      'unavailable Signed Up',
    ]);
    await expect(listed('--since', '2026-01-31T10:00Z', '--until', '2026-01-31T11:00:00Z')).resolves.toEqual([
      'rejected Left',
    ]);
    await expect(listed('--until', '2026-01-31')).resolves.toEqual([]);
    await expect(listed('--code', 'rejected', '--event', 'Left')).resolves.toEqual(['rejected Left']);
  });

  it('shows no more than --limit, and how many more there are', async () => {
    await expect(listed('--limit', '2')).resolves.toHaveLength(2);
    const { stdout } = await cli(['dead-letters', 'list', rejectedFile(), '--limit', '1']);
    expect(stdout).toContain('… and 3 more');
  });
});

describe('replay of a rejected file', () => {
  const outputName = (): string => `${tempFile('x', '')}.again`;

  it('writes the messages to a new file, as deliver takes them', async () => {
    const output = outputName();
    const { code, stdout } = await cli([
      'dead-letters',
      'replay',
      rejectedFile(),
      '--event',
      'Signed Up',
      '--output',
      output,
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain(`2 messages written to ${output}\n2 left out by the filter`);
    const written = jsonLines(readFileSync(output, 'utf8'));
    expect(written.map(({ event, timestamp }) => [event, timestamp])).toEqual([
      ['Signed Up', '2026-01-31T09:00:00Z'],
      ['Signed Up', '2026-01-31T11:00:00Z'],
    ]);
    expect(statSync(output).mode & 0o777).toBe(0o600);
  });

  it('says what cannot be replayed', async () => {
    const { code, stdout } = await cli([
      'dead-letters',
      'replay',
      rejectedFile(),
      '--output',
      outputName(),
      '--json',
    ]);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({ replayed: 3, leftOut: 0, unreadable: 1, failed: 0, stopped: null });
  });

  it('writes nothing in a dry run, and never over a file', async () => {
    const output = outputName();
    const dry = await cli([
      'dead-letters',
      'replay',
      rejectedFile(),
      '--dry-run',
      '--code',
      'rejected',
      '--output',
      output,
    ]);
    expect(dry).toMatchObject({ code: 0 });
    expect(dry.stdout).toContain('Dry run: 2 messages would be written');
    expect(existsSync(output)).toBe(false);
    const there = rejectedFile();
    const refused = await cli(['dead-letters', 'replay', there, '--output', there]);
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toContain('exists already: name a new file with --output');
  });
});

it.each([
  [['list'], 'name rejected files, or a dead-letter topic'],
  [['list', '--brokers', 'k:1'], 'name rejected files, or a dead-letter topic'],
  [['list', 'file', '--topic', 't'], 'not both'],
  [['replay', __filename], 'name the file for the messages with --output'],
  [['replay', __filename, '--to', 't', '--output', 'o'], '--to is for a topic'],
  [['replay', '--brokers', 'k:1', '--topic', 't', '--output', 'o'], '--output is for rejected files'],
  [['list', __filename, '--since', 'yesterday'], 'Give a time such as 2026-01-31'],
  [['list', __filename, '--limit', '0'], 'whole number of at least 1'],
])('refuses %j', async (args, text) => {
  const { code, stderr } = await cli(['dead-letters', ...args]);
  expect(code).toBe(2);
  expect(stderr).toContain(text);
});
