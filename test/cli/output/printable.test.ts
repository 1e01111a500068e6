import { printable, printableJson } from '../../../src/cli/output/printable';
import { oneLine } from '../../../src/router/http/redact';

/** Every character that Unicode gives a meaning, and the lone surrogates. */
const ALL = Array.from({ length: 0x110000 }, (_, code) => String.fromCodePoint(code));
/** As the general categories say, which are independent of the expression that is tested. */
const isControlOrFormat = (character: string): boolean =>
  /^[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]$/u.test(character);
const SEEN = [...'\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u0890\u0891\u08e2\u{110bd}\u{110cd}'];

test('no control or format character, separator or lone surrogate gets through', () => {
  const through = ALL.filter(
    (character) => isControlOrFormat(character) && printable(character) === character,
  );
  expect(through).toEqual(SEEN);
  const quoted = ALL.filter(
    (character) => isControlOrFormat(character) && oneLine(`a${character}b`) === `a${character}b`,
  );
  expect(quoted).toEqual(SEEN);
});

test.each([
  ['an Arabic letter mark', '\u061c', '\\u061c'],
  ['deprecated format characters', '\u206a\u206f', '\\u206a\\u206f'],
  ['a soft hyphen', '\u00ad', '\\u00ad'],
  ['a Mongolian vowel separator', '\u180e', '\\u180e'],
  ['interlinear annotation', '\ufff9\ufffb', '\\ufff9\\ufffb'],
  ['tag characters', '\u{e0001}\u{e007f}', '\\udb40\\udc01\\udb40\\udc7f'],
  ['lone surrogates', 'a\ud800b\udc00', 'a\\ud800b\\udc00'],
  ['C1 controls', '\u0085\u009b31m', '\\u0085\\u009b31m'],
  ['a Hangul filler', '\u3164', '\\u3164'],
  ['private use', '\ue0b0\u{f0000}', '\\ue0b0\\udb80\\udc00'],
  ['noncharacters', '\ufffe', '\\ufffe'],
  ['joiners in a Latin word', 'ad\u200dmin\u200c', 'ad\\u200dmin\\u200c'],
  ['a joiner at the beginning', '\u200d', '\\u200d'],
  ['variation selectors after a letter', 'a\ufe0f\ufe00\u{e0100}', 'a\\ufe0f\\ufe00\\udb40\\udd00'],
])('escaped: %s', (_, text, expected) => {
  expect(printable(text)).toBe(expected);
  expect(JSON.parse(`"${printable(text)}"`)).toBe(text);
});

test.each([
  'Zoë Müller-Ødegård',
  'Ἀθηνᾶ, Москва, 東京タワー, 서울특별시',
  'عربي ۝١',
  'نمی‌خواهم',
  'क्‍ष and ශ්‍රී',
  '👩‍👩‍👧‍👦 👍🏽 ❤️‍🔥 🏳️‍🌈 1️⃣ 👩🏽‍🚀',
  '葛\u{e0100}城',
  'ไทย עברית ελληνικά e\u0301',
])('read as it was written: %s', (text) => {
  expect(printable(text)).toBe(text);
});

test('JSON stays JSON', () => {
  const value = { 'a\u009b': ['\u2028\ud800', '\u{e0041}', '\u007f', 'Zoë'] };
  expect(JSON.parse(printableJson(value))).toEqual(value);
  expect(printableJson(value)).toMatch(/^[\x20-\x7eë]+$/);
});
