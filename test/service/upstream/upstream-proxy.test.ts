import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { buildSync } from 'esbuild';
import { createService, type Service, type ServiceOptions } from '../../../src/service';
import { cleanUp, DESTINATION, job, track, world } from '../running-service';
import { settled, until } from '../waiting';

// As one file, in which nothing is loaded by `import()` any more: Jest cannot do that, and the front loads its proxy library so.
jest.mock('../../../src/service', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'gainsight-px-front-'));
  const outfile = path.join(directory, 'service.cjs');
  const entry = path.resolve(__dirname, '../../../src/service/index.ts');
  buildSync({ entryPoints: [entry], bundle: true, platform: 'node', target: 'node20', outfile });
  const service: unknown = jest.requireActual(outfile);
  rmSync(directory, { recursive: true });
  return service;
});

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
  await cleanUp();
});

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

interface Upstream {
  readonly origin: string;
  readonly port: number;
  /** What it was asked, but for its features. */
  readonly seen: readonly Seen[];
  /** How often it was asked for its features. */
  readonly polls: () => number;
  readonly stop: () => Promise<void>;
}

type Answering = (response: http.ServerResponse, request: Seen) => void;

const FEATURES = { routerTransform: { HS: true }, supportSourceTransformV1: true, regulations: ['AM'] };
const MERGED = {
  routerTransform: { HS: true, GAINSIGHT_PX: true },
  supportSourceTransformV1: true,
  regulations: ['AM', 'GAINSIGHT_PX'],
};

const answering: Answering = (response, { url }) => {
  response
    .writeHead(url.includes('missing') ? 404 : 207, { apiVersion: '2', 'x-from': 'upstream' })
    .end('{"from": "upstream"}');
};
const telling: Answering = (response) => response.end(JSON.stringify(FEATURES));

/** Another transformer. */
async function startUpstream(
  answer: Answering = answering,
  features: Answering = telling,
  port = 0,
): Promise<Upstream> {
  const seen: Seen[] = [];
  let polls = 0;
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const asked = { method, url, headers, body: Buffer.concat(chunks) };
      if (url.endsWith('/features')) {
        polls += 1;
        features(response, asked);
        return;
      }
      seen.push(asked);
      answer(response, asked);
    });
  });
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  cleanups.push(stop);
  return { ...(await listening(server, port)), seen, polls: () => polls, stop };
}

async function listening(server: net.Server, port = 0): Promise<{ origin: string; port: number }> {
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const { port: taken } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${taken}`, port: taken };
}

/** A port on which nothing listens. */
async function freePort(): Promise<number> {
  const server = net.createServer();
  const { port } = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

interface Front {
  readonly service: Service;
  readonly origin: string;
  readonly port: number;
  /** Everything that was logged, each line with its level. */
  readonly logged: () => string;
}

async function startFront(upstream: string, options: ServiceOptions = {}): Promise<Front> {
  let lines = '';
  const note =
    (level: string) =>
    (fields: object, message: string): void => {
      lines += `${level} ${JSON.stringify(fields)} ${message}\n`;
    };
  const log = { info: note('info'), warn: note('warn'), error: note('error') };
  const { service } = await world({ upstream, log, ...options });
  return { service, ...(await service.listen({ port: 0 })), logged: () => lines };
}

interface Reply {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

type CallOptions = http.RequestOptions & { readonly body?: string | Buffer };

/** Over a connection of its own; fails when there is no whole answer. */
function call(url: string, { body, ...options }: CallOptions = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { agent: false, ...options }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const { statusCode = 0, headers } = response;
        resolve({ status: statusCode, headers, body: Buffer.concat(chunks) });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

const post = (url: string, body: string | Buffer, headers: http.OutgoingHttpHeaders = {}): Promise<Reply> =>
  call(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });

const json = ({ body }: Reply): unknown => JSON.parse(body.toString());

interface Connection {
  readonly socket: net.Socket;
  /** All that came, once the other side has closed the connection. */
  readonly ended: Promise<string>;
  readonly received: () => string;
}

/** Sends a text as it is. */
function connect(port: number, text: string): Connection {
  const socket = net.connect(port, '127.0.0.1', () => socket.write(text));
  cleanups.push(() => socket.destroy());
  let received = '';
  socket.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')));
  socket.on('error', () => undefined);
  const ended = new Promise<string>((resolve) => socket.once('close', () => resolve(received)));
  return { socket, ended, received: () => received };
}

describe('what is forwarded', () => {
  test("with the live page off, its paths are the upstream's; with it on, only its own two", async () => {
    const other = await startUpstream();
    const off = await startFront(other.origin);
    expect((await call(`${off.origin}/live`)).status).toBe(207);
    expect((await call(`${off.origin}/live/events?user=ada`)).status).toBe(207);
    const on = await startFront(other.origin, { live: { page: 'the page' } });
    expect((await call(`${on.origin}/live`)).body.toString()).toBe('the page');
    expect(json(await call(`${on.origin}/live/events`))).toMatchObject({ events: [] });
    for (const path of ['/live/other', '/lively']) expect((await call(on.origin + path)).status).toBe(207);
    expect((await post(`${on.origin}/live/events`, '{}')).status).toBe(207);
    expect(other.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /live',
      'GET /live/events?user=ada',
      'GET /live/other',
      'GET /lively',
      'POST /live/events',
    ]);
  });

  test('events of other destinations are not shown', async () => {
    const other = await startUpstream();
    const front = await startFront(other.origin, { live: {} });
    await post(
      `${front.origin}/routerTransform`,
      JSON.stringify({ input: [job(1, track())], destType: 'braze' }),
    );
    expect(json(await call(`${front.origin}/live/events`))).toMatchObject({
      events: [],
      now: { seconds: [] },
    });
  });

  test('this destination is served here, all else goes on byte for byte, the three routes that name it in the body too', async () => {
    const other = await startUpstream();
    const { origin } = await startFront(`${other.origin}/prefix`);
    const odd = '{ "destType":"braze",  "input":[ {"a":1.0} ] }\n';
    const urls = [
      '/routerTransform',
      '/batch',
      '/v0/destinations/braze?x=%20y',
      '/v1/destinations/braze/proxy',
      '/customTransform',
      '/v0/sources/missing',
    ];
    for (const url of urls) {
      const reply = await post(origin + url, odd, { 'x-content-format': 'json+compactedv1' });
      expect([reply.status, reply.headers['x-from'], reply.body.toString()]).toEqual([
        url.includes('missing') ? 404 : 207,
        'upstream',
        '{"from": "upstream"}',
      ]);
    }
    await post(`${origin}/deleteUsers`, `[${odd}]`);
    expect(other.seen.map(({ url }) => url)).toEqual([...urls, '/deleteUsers'].map((url) => `/prefix${url}`));
    for (const { body, headers } of other.seen.slice(0, -1)) {
      expect(body.toString()).toBe(odd);
      expect(headers['x-content-format']).toBe('json+compactedv1');
    }

    const ours = JSON.stringify({ input: [job(1, track())], destType: 'GAINSIGHT_PX' });
    const reply = json(await post(`${origin}/routerTransform`, ours)) as { output: { statusCode: number }[] };
    expect(reply.output[0]!.statusCode).toBe(299);
    const events = JSON.stringify([job(1, track())]);
    expect((await post(`${origin}/v0/destinations/gainsight_px`, events)).status).toBe(200);
    expect((await call(`${origin}/health`)).status).toBe(200);
    expect(other.seen).toHaveLength(urls.length + 1);
  });

  test('what names this destination in its body is never forwarded: erasures, whose body is an array, and /batch too', async () => {
    const other = await startUpstream((response) => response.writeHead(404).end());
    const { origin } = await startFront(other.origin);
    const { Config: config } = DESTINATION;
    const erasure = [{ jobId: '1', destType: 'gainsight_px', config, userAttributes: [{ userId: 'u1' }] }];
    const erased = await post(`${origin}/deleteUsers`, JSON.stringify(erasure));
    expect([erased.status, json(erased)]).toEqual([200, [{ statusCode: 200, status: 'successful' }]]);
    const batch = await post(`${origin}/batch`, '{"input":[],"destType":"gainsight_px"}');
    expect([batch.status, json(batch)]).toEqual([500, { error: 'this service has no such route' }]);
    expect(other.seen).toEqual([]);
  });

  test('compressed bodies are not touched, neither way', async () => {
    const [sent, answer] = [gzipSync(randomBytes(3_000_000)), gzipSync(randomBytes(3_000_000))];
    const other = await startUpstream((response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(answer),
    );
    const { origin } = await startFront(other.origin);
    const reply = await post(`${origin}/v0/destinations/braze`, sent, { 'content-encoding': 'gzip' });
    expect(other.seen[0]!.headers['content-encoding']).toBe('gzip');
    expect(other.seen[0]!.body.equals(sent)).toBe(true);
    expect(reply.headers['content-encoding']).toBe('gzip');
    expect(reply.body.equals(answer)).toBe(true);
  });

  test.each(['/v0/destinations/braze', '/routerTransform'])(
    'headers and query come through on %s',
    async (url) => {
      const other = await startUpstream((response) => {
        response
          .writeHead(200, { 'x-one': 'a', 'set-cookie': ['b=1', 'c=2'], 'content-type': 'text/odd; x=1' })
          .end('ok');
      });
      const { origin } = await startFront(other.origin);
      const reply = await post(`${origin}${url}?a=1&a=%2F&b`, '{"destType":"braze"}', {
        'content-type': 'application/vnd.odd+json; charset=utf-8',
        'x-two': 'd',
      });
      expect(other.seen[0]!.url).toBe(`${url}?a=1&a=%2F&b`);
      expect(other.seen[0]!.headers).toMatchObject({
        'content-type': 'application/vnd.odd+json; charset=utf-8',
        'x-two': 'd',
        host: new URL(other.origin).host,
      });
      expect(reply.headers).toMatchObject({
        'x-one': 'a',
        'set-cookie': ['b=1', 'c=2'],
        'content-type': 'text/odd; x=1',
      });
      expect(reply.body.toString()).toBe('ok');
    },
  );

  test('HEAD', async () => {
    const other = await startUpstream((response) => response.writeHead(200, { 'content-length': 7 }).end());
    const { origin } = await startFront(other.origin);
    const reply = await call(`${origin}/other?x=1`, { method: 'HEAD' });
    expect(other.seen).toMatchObject([{ method: 'HEAD', url: '/other?x=1' }]);
    expect([reply.status, reply.headers['content-length'], reply.body.length]).toEqual([200, '7', 0]);
  });

  test('an answer without a body', async () => {
    const other = await startUpstream((response) => response.writeHead(204, { 'x-one': 'a' }).end());
    const { origin } = await startFront(other.origin);
    expect(await post(`${origin}/batch`, '{}')).toMatchObject({ status: 204, headers: { 'x-one': 'a' } });
  });

  test('headers of one connection stay on their side', async () => {
    const other = await startUpstream((response) => {
      response.writeHead(200, {
        connection: 'keep-alive, x-hop',
        'keep-alive': 'timeout=3',
        'proxy-authenticate': 'Basic',
        trailer: 'x-late',
        'x-hop': '1',
        'x-end': '2',
      });
      response.end('ok');
    });
    const { port } = await startFront(other.origin);
    const head = [
      'POST /v0/destinations/braze HTTP/1.1',
      'host: x',
      'connection: close, x-mine',
      'x-mine: 1',
      'x-end: 2',
      'keep-alive: timeout=5',
      'te: trailers',
      'trailer: x-late',
      'proxy-authorization: Basic abc',
      'proxy-connection: keep-alive',
      'upgrade: h2c',
      'expect: 100-continue',
      'content-length: 2',
    ];
    const reply = await connect(port, `${head.join('\r\n')}\r\n\r\n[]`).ended;
    expect(reply).toMatch(/HTTP\/1\.1 200 /);
    expect(other.seen[0]!.body.toString()).toBe('[]');
    expect(Object.keys(other.seen[0]!.headers).sort()).toEqual([
      'connection',
      'content-length',
      'host',
      'x-end',
    ]);
    expect(other.seen[0]!.headers.connection).toBe('keep-alive');
    expect(reply).toMatch(/^connection: close\r$/im);
    expect(reply).toMatch(/^x-end: 2\r$/m);
    expect(reply).not.toMatch(/^(keep-alive|proxy-authenticate|trailer|x-hop):/im);
  });

  test.each(['keep-alive', 'te', 'proxy-authorization', 'expect'])(
    'a request with %s is forwarded',
    async (name) => {
      const other = await startUpstream();
      const { origin } = await startFront(other.origin);
      const value = name === 'expect' ? '100-continue' : 'x';
      expect((await post(`${origin}/batch`, '{}', { [name]: value })).status).toBe(207);
      expect((await post(`${origin}/other`, '{}', { [name]: value })).status).toBe(207);
    },
  );

  test('while the service ends, a forwarded answer closes its connection', async () => {
    const held: http.ServerResponse[] = [];
    const other = await startUpstream((response) => held.push(response));
    const { service, port } = await startFront(other.origin);
    const { ended } = connect(port, 'GET /other HTTP/1.1\r\nhost: x\r\n\r\n');
    await until(() => held.length === 1);
    const stopped = service.stop({ drainMs: 10_000 });
    await settled();
    held[0]!.end('late');
    expect(await ended).toMatch(/^HTTP\/1\.1 200 [^]*^connection: close\r$[^]*late/m);
    await stopped;
  });

  test('an answer that breaks off in the middle is not taken for a whole one', async () => {
    const other = await startUpstream((response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('[1,', () => response.destroy());
    });
    const { origin, port } = await startFront(other.origin);
    await expect(call(`${origin}/other`)).rejects.toThrow(/aborted/);
    const received = await connect(port, 'GET /other HTTP/1.1\r\nhost: x\r\n\r\n').ended;
    expect(received).toContain('[1,');
    // The end of a chunked body.
    expect(received).not.toMatch(/^0\r$/m);
  });
});

test('an answer of a status that there is not ends neither the front nor its way to the upstream', async () => {
  const server = net.createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end('HTTP/1.1 700 Odd\r\ncontent-length: 3\r\n\r\nodd'));
  });
  cleanups.push(() => new Promise((resolve) => server.close(resolve)));
  const { origin } = await startFront((await listening(server)).origin);
  for (let time = 0; time < 3; time += 1) {
    const reply = await call(`${origin}/other`);
    expect([reply.status, reply.headers.apiversion]).toEqual([500, '2']);
  }
});

test('a large body of another destination, which waits for its answer, holds up no large body of ours', async () => {
  const held: http.ServerResponse[] = [];
  const other = await startUpstream((response) => held.push(response));
  const { origin } = await startFront(other.origin, { bodyMemoryBytes: 300 });
  const theirs = post(
    `${origin}/routerTransform`,
    JSON.stringify({ input: ['x'.repeat(200_000)], destType: 'braze' }),
  );
  await until(() => held.length === 1);
  const ours = await post(
    `${origin}/routerTransform`,
    JSON.stringify({ input: [job(1, track())], destType: 'gainsight_px' }),
  );
  expect(ours.status).toBe(200);
  held[0]!.end('{}');
  expect((await theirs).status).toBe(200);
});

test('an upstream that does not go on is left alone when the client leaves', async () => {
  const cut = jest.fn();
  const other = await startUpstream((response) => {
    response.once('close', cut);
    response.flushHeaders();
  });
  const { origin, port } = await startFront(other.origin);
  const { socket } = connect(port, 'GET /other HTTP/1.1\r\nhost: x\r\n\r\n');
  await until(() => other.seen.length === 1);
  // Over here the head of the answer has arrived as well, then.
  for (let more = 0; more < 10; more += 1) await call(`${origin}/health`);
  socket.destroy();
  await until(() => cut.mock.calls.length === 1);
});

describe('an upstream that is away', () => {
  test('is something to be tried again, and not called a fault of this service', async () => {
    const { origin, logged } = await startFront(`http://127.0.0.1:${await freePort()}`);
    for (const url of ['/routerTransform', '/batch', '/v0/destinations/braze']) {
      const reply = await post(origin + url, '{"input":[],"destType":"braze"}');
      expect(reply.status).toBeGreaterThanOrEqual(500);
      expect(reply.headers.apiversion).toBe('2');
      expect(json(reply)).toEqual({ error: 'the upstream transformer could not be reached' });
    }
    const line = 'warn {"error":"ECONNREFUSED"} the upstream transformer could not be reached';
    expect(
      logged()
        .split('\n')
        .filter((text) => !text.startsWith('info')),
    ).toEqual([line, line, line, '']);
  });

  test('is so for a client that is still sending as well', async () => {
    const { origin } = await startFront(`http://127.0.0.1:${await freePort()}`);
    const reply = await post(`${origin}/v0/destinations/braze`, Buffer.alloc(20_000_000));
    expect([reply.status, reply.headers['x-rudder-should-retry']]).toEqual([503, 'true']);
  });

  test.each(['at once', 'after its headers'])('so is one that hangs up %s', async (when) => {
    const other = await startUpstream((response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', etag: 'x' });
      if (when === 'at once') response.destroy();
      else {
        response.flushHeaders();
        setImmediate(() => response.destroy());
      }
    });
    const { origin, logged } = await startFront(other.origin);
    const reply = await post(`${origin}/v0/destinations/braze`, '[]');
    expect(reply.status).toBe(503);
    expect(reply.headers['content-encoding']).toBeUndefined();
    expect(logged()).toContain('warn {"error":"UND_ERR_SOCKET"} the upstream transformer could not');
    expect(logged()).not.toContain('internal error');
  });

  test('a client that goes away while it sends is not taken for that', async () => {
    const other = await startUpstream();
    const { port, logged } = await startFront(other.origin);
    const { socket } = connect(port, 'POST /other HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n[');
    await until(() => socket.bytesWritten > 0);
    await settled();
    socket.destroy();
    await until(() => logged().includes('warn {"error":"BodyError"} a request could not be read'));
    expect(logged()).not.toContain('upstream transformer');
  });

  test('a certificate that nobody vouches for is not taken', async () => {
    const server = https.createServer({ key: TLS_KEY, cert: TLS_CERTIFICATE }, (_request, response) => {
      response.end('{}');
    });
    const { port } = await listening(server);
    cleanups.push(() => server.close());
    const { origin, logged } = await startFront(`https://127.0.0.1:${port}`, { featuresWaitMs: 50 });
    expect((await post(`${origin}/batch`, '{}')).status).toBe(500);
    expect(logged()).toContain('"DEPTH_ZERO_SELF_SIGNED_CERT"');
    await expect(call(`${origin}/features`)).rejects.toThrow('socket hang up');
  });
});

describe('features', () => {
  test('are those of the upstream with this destination added, and remembered when it is away', async () => {
    const urls: string[] = [];
    const other = await startUpstream(undefined, (response, asked) => {
      urls.push(asked.url);
      telling(response, asked);
    });
    const { origin } = await startFront(`${other.origin}/prefix/`);
    expect(json(await call(`${origin}/features`))).toEqual(MERGED);
    expect(urls).toEqual(['/prefix/features']);
    await other.stop();
    expect(json(await call(`${origin}/features`))).toEqual(MERGED);
  });

  test('an upstream without any is an old transformer, as the host thinks too', async () => {
    const other = await startUpstream(undefined, (response) => response.writeHead(404).end());
    const { origin } = await startFront(other.origin);
    expect(json(await call(`${origin}/features`))).toEqual({
      routerTransform: { MARKETO: true, HS: true, GAINSIGHT_PX: true },
      regulations: ['AM', 'GAINSIGHT_PX'],
      supportSourceTransformV1: true,
      upgradedToSourceTransformV2: true,
    });
  });

  test('an upstream that is not up yet is asked again: any answer without them would let the host start with its own', async () => {
    const port = await freePort();
    const { origin } = await startFront(`http://127.0.0.1:${port}`, { featuresWaitMs: 2_000 });
    const answer = call(`${origin}/features`);
    let answered = false;
    void answer.finally(() => (answered = true));
    let ready = false;
    const other = await startUpstream(
      undefined,
      (response, asked) => (ready ? telling(response, asked) : response.writeHead(503).end('{}')),
      port,
    );
    await until(() => other.polls() >= 2);
    expect(answered).toBe(false);
    ready = true;
    expect(json(await answer)).toEqual(MERGED);
  });

  test('one that tells none in time gets the connection closed without an answer', async () => {
    const hanging = await startUpstream(undefined, () => undefined);
    const { port, logged } = await startFront(hanging.origin, { featuresWaitMs: 50 });
    expect(await connect(port, 'GET /features HTTP/1.1\r\nhost: x\r\n\r\n').ended).toBe('');
    expect(logged()).toBe('warn {} the upstream transformer has not sent its features yet\n');
  });

  test('a request without a connection gets a 503', async () => {
    const upstream = `http://127.0.0.1:${await freePort()}`;
    const { get } = await world({ upstream, featuresWaitMs: 50 });
    expect(await get('/features')).toMatchObject({ status: 503, headers: { apiversion: '2' } });
  });

  const endless: Answering = (response) => {
    const more = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(64 * 1024, ' ')));
      response.once('drain', more);
    };
    more();
  };
  const bomb: Answering = (response) => {
    const text = JSON.stringify({ ...FEATURES, more: ' '.repeat(30 * 2 ** 20) });
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(text));
  };
  const justTooLarge: Answering = (response) => response.end(JSON.stringify({ a: 'x'.repeat(2 ** 20 - 7) }));
  const tooLarge = 'its response is larger than 1048576 bytes';

  test.each<[string, Answering, string]>([
    ['without end', endless, tooLarge],
    ['of megabytes once they are decompressed', bomb, tooLarge],
    ['a byte too large', justTooLarge, tooLarge],
    ['that are no JSON', (response) => response.end('<html>'), 'its response is not a JSON object'],
    ['that are no object', (response) => response.end('[]'), 'its response is not a JSON object'],
    ['with an error', (response) => response.writeHead(502).end(), 'it answers 502'],
  ])('%s are not taken, and those told last hold', async (_name, features, fault) => {
    let isOdd = false;
    const other = await startUpstream(undefined, (response, asked) => {
      if (isOdd) features(response, asked);
      else telling(response, asked);
    });
    const { origin, logged } = await startFront(other.origin);
    await call(`${origin}/features`);
    isOdd = true;
    for (let poll = 0; poll < 3; poll += 1) expect(json(await call(`${origin}/features`))).toEqual(MERGED);
    const line = `warn {"error":"${fault}"} the features of the upstream transformer could not be read\n`;
    expect(logged()).toBe(line);
  });

  test('as large as may be are taken', async () => {
    const text = JSON.stringify({ ...FEATURES, more: '' });
    const full = text.replace('"more":""', `"more":"${'x'.repeat(2 ** 20 - text.length)}"`);
    const other = await startUpstream(undefined, (response) => response.end(full));
    const { origin } = await startFront(other.origin);
    expect(json(await call(`${origin}/features`))).toMatchObject(MERGED);
  });

  test.each([301, 302, 303, 307, 308])('are not looked for where a redirect leads: %i', async (status) => {
    const elsewhere = await startUpstream();
    const other = await startUpstream(undefined, (response) =>
      response.writeHead(status, { location: `${elsewhere.origin}/features` }).end(),
    );
    const { port, logged } = await startFront(other.origin, { featuresWaitMs: 50 });
    expect(await connect(port, 'GET /features HTTP/1.1\r\nhost: x\r\n\r\n').ended).toBe('');
    expect(elsewhere.polls()).toBe(0);
    expect(logged()).toContain(`"it answers ${status}, and this service follows no redirect"`);
  });

  test('are not waited for when the client is gone', async () => {
    const other = await startUpstream(undefined, (response) => response.writeHead(503).end());
    const { port, logged } = await startFront(other.origin);
    const { socket } = connect(port, 'GET /features HTTP/1.1\r\nhost: x\r\n\r\n');
    await until(() => other.polls() === 1);
    socket.destroy();
    await until(() => logged() !== '');
    expect(other.polls()).toBe(1);
  });

  test.each(['is away', 'hangs'])(
    'are not waited for when the service ends and the upstream %s',
    async (how) => {
      const other = await startUpstream(undefined, (response) => {
        if (how === 'is away') response.writeHead(503).end();
      });
      const { service, port } = await startFront(other.origin);
      const { ended } = connect(port, 'GET /features HTTP/1.1\r\nhost: x\r\n\r\n');
      await until(() => other.polls() === 1);
      await service.stop();
      expect(await ended).toBe('');
    },
  );
});

describe('request targets that no host sends', () => {
  const ask = (port: number, target: string, body = '[]'): Promise<string> =>
    connect(
      port,
      `POST ${target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    ).ended;

  test.each([
    'http://elsewhere/x',
    'HTTP://elsewhere:99/x',
    'http://127.0.0.1/../x',
    '*',
    '/..',
    '/../x',
    '/a/../../x',
    '/a/..',
    '/%2e%2e/x',
    '/.%2E/x',
    '/%2e%2e%2fx',
    '/..%2f..%2fx',
    '/..%5c..%5cx',
    '/a%5c..%5cx',
    '/..;/x',
    '/...',
    '/.',
    '/./x',
    '/%2e/x',
    '/a\\b',
    '/..\\..\\x',
    '/a#b',
    '/%zz',
    '/%ff/x',
  ])(
    '%s is refused, with and without a prefix, and is not called a fault of this service',
    async (target) => {
      const other = await startUpstream();
      for (const prefix of ['', '/pre/fix']) {
        const { port, logged } = await startFront(other.origin + prefix);
        const received = await ask(port, target);
        expect(received).toMatch(/^HTTP\/1\.1 500 [^]*\r\napiVersion: 2\r\n/i);
        expect(logged()).toMatch(/^warn /m);
        expect(logged()).not.toMatch(/^error /m);
      }
      expect(other.seen).toEqual([]);
    },
  );

  test.each([
    '//elsewhere/x',
    '///x',
    '//routerTransform',
    '/a%00b',
    '/a%0d%0ax',
    '/%252e%252e/x',
    '/a..b/.c',
    '/[...all]',
    '/@elsewhere/x',
    '/:80/x',
    '/x?a=../..&b=http://elsewhere/',
  ])('%s is forwarded as it is, below the prefix', async (target) => {
    const other = await startUpstream();
    for (const prefix of ['', '/pre/fix']) {
      const { port } = await startFront(other.origin + prefix);
      await ask(port, target);
      expect(other.seen.at(-1)?.url).toBe(prefix + target);
    }
  });

  test('of another destination on a route of ours one is refused, too', async () => {
    const other = await startUpstream();
    const { port, logged } = await startFront(other.origin);
    expect(await ask(port, 'http://elsewhere/routerTransform', '{"destType":"braze"}')).toMatch(
      /^HTTP\/1\.1 500 /,
    );
    expect(other.seen).toEqual([]);
    expect(logged()).not.toMatch(/^error /m);
  });

  test.each(['elsewhere:443', '\\x', '?x', '/a\u0001b', '/a\u007fb', '/a\tb', '/é'])(
    '%j is no target to Node: something to be tried again',
    async (target) => {
      const { port, logged } = await startFront((await startUpstream()).origin);
      expect(await ask(port, target)).toMatch(/^HTTP\/1\.1 503 [^]*\r\nX-Rudder-Should-Retry: true\r\n/);
      expect(logged()).not.toMatch(/^error /m);
    },
  );
});

describe('what Node cannot read as a request', () => {
  const RETRY = /^HTTP\/1\.1 503 Service Unavailable\r\n/;
  const BROKEN = 'host: x\r\ntransfer-encoding: chunked\r\n\r\n5\r\n[1,2,\r\nno chunk\r\n';

  test.each([
    ['a broken chunked coding', `POST /v0/destinations/gainsight_px HTTP/1.1\r\n${BROKEN}`],
    ['a broken chunked coding of what is forwarded', `POST /v0/destinations/braze HTTP/1.1\r\n${BROKEN}`],
    ['headers that are too large', `GET /health HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`],
    ['no HTTP', 'nonsense\r\n\r\n'],
  ])('%s is something to be tried again, on the same terms as all else', async (_what, text) => {
    const { service, logged, port } = await startFront((await startUpstream()).origin);
    const received = await connect(port, text).ended;
    const [head = '', body = ''] = received.split('\r\n\r\n');
    expect(head).toMatch(RETRY);
    for (const line of ['apiVersion: 2', 'X-Rudder-Should-Retry: true', 'Connection: close'])
      expect(head.split('\r\n')).toContain(line);
    expect(head).toContain(`Content-Length: ${body.length}`);
    expect(JSON.parse(body)).toEqual({ error: 'the request could not be read' });
    expect(logged()).toMatch(
      /^warn \{"error":"HPE_\w+"\} a request could not be read; the host sends it again$/m,
    );
    expect((await service.inject({ method: 'GET', url: '/health' })).statusCode).toBe(200);
  });

  test('it is not answered into the middle of an answer', async () => {
    const server = http.createServer((_request, response) => {
      response.writeHead(200).write('begun');
    });
    const { origin } = await listening(server);
    cleanups.push(() => server.close());
    const { port } = await startFront(origin);
    const head = 'POST /v0/destinations/braze HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n';
    const { socket, received, ended } = connect(port, `${head}1\r\n[\r\n`);
    await until(() => received().includes('begun'));
    socket.write('no chunk\r\n');
    expect((await ended).match(/HTTP\/1\.1/g)).toHaveLength(1);
  });

  test('a connection that is reset does no harm', async () => {
    const { origin, port, logged } = await startFront((await startUpstream()).origin);
    const { socket } = connect(
      port,
      'POST /v0/destinations/gainsight_px HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n[',
    );
    await until(() => socket.bytesWritten > 0);
    await call(`${origin}/health`);
    socket.resetAndDestroy();
    await until(() => logged().includes('could not be read'));
    expect((await call(`${origin}/health`)).status).toBe(200);
  });
});

test.each([
  'nonsense',
  'ftp://127.0.0.1',
  'http://user:pa55word@127.0.0.1',
  'http://user@127.0.0.1',
  'http://127.0.0.1/?a=b',
  'http://127.0.0.1/#x',
  'http://127.0.0.1/?',
])('%s is refused as an upstream, and not shown', (upstream) => {
  let message = '';
  try {
    createService({ upstream });
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    ({ message } = error as Error);
  }
  expect(message).toBe('upstream: expected a URL with http or https, without user, query and fragment');
});

/** For 127.0.0.1, from 2020 to 2120, signed by itself. */
const TLS_KEY = `-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIBDPa+iCK+9vt72N3GrIjXzUglBXWCpE5qXKH8HVv2t2
-----END PRIVATE KEY-----`;
const TLS_CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBCjCBvaADAgECAgEBMAUGAytlcDAUMRIwEAYDVQQDDAkxMjcuMC4wLjEwIBcN
MjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMMCTEyNy4w
LjAuMTAqMAUGAytlcAMhALNphavXy8/bNAUWD7Effesmy0oJRz0/eQNqH7fDVrAy
ozIwMDAPBgNVHREECDAGhwR/AAABMB0GA1UdDgQWBBRPzQ5ewUmfZxG4ZIDyNQuj
yIAiOzAFBgMrZXADQQCVzkl2UNwQRdxFFlSG5gqHO8gT2mO+f1rcgC4MV3uDMj7f
8Rhoh0Y6FEUeEzfptHQWQaDbU2XfajbREilVy90L
-----END CERTIFICATE-----`;
