import { writeFileSync } from 'node:fs';
import { isDestinationError } from '../../src/core/errors';
import { UsageError } from '../../src/cli/io';
import { loadSettings, readSettings } from '../../src/cli/settings/load-settings';
import { cleanUp, CONFIG, KEY, tempFile } from './cli';

afterEach(cleanUp);

const thrownBy = (call: () => unknown): Error => {
  try {
    call();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
};

test('the environment wins over the file', () => {
  const config = tempFile('config.json', { ...CONFIG, dataCenter: 'US', sendIp: true });
  const env = {
    GAINSIGHT_PX_API_KEY: 'other',
    GAINSIGHT_PX_PRODUCT_TAG_KEY: 'AP-OTHER-2',
    GAINSIGHT_PX_DATA_CENTER: 'EU',
  };
  expect(loadSettings({ config }, env)).toEqual({
    apiKey: 'other',
    productTagKey: 'AP-OTHER-2',
    dataCenter: 'EU',
    sendIp: true,
  });
});

test('the environment alone is enough', () => {
  const env = { GAINSIGHT_PX_API_KEY: KEY, GAINSIGHT_PX_PRODUCT_TAG_KEY: 'AP-TEST-2' };
  expect(loadSettings({}, env)).toEqual(CONFIG);
});

test('an empty variable counts as not set', () => {
  expect(loadSettings({ config: tempFile('config.json', CONFIG) }, { GAINSIGHT_PX_API_KEY: '' })).toEqual(
    CONFIG,
  );
});

test.each(['Config', 'config'])(
  'a destination object of RudderStack holds the configuration as %s',
  (key) => {
    const file = tempFile('destination.json', { ID: '1', Name: 'PX', Enabled: true, [key]: CONFIG });
    expect(loadSettings({ config: file }, {})).toEqual(CONFIG);
  },
);

test('a byte order mark is passed over', () => {
  expect(loadSettings({ config: tempFile('config.json', `\uFEFF${JSON.stringify(CONFIG)}`) }, {})).toEqual(
    CONFIG,
  );
});

test.each(['utf16le', 'utf16be'] as const)('a file in %s, as PowerShell writes it, is read', (encoding) => {
  const bytes = Buffer.from(`\uFEFF${JSON.stringify(CONFIG)}\r\n`, 'utf16le');
  const config = tempFile('config.json', '');
  writeFileSync(config, encoding === 'utf16be' ? bytes.swap16() : bytes);
  expect(loadSettings({ config }, {})).toEqual(CONFIG);
});

test.each([
  ['{\n"apiKey": "secret-key-5b1f0c"\n"productTagKey": ""}', 'line 3'],
  ['secret-key-5b1f0c', 'is not valid JSON'],
  ['', 'is not valid JSON'],
])('a file that is not valid JSON is named, and where it breaks, but not quoted (%#)', (text, where) => {
  const error = thrownBy(() => loadSettings({ config: tempFile('config.json', text) }, {}));
  expect(error).toBeInstanceOf(UsageError);
  expect(error.message).toContain('config.json');
  expect(error.message).toContain(where);
  expect(error.message).toContain('--config');
  expect(error.message).not.toContain(KEY);
});

test('a file that cannot be read is a usage error with its reason', () => {
  const error = thrownBy(() => readSettings({ config: 'absent.json' }, {}));
  expect(error).toBeInstanceOf(UsageError);
  expect(error.message).toContain('ENOENT');
});

test.each([[[]], ['"text"'], [null], [{ apiKey: KEY }], [{ ...CONFIG, dataCenter: 'MARS' }]])(
  'a configuration that is not valid is refused (%#)',
  (content) => {
    const error = thrownBy(() => loadSettings({ config: tempFile('config.json', content) }, {}));
    expect(isDestinationError(error) && error.code).toBe('configuration_invalid');
    expect(error.message).not.toContain(KEY);
  },
);
