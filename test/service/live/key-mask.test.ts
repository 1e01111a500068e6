import { keyMask } from '../../../src/service/live/key-mask';

const KEY = 'secret-key-93af01';

describe('JSON', () => {
  test.each<[string, unknown]>([
    ['a text', [KEY]],
    ['a longer text', [`a "quoted" ${KEY} end`]],
    ['a name', { [`"x" ${KEY}`]: 1 }],
    ['another case', [KEY.toUpperCase()]],
    ['JSON in a text', [JSON.stringify({ key: KEY, more: JSON.stringify({ KEY }) })]],
    ['Base64 beside a quote', [`"${Buffer.from(`k=${KEY}`).toString('base64')}"`]],
    ['a URL beside a quote', [`"https://example.com/?k=${KEY.replaceAll('-', '%2D')}"`]],
    ['HTML', [`<a title="${KEY.replaceAll('-', '&#45;')}">`]],
  ])('the key is masked as %s', (_, value) => {
    const shown = keyMask(KEY).json(JSON.stringify(value));
    expect(JSON.stringify(JSON.parse(shown))).toBe(shown);
    expect(shown).toContain('[redacted]');
    expect(shown.toLowerCase()).not.toMatch(/secret.{1,5}key/);
  });

  test.each<[string, string, string]>([
    ['several blanks that became one', 'a long  key', 'a long key'],
    ['blanks around it', '  long-key ', 'long-key'],
    ['blanks that became a plus', 'long key x', 'long+key+x'],
  ])('%s', (_, key, text) => {
    expect(keyMask(key).json(JSON.stringify(['"', text]))).toBe('["\\"","[redacted]"]');
    expect(keyMask(key).text(text)).toBe('[redacted]');
  });

  test('without the key stays as it is, also with escapes that the parser would write in another way', () => {
    for (const json of [
      '{"a":"\\u0041 \\/ <b class=\\"x\\">"}',
      `["${KEY.slice(1)}","${KEY.slice(0, -1)} \\n"]`,
    ])
      expect(keyMask(KEY).json(json)).toBe(json);
  });

  test('many quotes are not resolved one level after the other', () => {
    const replace = jest.spyOn(String.prototype, 'replace');
    try {
      const json = JSON.stringify({ html: '"'.repeat(30_000), name: 'Ada "Countess" Lovelace' });
      expect(keyMask(KEY).json(json)).toBe(json);
      // What holds an escape of JSON is the JSON alone, and that is only split into its texts.
      const resolved = replace.mock.contexts.filter((text) => String(text).includes('\\"'));
      expect(resolved).toEqual([json]);
    } finally {
      replace.mockRestore();
    }
  });
});

test('a key of few letters is masked as a whole text only', () => {
  expect(keyMask('ann').json('["ann","annual",{"ann":"\\"ann"}]')).toBe(
    '["[redacted]","annual",{"[redacted]":"\\"ann"}]',
  );
  expect([keyMask('ann').text('ann'), keyMask('ann').text('annual')]).toEqual(['[redacted]', 'annual']);
});
