import type { SimulatorOptions } from '../../../src/simulator/index';
import { cleanUp, cli, CONFIG, KEY, startPx, tempFile } from '../cli';

afterEach(cleanUp);

interface Report {
  readonly ok: boolean;
  readonly origin: string;
  readonly checks: { name: string; result: string; code: string; found: string; todo?: string }[];
  readonly attributes: object[];
}

/** The report; each row of it that is not ok says what to do. */
const parsed = (stdout: string): Report => {
  const report = JSON.parse(stdout) as Report;
  expect(report.checks.filter(({ result, todo }) => result !== 'ok' && !todo)).toEqual([]);
  return report;
};
const results = ({ checks }: Report): Record<string, string> =>
  Object.fromEntries(checks.map(({ name, code }) => [name, code]));

const products = [{ name: 'Test', propertyKey: CONFIG.productTagKey }];

test('an account that fits: exit code 0, and nothing written', async () => {
  const { simulator, pxArgs } = await startPx({ products });
  const before = JSON.stringify(simulator.state.snapshot());
  const { code, stdout, stderr } = await cli(['check', '--write', '--json', ...pxArgs]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(results(parsed(stdout))).toEqual({
    configuration: 'configuration_valid',
    reachable: 'reached',
    dataCenter: 'not_checked',
    read: 'may_read',
    productTagKey: 'tag_key_known',
    userAttributes: 'attributes_known',
    accountAttributes: 'attributes_known',
    attributeTypes: 'types_not_set',
    write: 'may_write',
  });
  expect(JSON.stringify(simulator.state.snapshot())).toBe(before);
  expect(simulator.requests.byRoute).toEqual({
    'attributes.list': 2,
    'subscription.get': 1,
    'users.update': 1,
  });
});

test.each([
  ['a key of another data center', { apiKey: 'another' }, { read: 'read_denied', write: 'write_denied' }],
  [
    'a key that may not read',
    { permissions: { read: false, write: true, refusal: '403-html' } },
    { read: 'read_denied', write: 'may_write' },
  ],
  [
    'a key that may not write',
    { permissions: { read: true, write: false, refusal: '401' } },
    { read: 'may_read', write: 'write_denied' },
  ],
  [
    'another product',
    { products: [{ name: 'A', propertyKey: 'AP-A-2' }] },
    { productTagKey: 'tag_key_unknown' },
  ],
  ['a PX that is down', { faults: [{ fault: 'html-503' }] }, { reachable: 'px_unavailable' }],
  [
    'too many requests',
    { faults: [{ fault: 'throttle-429' }] },
    { read: 'read_throttled', reachable: 'reached' },
  ],
] as const)('%s: exit code 1', async (_, options, expected) => {
  const { permissions, faults, ...fixed }: SimulatorOptions = options;
  const { simulator, pxArgs } = await startPx({ products, ...fixed });
  simulator.configure({ permissions: permissions ?? null, faults: faults ?? null });
  const { code, stdout } = await cli(['check', '--write', '--json', ...pxArgs]);
  expect(code).toBe(1);
  expect(parsed(stdout).ok).toBe(false);
  expect(results(parsed(stdout))).toMatchObject(expected);
});

test('a request that fails once is sent again', async () => {
  const { simulator, pxArgs } = await startPx({ products });
  simulator.configure({ faults: [{ fault: 'error-500', nth: 1 }] });
  expect((await cli(['check', ...pxArgs])).code).toBe(0);
});

test('more attributes than 64 KB hold are read', async () => {
  const attributes = {
    user: Array.from({ length: 2_000 }, (_, at) => ({ apiName: `attribute${at}`, type: 'STRING' as const })),
  };
  const { pxArgs } = await startPx({ products, attributes });
  const config = { ...CONFIG, userAttributeMap: [{ from: 'a', to: 'attribute1999' }] };
  const args = ['--config', tempFile('c.json', config), ...pxArgs.slice(2)];
  const { code, stdout } = await cli(['check', '--json', ...args]);
  expect(code).toBe(0);
  expect(parsed(stdout).attributes).toMatchObject([{ to: 'attribute1999', code: 'attribute_known' }]);
});

test('a wrong configuration: exit code 2, all faults, and no request', async () => {
  const { simulator, pxArgs } = await startPx();
  const config = { apiKey: 'AP-WRONG-2', productTagKey: '', sendIp: 'no', user_attribute_map: [] };
  const args = ['--config', tempFile('c.json', config), ...pxArgs.slice(2)];
  const { code, stdout } = await cli(['check', '--json', ...args]);
  expect(code).toBe(2);
  const { checks, ok } = parsed(stdout);
  expect(ok).toBe(false);
  expect(checks.filter(({ name }) => name === 'configuration').map(({ code: one }) => one)).toEqual([
    'configuration_invalid',
    'configuration_invalid',
    'configuration_invalid',
    'key_misspelt',
  ]);
  expect(checks.filter(({ result }) => result === 'notChecked')).toHaveLength(8);
  expect(simulator.requests.total).toBe(0);
});

test('a key in the wrong place is not shown', async () => {
  const { pxArgs } = await startPx({ products });
  const config = {
    ...CONFIG,
    productTagKey: `AP-${KEY}`,
    userAttributeMap: [{ from: KEY, to: `x ${KEY}` }],
  };
  const args = ['--config', tempFile('c.json', config), ...pxArgs.slice(2)];
  for (const style of [[], ['--json']]) {
    const { code, stdout } = await cli(['check', ...style, ...args]);
    expect(code).toBe(1);
    expect(stdout).toContain('[redacted]');
  }
});

test.each([
  ['in another case', KEY, KEY.toUpperCase()],
  ['with an escaped quote', `${KEY}"x`, `${KEY}"x`],
  ['escaped for a URL', `${KEY}+x`, `${KEY}%2Bx`],
])('a key in the wrong place is not shown %s', async (_, apiKey, shown) => {
  const { pxArgs } = await startPx({ products, apiKey });
  const config = { ...CONFIG, apiKey, userAttributeMap: [{ from: shown, to: `x ${shown}` }] };
  const args = ['--config', tempFile('c.json', config), ...pxArgs.slice(2)];
  const { code, stdout } = await cli(['check', '--json', ...args]);
  expect(code).toBe(1);
  expect(stdout).toContain('[redacted]');
  expect(stdout.toLowerCase()).not.toContain(KEY.toLowerCase());
});

test('settings come from the environment, too', async () => {
  const { pxArgs } = await startPx({ products });
  const env = { GAINSIGHT_PX_API_KEY: KEY, GAINSIGHT_PX_PRODUCT_TAG_KEY: CONFIG.productTagKey };
  expect((await cli(['check', ...pxArgs.slice(2)], { env })).code).toBe(0);
});

test.each([
  [['--simulate', '--px-url', 'http://127.0.0.1:1'], 'exclude each other'],
  [['--simulate-fault', 'error-500'], 'add --simulate'],
  [['--px-url', 'https://api.example.com'], 'not on this machine'],
])('%j is wrong usage', async (args, text) => {
  const { code, stderr } = await cli(['check', '--config', tempFile('c.json', CONFIG), ...args]);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(text) as string });
});

test('--simulate has what the configuration names, and fails as it is told', async () => {
  const config = {
    ...CONFIG,
    userAttributeMap: [{ from: 'a', to: 'plan' }],
    attributeTypes: { user: { plan: 'NUMBER', tier: 'STRING' }, disabled: { user: ['old'] } },
  };
  const args = ['check', '--simulate', '--json', '--config', tempFile('c.json', config)];
  const fitting = await cli(args);
  expect(fitting.code).toBe(0);
  expect(results(parsed(fitting.stdout))).toMatchObject({
    productTagKey: 'tag_key_known',
    userAttributes: 'attributes_known',
    attributeTypes: 'types_current',
  });
  const failing = await cli([...args, '--simulate-fault', 'html-403@subscription.get']);
  expect(failing.code).toBe(1);
  expect(results(parsed(failing.stdout))).toMatchObject({ read: 'read_denied' });
});

describe('the table', () => {
  const config = {
    ...CONFIG,
    userAttributeMap: [
      { from: 'a', to: 'favouriteColour' },
      { from: 'b', to: 'x'.repeat(150) },
      { from: 'c', to: '\u001b[31mred' },
    ],
  };

  test.each([[40], [60], [80], [100], [120], [200]])(
    'fits %i columns, and cuts no word off',
    async (columns) => {
      const { pxArgs } = await startPx({ products });
      const args = ['--config', tempFile('c.json', config), ...pxArgs.slice(2)];
      const { stdout } = await cli(['check', ...args], { tty: true, columns, env: { NO_COLOR: '1' } });
      const lines = stdout.split('\n');
      expect(lines.filter((line) => line.length > columns)).toEqual([]);
      expect(stdout).not.toContain('…');
      expect(stdout).not.toContain('\u001b');
      expect(stdout.replace(/\s/g, '').match(/x{2,}/g)!.join('').length).toBeGreaterThanOrEqual(150);
      for (const word of ['FAILED', 'favouriteColour', 'not checked', '--write'])
        expect(stdout).toContain(word);
    },
  );
});
