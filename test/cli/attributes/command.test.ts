import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { SimulatorOptions } from '../../../src/simulator/index';
import { cleanUp, cli, CONFIG, KEY, startPx, tempFile } from '../cli';

afterEach(cleanUp);

const attributes: NonNullable<SimulatorOptions['attributes']> = {
  user: [
    { apiName: 'seats', type: 'NUMBER' },
    { apiName: 'plan', type: 'STRING' },
    { apiName: 'old', type: 'STRING', state: 'DISABLED' },
    { apiName: 'gone', type: 'STRING', state: 'DELETED' },
  ],
  account: [{ apiName: 'renewal', type: 'DATE_TIME' }],
};
const TYPES = {
  user: { plan: 'STRING', seats: 'NUMBER' },
  account: { renewal: 'DATE_TIME' },
  disabled: { user: ['old'] },
};

/** A PX with attributes, and a way to pull into a file of this content. */
async function startPull(options: SimulatorOptions = {}) {
  const { simulator, pxArgs } = await startPx({ attributes, ...options });
  const px = pxArgs.slice(2);
  return {
    simulator,
    pull: (file: string, ...args: string[]) => cli(['attributes', 'pull', '--config', file, ...args, ...px]),
    px,
  };
}

test('prints a part of a configuration, sorted, and changes no file', async () => {
  const { pull, simulator } = await startPull();
  const file = tempFile('c.json', CONFIG);
  const { code, stdout, stderr } = await pull(file);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toBe(`${JSON.stringify({ attributeTypes: TYPES }, null, 2)}\n`);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(CONFIG);
  expect(simulator.requests.byRoute).toEqual({ 'attributes.list': 2 });
  expect((await pull(file)).stdout).toBe(stdout);
});

test('without disabled ones there is no list of them', async () => {
  const { pull } = await startPull({ attributes: {} });
  const { stdout } = await pull(tempFile('c.json', CONFIG));
  expect(JSON.parse(stdout)).toEqual({ attributeTypes: { user: {}, account: {} } });
});

describe('--save', () => {
  test('writes into the file, and says what changed; again there is nothing to do', async () => {
    const { pull } = await startPull();
    const text = `{
    "productTagKey": "AP-TEST-2", "x": 1.0,
    "attributeTypes": {"user": {"plan": "NUMBER", "lost": "STRING", "old": "STRING"}},
    "apiKey": "${KEY}",
    "rows": [{"from": "a"}]
}
`;
    const file = tempFile('c.json', text);
    chmodSync(file, 0o600);
    const { code, stdout } = await pull(file, '--save');
    expect(code).toBe(0);
    expect(stdout.split('\n').slice(1).sort()).toEqual([
      '',
      'account "renewal": new, DATE_TIME',
      'user "lost": gone',
      'user "old": STRING, now disabled',
      'user "plan": NUMBER, now STRING',
      'user "seats": new, NUMBER',
    ]);
    const after = readFileSync(file, 'utf8');
    const [before, rest] = text.split(/\{"user".*\}\}/) as [string, string];
    expect(after.startsWith(before)).toBe(true);
    expect(after.endsWith(rest)).toBe(true);
    expect((JSON.parse(after) as { attributeTypes: object }).attributeTypes).toEqual(TYPES);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(path.dirname(file))).toEqual(['c.json']);

    const { mtimeMs } = statSync(file);
    const again = await pull(file, '--save');
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('up to date') as string });
    expect([readFileSync(file, 'utf8'), statSync(file).mtimeMs]).toEqual([after, mtimeMs]);
    expect((await cli(['validate', '--config', file])).code).toBe(0);
  });

  test('writes under Config of a destination object', async () => {
    const { pull } = await startPull();
    const file = tempFile('d.json', { id: 'd', Config: CONFIG, attributeTypes: 1 });
    expect((await pull(file, '--save')).code).toBe(0);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      id: 'd',
      Config: { ...CONFIG, attributeTypes: TYPES },
      attributeTypes: 1,
    });
  });

  test('needs no key in the file, and writes none there', async () => {
    const { px } = await startPull();
    const file = tempFile('c.json', '{}');
    const env = { GAINSIGHT_PX_API_KEY: KEY, GAINSIGHT_PX_PRODUCT_TAG_KEY: 'AP-TEST-2' };
    const ran = await cli(['attributes', 'pull', '--save', '--config', file, ...px], { env });
    expect(ran.code).toBe(0);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ attributeTypes: TYPES });
  });

  test('replaces attributeTypes that are wrong', async () => {
    const { pull } = await startPull();
    const file = tempFile('c.json', { ...CONFIG, attributeTypes: { user: { plan: 'TEXT' }, disabled: 7 } });
    expect((await pull(file, '--save')).code).toBe(0);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ ...CONFIG, attributeTypes: TYPES });
  });

  test.each([['utf16le'], ['utf8']] as const)('keeps the encoding %s and its mark', async (encoding) => {
    const { pull } = await startPull();
    const file = tempFile('c.json', '');
    writeFileSync(file, Buffer.from(`\uFEFF${JSON.stringify({ ...CONFIG, name: 'Zoë' })}`, encoding));
    expect((await pull(file, '--save')).code).toBe(0);
    const text = readFileSync(file, encoding);
    expect(text.startsWith('\uFEFF{"apiKey"')).toBe(true);
    expect(JSON.parse(text.slice(1))).toEqual({ ...CONFIG, name: 'Zoë', attributeTypes: TYPES });
  });

  test('a link stays a link', async () => {
    const { pull } = await startPull();
    const file = tempFile('c.json', CONFIG);
    const link = path.join(path.dirname(file), 'link.json');
    symlinkSync(file, link);
    expect((await pull(link, '--save')).code).toBe(0);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ ...CONFIG, attributeTypes: TYPES });
    expect(readdirSync(path.dirname(file)).sort()).toEqual(['c.json', 'link.json']);
  });

  test('refuses broken characters, which would change', async () => {
    const { pull } = await startPull();
    const file = tempFile('c.json', '');
    const bytes = Buffer.concat([
      Buffer.from(JSON.stringify(CONFIG).slice(0, -1)),
      Buffer.from(',"a":"'),
      Buffer.of(0xff),
      Buffer.from('"}'),
    ]);
    writeFileSync(file, bytes);
    const { code, stderr } = await pull(file, '--save');
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('not valid UTF-8') as string,
    });
    expect(readFileSync(file).equals(bytes)).toBe(true);
  });

  test('needs a file', async () => {
    const { px } = await startPull();
    const env = { GAINSIGHT_PX_API_KEY: KEY, GAINSIGHT_PX_PRODUCT_TAG_KEY: 'AP-TEST-2' };
    const ran = await cli(['attributes', 'pull', '--save', ...px], { env });
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining('--config') as string });
  });

  test('names after parts of a prototype are texts like others', async () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', ''];
    const { pull } = await startPull({
      attributes: { user: names.map((apiName) => ({ apiName, type: 'STRING' })) },
    });
    const file = tempFile('c.json', CONFIG);
    const { code, stderr } = await pull(file, '--save');
    expect(code).toBe(0);
    expect(
      stderr.split('\n').filter((line) => line.startsWith('warning: left out: user attribute')),
    ).toHaveLength(3);
    expect((JSON.parse(readFileSync(file, 'utf8')) as { attributeTypes: object }).attributeTypes).toEqual({
      user: { hasOwnProperty: 'STRING', toString: 'STRING' },
      account: {},
    });
  });
});

test.each([
  ['another key', { apiKey: 'another' }, '401'],
  ['no permission to read', { permissions: { read: false, write: true, refusal: '403-html' } }, '403'],
  ['too many requests', { faults: [{ fault: 'throttle-429' }] }, 'then check again'],
  ['a PX that is down', { faults: [{ fault: 'error-500' }] }, '500'],
  ['a page', { faults: [{ fault: { status: 200, body: '<html>' } }] }, '200'],
  ['another answer', { faults: [{ fault: { status: 200, body: '{}' } }] }, 'no list of attributes'],
  [
    'a list of another form',
    { faults: [{ fault: { status: 200, body: '[{"name":"plan","dataType":"STRING"}]' } }] },
    'no list of attributes',
  ],
  [
    'an object with another list',
    { faults: [{ fault: { status: 200, body: '{"subErrors":[]}' } }] },
    'no list of attributes',
  ],
] as const)('%s: exit code 1, one line, and the file stays', async (_, options, text) => {
  const { permissions, faults, ...fixed }: SimulatorOptions = options;
  const { simulator, pull } = await startPull(fixed);
  simulator.configure({ permissions: permissions ?? null, faults: faults ?? null });
  const file = tempFile('c.json', CONFIG);
  for (const args of [[], ['--save']]) {
    const { code, stdout, stderr } = await pull(file, ...args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^error: the attributes of users were not read: [^\n]+\n$/);
    expect(stderr).toContain(text);
  }
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(CONFIG);
});

test('a list that may be one page of a longer one is printed with a warning, and not saved', async () => {
  const { simulator, pull } = await startPull();
  const page = { attributes: [{ apiName: 'plan', type: 'STRING' }], scrollId: 'abc', totalHits: 500 };
  simulator.configure({ faults: [{ fault: { status: 200, body: JSON.stringify(page) } }] });
  const former = { ...CONFIG, attributeTypes: { user: { plan: 'STRING', seats: 'NUMBER' } } };
  const file = tempFile('c.json', former);
  const printed = await pull(file);
  expect(printed.code).toBe(0);
  expect(JSON.parse(printed.stdout)).toEqual({
    attributeTypes: { user: { plan: 'STRING' }, account: { plan: 'STRING' } },
  });
  const saved = await pull(file, '--save');
  expect({ code: saved.code, stdout: saved.stdout }).toEqual({ code: 1, stdout: '' });
  for (const { stderr } of [printed, saved]) {
    expect(stderr).toContain("user attributes: PX's list may be one part of a longer one");
    expect(stderr).toContain('"scrollId", "totalHits"');
  }
  expect(saved.stderr).toContain(`error: ${file} was not written`);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(former);
});

test('a wrong configuration and a folder in place of the file are exit code 2', async () => {
  const { pull } = await startPull();
  expect((await pull(tempFile('c.json', { apiKey: KEY }))).code).toBe(2);
  const folder = path.join(path.dirname(tempFile('x', '')), 'folder');
  mkdirSync(folder);
  expect((await pull(folder, '--save')).code).toBe(2);
});
