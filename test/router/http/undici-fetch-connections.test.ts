import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createHttpFetch, type Fetch } from '../../../src/router';
import { systemClock } from '../../../src/runtime/clock';
import { PX_API } from '../../../src/destinations/gainsight_px/api/px-answers';
import { createFetchTransport } from '../../../src/router/http/fetch-transport';
import { classifyAttempt } from '../../../src/router/http/classify-attempt';
import type { AttemptResult } from '../../../src/router/http/transport';
import type { RequestDescriptor } from '../../../src';
import { settled } from '../../__mocks__/clock.fake';

/** What the connections of the client do when a server is unkind to them: every byte of an answer is written here. */
const sockets = new Set<Socket>();
let server: Server;

/** A server that calls back with each request, as text with its body. */
async function listen(onRequest: (socket: Socket, request: string) => void): Promise<string> {
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const head = text.indexOf('\r\n\r\n') + 4;
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
      if (head < 4 || text.length < head + length) return;
      const request = text;
      text = '';
      onRequest(socket, request);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  server.close();
  await once(server, 'close');
});

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}';

/** Far longer than any of this takes: an answer that is only given up after its time fails the test. */
const REQUEST_TIMEOUT_MS = 60_000;

function sender(fetch: Fetch = createHttpFetch()): (origin: string, id?: string) => Promise<AttemptResult> {
  const transport = createFetchTransport({
    api: PX_API,
    fetch,
    clock: systemClock,
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    maxAnswerBytes: 65_536,
  });
  return (origin, id = 'ada') => transport(request(origin, id), true);
}

function request(origin: string, id: string): RequestDescriptor {
  return {
    method: 'PUT',
    endpoint: `${origin}/v1/users/${id}`,
    endpointPath: 'users',
    headers: { 'X-APTRINSIC-API-KEY': 'key', 'Content-Type': 'application/json' },
    body: { email: 'ada@example.com' },
  };
}

/** What an answer of these bytes is to the router. */
async function answered(bytes: string, end = false): Promise<AttemptResult> {
  const origin = await listen((socket) => {
    if (end) socket.end(bytes);
    else socket.write(bytes);
  });
  return sender()(origin);
}

it('a connection is used again', async () => {
  const used: Socket[] = [];
  const origin = await listen((socket) => {
    used.push(socket);
    socket.write(OK);
  });
  const send = sender();
  await send(origin);
  await settled();
  await send(origin);
  expect(used).toHaveLength(2);
  expect(used[1] === used[0]).toBe(true);
});

it('an idle connection is closed after four seconds, whatever the server allows', async () => {
  const origin = await listen((socket) => {
    socket.write(OK.replace('\r\n', '\r\nKeep-Alive: timeout=600\r\n'));
  });
  await sender()(origin);
  const [socket] = sockets;
  await once(socket!, 'close');
}, 60_000);

it('a connection whose end has just arrived is not used again', async () => {
  const seen: string[] = [];
  const origin = await listen((socket, text) => {
    seen.push(/users\/(\S+)/.exec(text)![1]!);
    socket.write(OK);
  });
  const send = sender();
  for (let id = 0; id < 100; id += 1) {
    expect(await send(origin, String(id))).toMatchObject({ status: 200 });
    await settled();
    // The end of the connection lies in the kernel now, and nothing in this process has read it yet.
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  }
  expect(seen).toEqual(Array.from({ length: 100 }, (_, id) => String(id)));
});

describe('an answer that nobody expects is answered at once', () => {
  it.each([
    ['101', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
    ['101', 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n'],
    ['103, without end', 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'.repeat(10_000)],
  ])('%s', async (status, bytes) => {
    const exchange = await answered(bytes);
    expect(exchange.status).toBe(Number(status.slice(0, 3)));
    expect(classifyAttempt(exchange, 'upsert')).toBe('unavailable');
  });

  it.each([
    ['100 that was not asked for', 'HTTP/1.1 100 Continue\r\n\r\n', false],
    ['a head that is broken off', 'HTTP/1.1 200 OK\r\nContent-Le', true],
    ['nothing at all', '', true],
    ['what is no HTTP', 'SSH-2.0-OpenSSH_9.6\r\n', false],
    ['a head without end', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(1_000_000)}`, false],
  ])('%s: no usable answer', async (_, bytes, end) => {
    expect(classifyAttempt(await answered(bytes, end), 'upsert')).toBe('unreachable');
  });

  it('upgrade headers on another status change nothing', async () => {
    const exchange = await answered(OK.replace('\r\n', '\r\nConnection: upgrade\r\nUpgrade: h2c\r\n'));
    expect(exchange).toMatchObject({ status: 200, text: '{}' });
  });

  it('interim answers before the final one are passed over', async () => {
    const exchange = await answered(`HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n${OK}`);
    expect(exchange).toMatchObject({ status: 200, text: '{}' });
  });
});

it('a 204 that has a body all the same harms no later request', async () => {
  const origin = await listen((socket) => {
    socket.write(
      'HTTP/1.1 204 No Content\r\nContent-Length: 40\r\n\r\nHTTP/1.1 404 Not Found\r\n\r\n'.padEnd(120, 'x'),
    );
  });
  const send = sender();
  for (let id = 0; id < 20; id += 1) expect(await send(origin)).toMatchObject({ status: 204 });
});

test('a request tells when it leaves: not before its connection is there', async () => {
  const order: string[] = [];
  const origin = await listen((socket) => {
    order.push('arrived');
    socket.write(OK);
  });
  server.on('connection', () => order.push('connected'));
  const fetch = createHttpFetch();
  const send = async (): Promise<void> => {
    const { signal } = new AbortController();
    const onLeave = (): void => void order.push('left');
    const headers = { host: 'px.example' };
    const answer = await fetch(origin, { method: 'GET', headers, redirect: 'manual', signal, onLeave });
    const reader = answer.body!.getReader();
    while ((await reader.read()).done !== true);
    order.push('answered');
  };
  await send();
  await send();
  // The server may see the connection before or after the client does.
  expect(order.filter((event) => event !== 'connected')).toEqual([
    ...['left', 'arrived', 'answered'],
    ...['left', 'arrived', 'answered'],
  ]);
});
