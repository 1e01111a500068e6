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

test('all faults are shown at once, one per line with path and expectation, and the exit code is 2', async () => {
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

test('all faults are there as JSON too', async () => {
  const { code, stdout, stderr } = await validate(WRONG, '--json');
  const { valid, faults } = JSON.parse(stdout) as { valid: boolean; faults: { path: string }[] };
  expect(valid).toBe(false);
  expect(faults).toHaveLength(6);
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
    'sendEventId=true',
    'sendIp=true',
    'preferencesApiVersion=v2',
  ]);
  expect(await extensions({})).toEqual([]);
});

test('the environment mends a fault of the file', async () => {
  const config = tempFile('config.json', { productTagKey: 'AP-TEST-2' });
  const env = { GAINSIGHT_PX_API_KEY: CONFIG.apiKey };
  expect(await cli(['validate', '--config', config], { env })).toMatchObject({ code: 0 });
});
