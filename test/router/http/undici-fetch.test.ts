import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHttpFetch } from '../../../src/router';
import { systemClock } from '../../../src/runtime/clock';
import { PX_API } from '../../../src/destinations/gainsight_px/api/px-answers';
import { createFetchTransport } from '../../../src/router/http/fetch-transport';
import type { AttemptResult } from '../../../src/router/http/transport';
import type { RequestDescriptor } from '../../../src';

/** The claims of a transport, held for the client of the command and the service, over a real connection. */
let server: Server;

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function exchange(listener: RequestListener, requestTimeoutMs = 5_000): Promise<AttemptResult> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const request: RequestDescriptor = {
    method: 'PUT',
    endpoint: `http://127.0.0.1:${port}/v1/users/ada@example.com`,
    endpointPath: 'users',
    headers: { 'X-APTRINSIC-API-KEY': 'key', 'Content-Type': 'application/json' },
    body: { email: 'ada@example.com' },
  };
  const transport = createFetchTransport({
    api: PX_API,
    fetch: createHttpFetch(),
    clock: systemClock,
    requestTimeoutMs,
    maxAnswerBytes: 65_536,
  });
  return transport(request, true);
}

test('method, path, headers and body arrive, and the answer is read', async () => {
  const seen: unknown[] = [];
  const result = await exchange((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { 'x-aptrinsic-api-key': key, 'content-length': length } = request.headers;
      seen.push(request.method, request.url, key, length, body);
      response.writeHead(429, { 'Retry-After': '2' }).end('{"externalapierror":{"message":"slow down"}}');
    });
  });
  expect(seen).toEqual(['PUT', '/v1/users/ada@example.com', 'key', '27', '{"email":"ada@example.com"}']);
  expect(result).toMatchObject({ status: 429, retryAfterMs: 2_000, summary: '"slow down"' });
});

test('a redirect is not followed', async () => {
  let requests = 0;
  const result = await exchange((request, response) => {
    requests += 1;
    request.resume();
    response.writeHead(302, { Location: '/elsewhere' }).end();
  });
  expect({ status: result.status, requests }).toEqual({ status: 302, requests: 1 });
});

test('a connection that breaks before the answer is an exchange without a status', async () => {
  const result = await exchange((request) => request.socket.destroy());
  expect(result).toMatchObject({ errorCode: 'UND_ERR_SOCKET' });
  expect(result.status).toBeUndefined();
});

test('an answer that breaks off keeps its status', async () => {
  const result = await exchange((request, response) => {
    request.resume();
    response.writeHead(200, { 'Content-Length': '100' });
    response.write('{', () => response.destroy());
  });
  expect(result).toMatchObject({ status: 200, errorCode: 'UND_ERR_SOCKET' });
});

test('a request that hangs ends with its time', async () => {
  expect(await exchange((request) => request.resume(), 20)).toMatchObject({ errorCode: 'TIMEOUT' });
});

test('of a long answer only the beginning is read', async () => {
  const result = await exchange((request, response) => {
    request.resume();
    response.writeHead(200);
    response.end('x'.repeat(1_000_000));
  });
  expect(result.status).toBe(200);
  expect(result.text).toHaveLength(65_536);
});
