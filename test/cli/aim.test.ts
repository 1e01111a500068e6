import { aimAt } from '../../src/cli/aim';
import { UsageError } from '../../src/cli/settings';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

test('what is meant for PX goes to the base URL: path, query, method, headers and body as they are', async () => {
  const received: { url?: string | undefined; method?: string | undefined; key?: unknown }[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    received.push({ url: request.url, method: request.method, key: request.headers['x-aptrinsic-api-key'] });
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const send = aimAt(`http://127.0.0.1:${port}/v1`);
  const { signal } = new AbortController();
  const headers = { 'X-APTRINSIC-API-KEY': 'k' };
  const init = { method: 'PUT', headers, redirect: 'manual', signal } as const;
  for (const host of ['api', 'api-eu', 'api-us2']) {
    await send(`https://${host}.aptrinsic.com/v2/users/a%2Bb@c?hardDelete=true`, init);
  }
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  const expected = { url: '/v2/users/a%2Bb@c?hardDelete=true', method: 'PUT', key: 'k' };
  expect(received).toEqual([expected, expected, expected]);
});

test.each(['http://127.0.0.1:80', 'http://localhost:8080/v1', 'https://127.1.2.3', 'http://[::1]:9'])(
  '%s is a place to send to',
  (url) => {
    expect(aimAt(url)).toBeInstanceOf(Function);
  },
);

test.each([
  'https://api.aptrinsic.com',
  'http://127.0.0.1.example.com',
  'http://localhost.example.com',
  'http://0.0.0.0',
  'http://10.0.0.1',
  'http://127.0.0.1@example.com',
  'file:///etc',
  '127.0.0.1:80',
  'localhost',
  '',
])('%s is refused: the key would leave this machine', (url) => {
  expect(() => aimAt(url)).toThrow(UsageError);
});
