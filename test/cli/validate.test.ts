import { cleanUp, cli, CONFIG, tempFile } from './cli';

afterEach(cleanUp);

const validate = (config: unknown, ...more: string[]) =>
  cli(['validate', '--config', tempFile('config.json', config), ...more]);

const WRONG = {
  apiKey: 'secret-key-5b1f0c\n',
  dataCenter: 'MARS',
  userAttributeMap: {},
  sendIp: 'yes',
  consentPreferences: [{ consent: 'c', preference: 'nothing' }],
};

test('all issues are shown at once, one per line with path and expectation, and the exit code is 2', async () => {
  const { code, stdout, stderr } = await validate(WRONG);
  const lines = stderr.trimEnd().split('\n');
  expect(lines).toHaveLength(6);
  for (const path of ['apiKey', 'dataCenter', 'productTagKey', 'userAttributeMap', 'sendIp']) {
    expect(lines).toContainEqual(expect.stringMatching(new RegExp(`^error: ${path}: expected `)));
  }
  expect(stderr).toContain('consentPreferences.0.preference: expected one of trackUsage');
  expect(stderr).toContain('set GAINSIGHT_PX_API_KEY');
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
});

test('all issues are there as JSON too', async () => {
  const { code, stdout, stderr } = await validate(WRONG, '--json');
  const { valid, issues } = JSON.parse(stdout) as { valid: boolean; issues: { path: string }[] };
  expect(valid).toBe(false);
  expect(issues).toHaveLength(6);
  expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
});

test('a valid configuration is shown as what it means, the key masked', async () => {
  const { code, stdout, stderr } = await validate({
    ...CONFIG,
    dataCenter: 'eu',
    userAttributeMap: [{ from: 'a', to: 'b' }, { from: '', to: 'c' }, { from: 'd' }],
    globalContextMap: [{ from: 'environment', to: 'production' }],
    missingUserOnGroup: 'skip',
    sendIp: false,
    typo: 1,
  });
  const rows = Object.fromEntries(stdout.split('\n').map((line) => line.split(/ {2,}/)));
  expect(rows).toMatchObject({
    apiKey: '********',
    productTagKey: 'AP-TEST-2',
    sendsTo: 'https://api-eu.aptrinsic.com/v1',
    userAttributes: '1',
    accountAttributes: '0',
    globalContext: 'environment',
    extensions: 'missingUserOnGroup=skip',
    ignored: 'typo',
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

test('every extension that is on is named, and none that is off', async () => {
  const on = {
    globalContextPrecedence: 'merge',
    missingUserOnGroup: 'fail',
    consentPreferences: [{ consent: 'c', preference: 'surveys' }],
    attributeTypes: {
      user: { tier: 'STRING' },
      account: { arr: 'NUMBER' },
      disabled: { user: ['old', 'b'] },
    },
    pageEvents: true,
    nestedAttributes: 'flatten',
    stripUrlQuery: true,
    sendEventId: true,
    sendIp: true,
    preferencesApiVersion: 'v2',
  };
  const extensions = async (config: object) =>
    (JSON.parse((await validate({ ...CONFIG, ...config }, '--json')).stdout) as { extensions: string[] })
      .extensions;
  expect(await extensions(on)).toEqual([
    'globalContextPrecedence=merge',
    'missingUserOnGroup=fail',
    'consentPreferences[c]=surveys',
    'attributeTypes.user=1 attribute',
    'attributeTypes.disabled.user=2 attributes',
    'attributeTypes.account=1 attribute',
    'pageEvents=true',
    'nestedAttributes=flatten',
    'stripUrlQuery=true',
    'sendEventId=true',
    'sendIp=true',
    'preferencesApiVersion=v2',
  ]);
  expect(await extensions({})).toEqual([]);

  const fields = { userFieldMap: [{ from: 'a', to: 'title' }, { from: 'b' }], accountFieldMap: [] };
  const { stdout } = await validate({ ...CONFIG, ...fields }, '--json');
  expect(JSON.parse(stdout)).toMatchObject({ userFields: 1, accountFields: 0 });
});

const UUID = '01234567-89ab-cdef-0123-456789abcdef';

test.each([
  ['apiKey', { apiKey: 'AP-ABCDEFGHIJ-2', productTagKey: 'AP-TEST-2' }],
  ['apiKey', { apiKey: ' ap-abcdefghij-2-3 ', productTagKey: 'AP-OTHER-2' }],
  ['productTagKey', { apiKey: 'secret', productTagKey: UUID }],
  ['productTagKey', { apiKey: 'AP-ABCDEFGHIJ-2', productTagKey: UUID.toUpperCase() }],
])('a key in the place of another is a fault of %s', async (path, config) => {
  const { code, stdout, stderr } = await validate(config);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(new RegExp(`^error: ${path}: expected .*, found what looks like a .* key`, 'm'));
  for (const secret of Object.values(config)) expect(stderr).not.toContain(secret.trim());
  const json = await validate(config, '--json');
  expect([json.code, JSON.parse(json.stdout)]).toMatchObject([2, { valid: false }]);
});

test('keys in their places are none', async () => {
  expect(await validate({ apiKey: UUID, productTagKey: 'AP-ABCDEFGHIJ-2' })).toMatchObject({
    code: 0,
    stderr: '',
  });
});

test.each([
  ['userAtributeMap', 'userAttributeMap'],
  ['userAttributesMap', 'userAttributeMap'],
  ['user_attribute_map', 'userAttributeMap'],
  ['globalContextmap', 'globalContextMap'],
  ['datacenter', 'dataCenter'],
  ['data-center', 'dataCenter'],
  ['sendIP', 'sendIp'],
  ['senIdp', 'sendIp'],
  ['sendEventID', 'sendEventId'],
])('an unknown key %s is a near miss of %s', async (key, meant) => {
  const config = { ...CONFIG, [key]: null };
  const { code, stderr } = await validate(config);
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: `warning: ${key} has no effect: did you mean ${meant}?\n`,
  });
  expect(JSON.parse((await validate(config, '--json')).stdout)).toMatchObject({
    valid: true,
    ignored: [key],
    warnings: [{ path: key, message: `has no effect: did you mean ${meant}?` }],
  });
});

test.each([
  [
    {
      userAttributeMap: [
        { from: 'a', to: 'b' },
        { from: 'a', too: 'b' },
      ],
    },
    'userAttributeMap.1.too',
    'to',
  ],
  [{ accountAttributeMap: [{ form: 'a', to: 'b' }] }, 'accountAttributeMap.0.form', 'from'],
  [{ userAttributeMap: [{ from: 'a', to: 'b', Type: 'NUMBER' }] }, 'userAttributeMap.0.Type', 'type'],
  [{ globalContextMap: [{ From: 'a', to: 'b' }] }, 'globalContextMap.0.From', 'from'],
  [{ accountFieldMap: [{ from: 'a', To: 'name' }] }, 'accountFieldMap.0.To', 'to'],
  [{ attributeTypes: { users: { a: 'STRING' } } }, 'attributeTypes.users', 'user'],
  [{ attributeTypes: { Disabled: { user: ['a'] } } }, 'attributeTypes.Disabled', 'disabled'],
  [{ attributeTypes: { disabled: { accounts: ['a'] } } }, 'attributeTypes.disabled.accounts', 'account'],
  [{ attributeTypes: { acount: { a: 'STRING' } } }, 'attributeTypes.acount', 'account'],
])('so is one within a setting: %j', async (config, path, meant) => {
  const { code, stderr } = await validate({ ...CONFIG, ...config });
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: `warning: ${path} has no effect: did you mean ${meant}?\n`,
  });
});

test('a misspelt key of a consent category is named with its fault', async () => {
  const consentPreferences = [{ consent: 'ads', prefrence: 'surveys' }];
  const { code, stderr } = await validate({ ...CONFIG, consentPreferences });
  expect(code).toBe(2);
  expect(stderr).toContain('consentPreferences.0.prefrence has no effect: did you mean preference?');
});

test('other keys in rows and lists of types are not worth a word', async () => {
  const config = {
    userAttributeMap: [{ from: 'a', to: 'b', id: 1, _id: 'x' }, null],
    attributeTypes: { user: { usr: 'STRING', account: 'NUMBER' } },
    globalContextMap: [{ from: 'a', to: 'b', form: 'c' }],
  };
  const { stderr } = await validate({ ...CONFIG, ...config });
  expect(stderr).not.toContain('warning');
});

test('other unknown keys, of which hosts store many, are not worth a word', async () => {
  const others = {
    connectionMode: 'cloud',
    eventDelivery: false,
    blacklistedEvents: [],
    map: 1,
    apiSecret: 'x',
    contextMap: [],
  };
  expect(await validate({ ...CONFIG, ...others, dataCenter: 'EU', datacenter: 'EU' })).toMatchObject({
    code: 0,
    stderr: '',
  });
});

test('a key that is missing because it is misspelt is named with its fault', async () => {
  const { code, stderr } = await validate({ apikey: CONFIG.apiKey, productTagKey: 'AP-TEST-2' });
  expect(code).toBe(2);
  expect(stderr).toContain('warning: apikey has no effect: did you mean apiKey?');
  expect(stderr).toMatch(/^error: apiKey: expected/m);
});

test('the environment mends a fault of the file', async () => {
  const config = tempFile('config.json', { productTagKey: 'AP-TEST-2' });
  const env = { GAINSIGHT_PX_API_KEY: CONFIG.apiKey };
  expect(await cli(['validate', '--config', config], { env })).toMatchObject({ code: 0 });
});
