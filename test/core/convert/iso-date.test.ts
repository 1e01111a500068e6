import { parseIsoDate } from '../../../src/core/convert/date-text';

test.each([
  ['1970-01-01', 0],
  ['1970-01-01T00:00:00Z', 0],
  ['1969-12-31T23:59:59.999Z', -1],
  ['2024-02-29', Date.UTC(2024, 1, 29)],
  ['2000-02-29', Date.UTC(2000, 1, 29)],
  ['2024-12-31', Date.UTC(2024, 11, 31)],
  ['9999-12-31T23:59:59.999Z', Date.UTC(9999, 11, 31, 23, 59, 59, 999)],
  ['0001-01-01', -62135596800000],
  ['2024-02-29T12:34', Date.UTC(2024, 1, 29, 12, 34)],
  ['2024-02-29T12:34:56', Date.UTC(2024, 1, 29, 12, 34, 56)],
  ['2024-02-29 12:34:56', Date.UTC(2024, 1, 29, 12, 34, 56)],
  ['2024-02-29t12:34:56z', Date.UTC(2024, 1, 29, 12, 34, 56)],
  ['2024-02-29T12:34:56.7Z', Date.UTC(2024, 1, 29, 12, 34, 56, 700)],
  ['2024-02-29T12:34:56,75Z', Date.UTC(2024, 1, 29, 12, 34, 56, 750)],
  ['2024-02-29T12:34:56.789999999Z', Date.UTC(2024, 1, 29, 12, 34, 56, 789)],
  ['2024-02-29T12:00:00+02:00', Date.UTC(2024, 1, 29, 10)],
  ['2024-02-29T12:00:00+0200', Date.UTC(2024, 1, 29, 10)],
  ['2024-02-29T12:00:00+02', Date.UTC(2024, 1, 29, 10)],
  ['2024-02-29T12:00:00-05:30', Date.UTC(2024, 1, 29, 17, 30)],
  ['2024-02-29T00:30:00+05:45', Date.UTC(2024, 1, 28, 18, 45)],
  ['2024-02-29T12:00:00-00:00', Date.UTC(2024, 1, 29, 12)],
  ['2024-02-29T24:00:00Z', Date.UTC(2024, 2, 1)],
])('%s is %d', (text, epochMs) => {
  expect(parseIsoDate(text)).toBe(epochMs);
});

test.each([
  ['an impossible day', '2024-02-30'],
  ['29 February of a common year', '2023-02-29'],
  ['29 February of a century', '2100-02-29'],
  ['29 February of an even century', '2200-02-29'],
  ['31 April', '2024-04-31T12:00:00Z'],
  ['day 0', '2024-01-00'],
  ['day 32', '2024-01-32'],
  ['month 0', '2024-00-10'],
  ['month 13', '2024-13-10'],
  ['hour 25', '2024-02-29T25:00:00Z'],
  ['past midnight at hour 24', '2024-02-29T24:00:01Z'],
  ['minute 60', '2024-02-29T12:60:00Z'],
  ['an offset of a day', '2024-02-29T12:00:00+24:00'],
  ['an offset with minute 60', '2024-02-29T12:00:00+01:60'],
  ['half an offset', '2024-02-29T12:00:00+1'],
  ['three digits of an offset', '2024-02-29T12:00:00+123'],
  ['text behind it', '2024-02-29T12:00:00Z!'],
  ['text behind a date', '2024-02-29x'],
  ['text before it', 'x2024-02-29'],
  ['a point without a fraction', '2024-02-29T12:00:00.Z'],
  ['a sign without digits', '2024-02-29T12:00:00+'],
  ['one-digit months', '2024-2-29'],
  ['a two-digit year', '24-02-29'],
  ['slashes', '2024/02/29'],
  ['another separator', '2024-02-29_12:00:00'],
  ['digits of another script', '٢٠٢٤-٠٢-٢٩'],
  ['nothing', ''],
  ['a number', '1709200800'],
  ['words', 'Thu, 29 Feb 2024 12:00:00 GMT'],
  ['an open time', '2024-02-29T'],
])('%s is no date', (_what, text) => {
  expect(parseIsoDate(text)).toBeUndefined();
});

test('every day of four centuries is what Date says', () => {
  for (let epochMs = Date.UTC(1800, 0, 1); epochMs < Date.UTC(2201, 0, 1); epochMs += 86_400_000) {
    const text = new Date(epochMs).toISOString();
    if (parseIsoDate(text) !== epochMs || parseIsoDate(text.slice(0, 10)) !== epochMs) {
      throw new Error(`${text} was read as ${String(parseIsoDate(text))}`);
    }
  }
});
