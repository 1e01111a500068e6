import { loopbackOrigin } from '../../src/cli/options';
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
