import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { decodeLink, encodeLink, LinkError } from '../../src/web/data/link';
import { knownConfig } from '../../src/web/inspector/copy/known-config';

const EVENT = { type: 'identify', userId: 'Ж-1', traits: { favouriteColour: 'grün', emoji: '🦜' } };
const KEY = '5f0c1b9e-real-looking-key';
const CONFIG = { productTagKey: 'AP-EXAMPLE-2', userAttributeMap: [{ from: 'plan', to: 'plan' }] };

const packed = (value: unknown): string => deflateRawSync(JSON.stringify(value)).toString('base64url');
const unpacked = (fragment: string): string =>
  inflateRawSync(Buffer.from(fragment.slice('#v1.'.length), 'base64url')).toString();

test('a link restores the event and the configuration', async () => {
  const { fragment, leftOut } = await encodeLink({ event: EVENT, config: CONFIG });
  expect(leftOut).toBe(0);
  expect(fragment).toMatch(/^#v1\.[\w-]+$/);
  await expect(decodeLink(fragment)).resolves.toEqual({ event: EVENT, config: CONFIG });
  await expect(decodeLink(fragment.slice(1))).resolves.toEqual({ event: EVENT, config: CONFIG });
});

test('any JSON value may be the event', async () => {
  for (const event of [null, 0, '', [], [EVENT]]) {
    const { fragment } = await encodeLink({ event, config: {} });
    await expect(decodeLink(fragment)).resolves.toEqual({ event, config: {} });
  }
});

test('the form of a link is what other programs can write', async () => {
  await expect(decodeLink(`#v1.${packed({ event: EVENT, config: CONFIG })}`)).resolves.toEqual({
    event: EVENT,
    config: CONFIG,
  });
});

describe('the key', () => {
  test.each([
    ['apiKey', { ...CONFIG, apiKey: KEY }],
    ['another case', { ...CONFIG, APIKEY: KEY }],
    ['another spelling', { ...CONFIG, api_key: KEY, 'Api-Key': KEY }],
    ['the header', { ...CONFIG, headers: { 'X-APTRINSIC-API-KEY': KEY } }],
    ['a destination around it', { Config: { ...CONFIG, apiKey: KEY }, other: [{ deep: { ApiKey: KEY } }] }],
    ['a text equal to it', { ...CONFIG, apiKey: KEY, productTagKey: KEY }],
    ['a text that contains it', { ...CONFIG, apiKey: KEY, note: `curl -H 'X-KEY: ${KEY}'` }],
    ['blanks around it', { ...CONFIG, apiKey: ` ${KEY}\n`, note: KEY }],
    ['a name that contains it', { ...CONFIG, apiKey: KEY, attributeTypes: { user: { [KEY]: 'STRING' } } }],
    ['a list of keys', { ...CONFIG, apiKey: [{ web: KEY }], note: KEY }],
  ])('is not in a link: %s', async (_, config) => {
    const { fragment, leftOut } = await encodeLink({ event: { ...EVENT, secret: KEY }, config });
    const text = unpacked(fragment);
    expect(leftOut).toBeGreaterThan(0);
    expect(text).not.toContain(KEY);
    expect(text).not.toMatch(/api[-_]?key/i);
  });

  test('is taken out of the event, under its own name or anywhere else', async () => {
    const event = { ...EVENT, traits: { note: `my key is ${KEY}`, apiKey: KEY } };
    const { fragment, leftOut } = await encodeLink({ event, config: CONFIG });
    expect(unpacked(fragment)).not.toContain(KEY);
    expect(leftOut).toBe(2);
  });

  test('that is a number is taken out as one', async () => {
    const { fragment } = await encodeLink({ event: { id: 912345678 }, config: { apiKey: 912345678 } });
    expect(unpacked(fragment)).not.toContain('912345678');
  });

  test('that is a common word leaves longer texts alone', async () => {
    const { fragment } = await encodeLink({ event: { a: 'test', b: 'latest' }, config: { apiKey: 'test' } });
    await expect(decodeLink(fragment)).resolves.toMatchObject({ event: { a: '(removed)', b: 'latest' } });
  });

  test('leaves attributes alone whose name only begins like it', async () => {
    const event = { traits: { apiKeyCount: 3, apiKeysUsed: ['a'] } };
    const { fragment, leftOut } = await encodeLink({ event, config: CONFIG });
    expect(leftOut).toBe(0);
    await expect(decodeLink(fragment)).resolves.toEqual({ event, config: CONFIG });
  });

  test('called __proto__ changes no prototype', async () => {
    const event: unknown = JSON.parse('{"__proto__":{"polluted":true}}');
    const { fragment } = await encodeLink({ event, config: {} });
    const opened = await decodeLink(fragment);
    expect(JSON.stringify(opened?.event)).toBe('{"__proto__":{"polluted":true}}');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe('a fragment', () => {
  test.each(['', '#', '#result', '#v1', '#v', '#vault.x'])('%j is not a link', async (fragment) => {
    await expect(decodeLink(fragment)).resolves.toBeUndefined();
  });

  test('of a newer form is named', async () => {
    await expect(decodeLink('#v2.abc')).rejects.toThrow(
      'The link has the form v2, and this page reads v1: open it with a newer version of gainsight-px.',
    );
  });

  const whole = packed({ event: EVENT, config: CONFIG });
  test.each([
    ['cut off', whole.slice(0, -8)],
    ['cut to nothing', ''],
    ['with a blank', `${whole.slice(0, 9)} ${whole.slice(9)}`],
    ['with another alphabet', `${whole}+/`],
    ['changed', `AAAA${whole}`],
    ['of something else', packed([1])],
    ['without a configuration', packed({ event: EVENT })],
    ['of no JSON', deflateRawSync('{"event":').toString('base64url')],
    ['of no UTF-8', deflateRawSync(Buffer.from([0x22, 0xff, 0x22])).toString('base64url')],
  ])('that is broken says so: %s', async (_, text) => {
    await expect(decodeLink(`#v1.${text}`)).rejects.toThrow(
      'The link is cut off or was changed: ask for it again, and copy all of it.',
    );
  });

  test('that is nested too deeply to be shown is not opened', async () => {
    const deep = `{"event":${'['.repeat(100_000)}${']'.repeat(100_000)},"config":{}}`;
    await expect(decodeLink(`#v1.${deflateRawSync(deep).toString('base64url')}`)).rejects.toThrow(
      'The link holds something that is nested too deeply to be shown.',
    );
  });

  test('that inflates to very much is not opened', async () => {
    const bomb = deflateRawSync(Buffer.alloc(11 * 1024 * 1024, 32)).toString('base64url');
    expect(bomb.length).toBeLessThan(20_000);
    await expect(decodeLink(`#v1.${bomb}`)).rejects.toThrow('The link holds more than 10 MB');
  });
});

describe('a link is refused that no page could open', () => {
  const noise = (length: number): string =>
    Array.from({ length: length / 16 }, (_, index) =>
      createHash('md5').update(`${index}`).digest('hex').slice(16),
    ).join('');

  test('because browsers do not open so long an address', async () => {
    await expect(encodeLink({ event: { note: noise(1_600_000) }, config: {} })).rejects.toThrow(
      /^The link would have [\d,]{9} characters, and not every browser opens more than 1,000,000: share the event as a file instead\.$/,
    );
    const { fragment } = await encodeLink({ event: { note: noise(1_200_000) }, config: {} });
    expect(fragment.length).toBeLessThan(1_000_000);
  });

  test('because it inflates to very much', async () => {
    const event = { note: ' '.repeat(10 * 1024 * 1024) };
    await expect(encodeLink({ event, config: {} })).rejects.toThrow('The link holds more than 10 MB');
  });

  test('because it is nested too deeply', async () => {
    const event: unknown = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
    const refused = encodeLink({ event, config: {} });
    await expect(refused).rejects.toThrow(LinkError);
    await expect(refused).rejects.toThrow('The event is nested too deeply for a link: share it as a file.');
  });
});

describe('keys of the configuration without effect', () => {
  test('are in no link, because they may be secrets of a host', async () => {
    const secrets = {
      oauthSecret: 'oauth-0123',
      writeKey: 'write-0123',
      rudderAccountId: { deep: 'deep-0123' },
    };
    const { fragment } = await encodeLink({ event: EVENT, config: { ...secrets, ...CONFIG } }, knownConfig);
    expect(unpacked(fragment)).not.toMatch(/0123/);
    await expect(decodeLink(fragment)).resolves.toEqual({ event: EVENT, config: CONFIG });
  });

  test('still name the key, so that its value is removed elsewhere', async () => {
    const { fragment } = await encodeLink(
      { event: { note: KEY }, config: { Config: { apiKey: KEY } } },
      knownConfig,
    );
    await expect(decodeLink(fragment)).resolves.toEqual({ event: { note: '(removed)' }, config: {} });
  });

  test.each([[['secret']], ['secret'], [null]])(
    'are all of a configuration that is not an object: %j',
    async (config) => {
      const { fragment } = await encodeLink({ event: EVENT, config }, knownConfig);
      await expect(decodeLink(fragment)).resolves.toEqual({ event: EVENT, config: {} });
    },
  );
});
