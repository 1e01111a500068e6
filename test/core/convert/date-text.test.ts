import { parseDateText } from '../../../src/core/convert/date-text';

const NOON = Date.UTC(2024, 1, 29, 12);

test.each([
  // Databases.
  ['2024-02-29 12:00:00 +00:00', NOON],
  ['2024-02-29 12:00:00.000 +0000', NOON],
  ['2024-02-29 05:00:00 -0700', NOON],
  ['2024-02-29 17:30:00 +05:30', NOON],
  ['2024-02-29 14:00:00 +02', NOON],
  ['2024-02-29 12:00:00 UTC', NOON],
  ['2024-02-29 12:00:00.123456 UTC', NOON + 123],
  ['2024-02-29 12:00 UTC', NOON],
  ['2024-02-29T12:00:00 GMT', NOON],
  ['2024-02-29 12:00:00 utc', NOON],
  ['2024-02-29 12:00:00 UT', NOON],
  ['2024-02-29 12:00:00 Z', NOON],
  ['2024-02-29 12:00:00.000 z', NOON],
  ['2024-02-29 12:00:00  UTC', NOON],
  ['2024-02-29 UTC', Date.UTC(2024, 1, 29)],
  ['2024-02-29 Z', Date.UTC(2024, 1, 29)],
  ['  2024-02-29 12:00:00 UTC\n', NOON],
  // Go.
  ['2024-02-29 12:00:00 +0000 UTC', NOON],
  ['2024-02-29 12:00:00.123456789 +0000 GMT', NOON + 123],
  // JavaScript.
  ['Thu Feb 29 2024 12:00:00 GMT+0000 (UTC)', NOON],
  ['Thu Feb 29 2024 12:00:00 GMT+0000 (Coordinated Universal Time)', NOON],
  ['Thu Feb 29 2024 12:00:00 GMT+0000', NOON],
  ['Thu Feb 29 2024 12:00:00 GMT', NOON],
  ['Thu Feb 29 2024 04:00:00 GMT-0800 (Pacific Standard Time)', NOON],
  ['Thu Feb 29 2024 17:45:00 GMT+0545 (+0545)', NOON],
  ['Thu Feb 29 2024 12:00:00 GMT+0000 (some (other) time)', NOON],
  ['Thu Feb 29 2024 12:00:00 GMT+0000 ()', NOON],
  ['Thu Feb 29 2024 20:00:00 GMT+0800 (中国标准时间)', NOON],
  ['Thu Mar 24 2016 12:00:00 GMT+0000 (UTC)', Date.UTC(2016, 2, 24, 12)],
  // Mails and HTTP.
  ['Thu, 29 Feb 2024 12:00:00 GMT', NOON],
  ['Thu, 29 Feb 2024 12:00:00 UT', NOON],
  ['Thu, 29 Feb 2024 12:00:00 UTC', NOON],
  ['Thu, 29 Feb 2024 12:00:00 Z', NOON],
  ['Thu, 29 Feb 2024 12:00:00 +0000', NOON],
  ['Thu, 29 Feb 2024 12:00:00 -0000', NOON],
  ['Thu, 29 Feb 2024 07:00:00 -0500', NOON],
  ['Thu, 29 Feb 2024 12:00 +0000', NOON],
  ['Thu,29 Feb 2024 12:00:00 GMT', NOON],
  ['thu, 29 feb 2024 12:00:00 gmt', NOON],
  ['29 Feb 2024 12:00:00 GMT', NOON],
  ['1 Mar 2024 12:00:00 GMT', Date.UTC(2024, 2, 1, 12)],
  ['Fri,  1 Mar 2024 12:00:00 GMT', Date.UTC(2024, 2, 1, 12)],
  ['Thu, 29 Feb 2024 13:00:00 +0100 (CET)', NOON],
  // A weekday is ignored, though it be wrong.
  ['Mon, 29 Feb 2024 12:00:00 GMT', NOON],
  ['Mon Feb 29 2024 12:00:00 GMT+0000', NOON],
])('%s', (text, epochMs) => {
  expect(parseDateText(text)).toBe(epochMs);
});

test.each([
  '2024-02-29 12:00:00 PST',
  '2024-02-29 12:00:00 CET',
  '2024-02-29 12:00:00 A',
  '2024-02-29 12:00:00 Europe/Berlin',
  '2024-02-29 12:00:00 America/New_York',
  '2024-02-29 12:00:00UTC',
  '2024-02-29 12:00:00 UTC+2',
  '2024-02-29 12:00:00 UTC UTC',
  '2024-02-29 12:00:00 +0200 UTC',
  '2024-02-29 12:00:00 +0000 CET',
  '2024-02-29 12:00:00 +0000 UTC m=+0.000000001',
  '2024-02-29 12:00:00 AM',
  '2024-02-30 12:00:00 UTC',
  '2024-02-29 25:00:00 UTC',
  '2024-02-29 +00:00',
  'Thu Feb 29 2024 12:00:00',
  'Thu Feb 29 2024',
  'Thu Feb 29 2024 12:00:00 PST-0800',
  'Thu Feb 30 2024 12:00:00 GMT+0000',
  'Thu Feb 29 2024 12:00:00 GMT+2',
  'Thu Feb 29 12:00:00 2024',
  'Thu Feb 29 12:00:00 GMT 2024',
  'February 29 2024 12:00:00 GMT',
  'Feb 29, 2024 12:00:00 GMT',
  'Thu, 29 Feb 2024 12:00:00',
  'Thu, 29 Feb 2024',
  'Thu, 29 Feb 24 12:00:00 GMT',
  'Thu, 29-Feb-2024 12:00:00 GMT',
  'Thursday, 29-Feb-24 12:00:00 GMT',
  'Thu, 29 Feb 2024 12:00:00 EST',
  'Thu, 29 Feb 2024 12:00:00 GMT+0200',
  'Thu, 30 Feb 2024 12:00:00 GMT',
  'Thu, 29 Feb 2023 12:00:00 GMT',
  'Thu, 00 Feb 2024 12:00:00 GMT',
  'Thu, 029 Feb 2024 12:00:00 GMT',
  'Don, 29 Feb 2024 12:00:00 GMT',
  'Thu, 29 Fév 2024 12:00:00 GMT',
  'Thu, 29Feb2024 12:00:00 GMT',
  'Thu29 Feb 2024 12:00:00 GMT',
  'Thu, 29 Feb 2024 12:00:00 GMT (open',
  'Thu, 29 Feb 2024 12:00:00 GMT closed)',
  'Thu, 29 Feb 2024 12:00:00 GMT (a) (b)',
  '02/03/2024',
  '02/29/2024 12:00:00 UTC',
  '29.02.2024',
  '2024/02/29',
  '20240229T120000Z',
  '2024-W09-4',
  '2024-060',
  '+002024-02-29T12:00:00Z',
  '12:00',
  'Thu',
  'Thu,',
  'Feb',
  '(2024-02-29)',
  '()',
  ')',
  '',
])('%s is no date', (text) => {
  expect(parseDateText(text)).toBeUndefined();
});

test('what Date writes is what Date meant, in all its forms', () => {
  for (let day = 0; day < 40_000; day += 37) {
    const date = new Date(Date.UTC(1990, 0, 1) + day * 86_399_000);
    expect([String(date), parseDateText(String(date))]).toEqual([String(date), date.getTime()]);
    expect(parseDateText(date.toUTCString())).toBe(date.getTime());
    expect(parseDateText(date.toISOString())).toBe(date.getTime());
  }
});
