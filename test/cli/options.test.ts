import { InvalidArgumentError, Option } from 'commander';
import { duration, durationText, loopbackOrigin, optionText } from '../../src/cli/options';
import { UsageError } from '../../src/cli/io';

test.each([
  ['http://127.0.0.1:80', 'http://127.0.0.1'],
  ['http://localhost:8080/v1', 'http://localhost:8080'],
  ['https://127.1.2.3', 'https://127.1.2.3'],
  ['http://[::1]:9', 'http://[::1]:9'],
])('%s is a place to send to', (url, origin) => {
  expect(loopbackOrigin(url)).toBe(origin);
});

test.each([
  'https://api.aptrinsic.com',
  'http://127.0.0.1.example.com',
  'http://localhost.example.com',
  'http://0.0.0.0',
  'http://10.0.0.1',
  'http://127.0.0.1@example.com',
  'http://user:password@127.0.0.1',
  'file:///etc',
  '127.0.0.1:80',
  'localhost',
  '',
])('%s is refused: the key would leave this machine', (url) => {
  expect(() => loopbackOrigin(url)).toThrow(UsageError);
});

test.each([
  ['0', 0],
  ['0s', 0],
  ['1ms', 1],
  ['500ms', 500],
  ['90s', 90_000],
  ['015m', 900_000],
  ['1h', 3_600_000],
  ['24d', 24 * 86_400_000],
])('the duration %s is %d ms, and is written as one that means the same', (text, ms) => {
  expect(duration(text)).toBe(ms);
  expect(duration(durationText(ms))).toBe(ms);
});

test.each([
  '',
  '10',
  '1.5h',
  '-1s',
  '10 m',
  '1h30m',
  'm',
  '5M',
  '1e3ms',
  '25d',
  '9'.repeat(400) + 's',
  'none',
])('the duration %p is refused', (text) => {
  expect(() => duration(text)).toThrow(InvalidArgumentError);
});

test.each([
  [0, '0'],
  [1_500, '1500ms'],
  [90_000, '90s'],
  [900_000, '15m'],
  [86_400_000, '1d'],
])('%d ms are written as %s on a command line', (ms, text) => {
  expect(durationText(ms)).toBe(text);
  expect(optionText(new Option('--for <duration>').argParser(duration), ms)).toBe(text);
});
