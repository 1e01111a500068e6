import fc from 'fast-check';
import { PX_API } from '../../../src/destinations/gainsight_px/api/px-answers';
import { summarizeBody } from '../../../src/router/http/answer-summary';

const KEY = 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6';
const quote = (text: string, html = false, cut = false): string =>
  summarizeBody({ text, html, cut }, KEY, PX_API.errorTexts);
/** Every character escaped. */
const percent = (text: string): string =>
  text.replace(/./g, (character) => `%${character.charCodeAt(0).toString(16)}`);
/** What somebody finds who looks into the Base64 in a text. */
const readable = (text: string): string =>
  [0, 1, 2, 3]
    .map((skip) => Buffer.from(text.replace(/[^\w+/-]/g, '').slice(skip), 'base64').toString('latin1'))
    .join();
const json = (error: object): string => JSON.stringify({ externalapierror: error });

describe('a quote says what PX said', () => {
  it.each([
    ['PX’s own message', json({ message: 'possible duplicate', subErrors: null }), '"possible duplicate"'],
    [
      'with the messages of its parts',
      json({ message: 'Validation error', subErrors: [{ message: 'score' }, {}, null, { message: 'type' }] }),
      '"Validation error; score; type"',
    ],
    ['a message without PX’s wrapping', '{"message":"Too many requests"}', '"Too many requests"'],
    ['other JSON as it is', '{"error": [1, 2]}', '"{"error":[1,2]}"'],
    ['text', ' bad\n\n  gateway\t', '"bad gateway"'],
    ['nothing', '', 'an empty body'],
    ['white space', ' \n ', 'an empty body'],
    ['NUL and other control characters', 'a\u0000b\u001b[31mc\u202Ed', '"ab[31mcd"'],
    ['half a surrogate pair', 'a\uD800b', '"ab"'],
    ['JSON nested too deep to be written', '['.repeat(30_000), `"${'['.repeat(300)}…"`],
  ])('%s', (_, text, expected) => {
    expect(quote(text)).toBe(expected);
  });

  it.each([
    ['<html><head><title>502 Bad\nGateway</title>', 'an HTML page titled "502 Bad Gateway"'],
    ['<html><body>long text</body>', 'an HTML page'],
    ['<html><title></title>', 'an HTML page'],
  ])('of HTML the title: %s', (text, expected) => {
    expect(quote(text, true)).toBe(expected);
  });

  it('and is bounded', () => {
    expect(quote('😀'.repeat(1_000))).toBe(`"${'😀'.repeat(150)}…"`);
    expect(quote(`x${'😀'.repeat(1_000)}`)).toBe(`"x${'😀'.repeat(149)}…"`);
    expect(quote(`<title>${'x'.repeat(1_000)}</title>`, true)).toHaveLength(
      'an HTML page titled "…"'.length + 300,
    );
  });
});

describe('a quote never shows the key', () => {
  const forms: [string, string][] = [
    ['as it is', `key ${KEY}.`],
    ['in capitals', `key ${KEY.toUpperCase()}.`],
    ['with NUL inside', `key ${KEY.split('').join('\u0000')}.`],
    ['with invisible characters inside', `key ${KEY.split('').join('\u200b')}.`],
    ['escaped in PX’s JSON', `{"externalapierror":{"message":"key \\u0066${KEY.slice(1)}."}}`],
    ['escaped in other JSON', `{"key":"\\u0066${KEY.slice(1)}."}`],
    ['escaped in a text', `key \\u0066${KEY.slice(1)}.`],
    ['escaped for a URL, every character', `key ${percent(KEY)}.`],
    ['escaped for a URL, in small letters, twice', `key ${percent(percent(KEY)).toLowerCase()}.`],
    ['escaped for HTML, every character', `key ${KEY.replace(/./g, (c) => `&#${c.charCodeAt(0)};`)}.`],
    [
      'escaped for HTML, hexadecimal',
      `key ${KEY.replace(/./g, (c) => `&#x${c.charCodeAt(0).toString(16)};`)}.`,
    ],
    ...['', 'u', 'us', 'user:'].flatMap((before): [string, string][] =>
      (['base64', 'base64url'] as const).map((form) => [
        `in ${form} after "${before}"`,
        `key ${Buffer.from(`${before}${KEY}:`).toString(form)}.`,
      ]),
    ),
  ];
  it.each(forms)('%s', (_, text) => {
    expect(quote(text)).toContain('[redacted]');
    expect(quote(text).toLowerCase()).not.toContain(KEY);
    expect(readable(quote(text)).toLowerCase()).not.toContain(KEY.slice(2, -2));
  });

  it.each([
    ['completed by the quotation marks', '"0123456789"', '0123456789'],
    ['completed by the mark at the beginning', '"0123456789', '0123456789 and more'],
    ['completed by the mark at the end', '0123456789"', 'the 0123456789'],
  ])('%s', (_, key, text) => {
    expect(summarizeBody({ text, html: false, cut: false }, key, PX_API.errorTexts)).not.toContain(key);
  });

  it('nor its beginning at the end of what is looked at', () => {
    for (let before = 0; before < 600; before += 1) {
      const text = `${'\u200b'.repeat(16 * 1024 - before)}${KEY}${KEY}`;
      expect(quote(text)).not.toContain(KEY.slice(0, 4));
    }
  });

  it.each([
    ['with blanks in it, that are made one', 'aaaa  bbbb', 'key aaaa  bbbb.', false],
    ['with blanks in it, that were made one already', 'aaaa  bbbb', 'key aaaa bbbb.', false],
    ['escaped for HTML', 'a<b>&"c', '<title>key a&lt;b&gt;&amp;&quot;c.</title>', true],
  ])('%s', (_, key, text, html) => {
    expect(summarizeBody({ text, html, cut: false }, key, PX_API.errorTexts)).toContain('"key [redacted]."');
  });

  it('nor its beginning at the end of a text that was cut', () => {
    const text = `${' '.repeat(60_000)}key ${KEY.slice(0, 30)}`;
    expect(quote(text, false, true)).not.toContain(KEY.slice(0, 8));
  });

  const characters = fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code));
  // Too short a key is found in our own words; too few different characters, in its neighbours.
  const keys = fc
    .uniqueArray(characters, { minLength: 12, maxLength: 40 })
    .map((all) => all.join('').trim())
    .filter((key) => key.length >= 12);

  it('whatever the key, the text around it and the way it is echoed', () => {
    const surroundings = fc.oneof(fc.constant(''), fc.string());
    const echoes = fc.constantFrom(
      (key: string) => key,
      (key: string) => key.toUpperCase(),
      (key: string) => JSON.stringify({ message: key }),
      (key: string) => JSON.stringify({ other: [key] }),
      (key: string) => json({ message: 'm', subErrors: [{ message: key }] }),
      (key: string) => `<title>${key.replace(/</g, '&lt;')}</title>`,
      encodeURIComponent,
      (key: string) => encodeURIComponent(key).toLowerCase(),
      percent,
      (key: string) => JSON.stringify(JSON.stringify(key)),
      (key: string) => key.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`),
      (key: string) => `Basic ${Buffer.from(`px:${key}`).toString('base64')}`,
    );
    fc.assert(
      fc.property(
        keys,
        echoes,
        surroundings,
        surroundings,
        fc.boolean(),
        (key, echo, before, after, html) => {
          const text = before + echo(key) + after;
          const shown = summarizeBody({ text, html, cut: false }, key, PX_API.errorTexts).toLowerCase();
          expect(shown).not.toContain(key.toLowerCase());
          expect(shown).not.toContain(JSON.stringify(key).slice(1, -1).toLowerCase());
          expect(shown).not.toContain(encodeURIComponent(key).toLowerCase());
          expect(shown).not.toContain(percent(key).toLowerCase());
          expect(shown).not.toContain(Buffer.from(key).toString('base64').slice(0, -4).toLowerCase());
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
