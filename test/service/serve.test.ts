import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { createSimulator } from '../../src/simulator/index';
import { identify, job, KEY, track } from './host';

jest.setTimeout(60_000);

const root = path.resolve(__dirname, '../..');
/** The command as a process of its own, without a build. */
const COMMAND = ['--import', 'tsx', path.join(root, 'src/cli/main.ts'), 'serve', '--port', '0'];

interface Running {
  readonly child: ChildProcess;
  readonly origin: string;
  readonly ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
  readonly stderr: () => string;
}

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

async function serve(...argv: string[]): Promise<Running> {
  const child = spawn(process.execPath, [...COMMAND, ...argv], { cwd: root });
  let [stdout, stderr] = ['', ''];
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    child.once('close', (code) => {
      expect(stdout + stderr).not.toContain(KEY);
      resolve({ code, stdout, stderr });
    });
  });
  cleanups.push(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const origin = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      const [line = ''] = stdout.split('\n');
      if (stdout.includes('\n')) resolve((JSON.parse(line) as { origin: string }).origin);
    });
    child.once('close', () => {
      reject(new Error(stderr));
    });
  });
  return { child, origin, ended, stderr: () => stderr };
}

const post = (
  origin: string,
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> =>
  fetch(origin + url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

async function startPx(latencyMs = 0) {
  const simulator = createSimulator({ apiKey: KEY, latencyMs });
  const { origin } = await simulator.listen();
  cleanups.push(() => simulator.close());
  return { simulator, origin };
}

test('it shows the mode and what to set on the host, serves, and logs one line a request without secrets', async () => {
  const px = await startPx();
  const running = await serve('--px-url', px.origin, '--mode', 'delivery');
  const reply = await post(running.origin, '/routerTransform', {
    input: [job(1, identify('ada@example.com'))],
    destType: 'gainsight_px',
  });
  expect(reply.status).toBe(200);
  expect(reply.headers.get('apiversion')).toBe('2');
  running.child.kill('SIGINT');
  const { code, stdout, stderr } = await running.ended;
  expect(code).toBe(0);
  expect(stderr).toContain('mode delivery');
  expect(stderr).toContain(`DEST_TRANSFORM_URL=${running.origin}`);
  expect(stderr).toContain('RSERVER_ROUTER_GAINSIGHT_PX_TRANSFORMER_PROXY=true');
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.filter(({ msg }) => msg === 'request')).toMatchObject([
    { method: 'POST', route: '/routerTransform', status: 200, events: { handedOver: 1 } },
  ]);
  expect(stdout).not.toContain('ada');
});

test('SIGTERM: health turns 503, no new work is refused within the grace time, what is in flight finishes, exit 0', async () => {
  const px = await startPx(700);
  const running = await serve('--px-url', px.origin, '--grace-ms', '400');
  const body = (user: string) => ({ input: [job(1, identify(user))], destType: 'gainsight_px' });
  const before = post(running.origin, '/routerTransform', body('u1'));
  await new Promise((resolve) => setTimeout(resolve, 100));
  running.child.kill('SIGTERM');
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect((await fetch(`${running.origin}/health`)).status).toBe(503);
  const during = post(running.origin, '/routerTransform', body('u2'));
  for (const reply of [await before, await during]) {
    expect(reply.status).toBe(200);
    expect(((await reply.json()) as { output: { statusCode: number }[] }).output[0]!.statusCode).toBe(299);
  }
  expect((await running.ended).code).toBe(0);
  expect([...px.simulator.state.users.keys()].sort()).toEqual(['u1', 'u2']);
  await expect(fetch(`${running.origin}/health`)).rejects.toThrow();
});

test('a wrong option is one line and exit code 2', async () => {
  await expect(serve('--mode', 'both')).rejects.toThrow(/error: .*mode/);
  await expect(serve('--upstream', 'nonsense')).rejects.toThrow(/--upstream is no URL/);
  await expect(serve('--px-url', 'https://example.com')).rejects.toThrow(/not on this machine/);
});

describe('front mode', () => {
  interface Seen {
    readonly method: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, unknown>>;
    readonly body: string;
  }

  async function upstream(features: {
    status: number;
    body: string;
  }): Promise<{ origin: string; seen: Seen[]; server: Server }> {
    const seen: Seen[] = [];
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method = '', url = '', headers } = request;
        if (url.endsWith('/features')) {
          response.writeHead(features.status).end(features.body);
          return;
        }
        seen.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
        response
          .writeHead(url.includes('missing') ? 404 : 207, { apiVersion: '2', 'x-from': 'upstream' })
          .end('{"from": "upstream"}');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanups.push(() => {
      server.close();
      server.closeAllConnections();
    });
    return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, server };
  }

  test('this destination is served here, all else is forwarded byte for byte, the three routes that name it in the body too', async () => {
    const [px, other] = [await startPx(), await upstream({ status: 200, body: '{}' })];
    const { origin } = await serve('--px-url', px.origin, '--upstream', `${other.origin}/prefix`);
    const odd = '{ "destType":"braze",  "input":[ {"a":1.0} ] }\n';
    const calls = [
      '/routerTransform',
      '/batch',
      '/v0/destinations/braze?x=%20y',
      '/v1/destinations/braze/proxy',
      '/customTransform',
      '/v0/sources/missing',
    ];
    for (const url of calls) {
      const reply = await post(origin, url, odd, { 'x-content-format': 'json+compactedv1' });
      expect([reply.status, reply.headers.get('x-from'), await reply.text()]).toEqual([
        url.includes('missing') ? 404 : 207,
        'upstream',
        '{"from": "upstream"}',
      ]);
    }
    await post(origin, '/deleteUsers', `[${odd}]`);
    expect(other.seen.map(({ url }) => url)).toEqual(
      [...calls, '/deleteUsers'].map((url) => `/prefix${url}`),
    );
    for (const { body, headers } of other.seen.slice(0, -1)) {
      expect(body).toBe(odd);
      expect(headers['x-content-format']).toBe('json+compactedv1');
    }
    const ours = await post(origin, '/routerTransform', {
      input: [job(1, track())],
      destType: 'GAINSIGHT_PX',
    });
    expect(((await ours.json()) as { output: { statusCode: number }[] }).output[0]!.statusCode).toBe(200);
    expect((await post(origin, '/v0/destinations/gainsight_px', [job(1, track())])).status).toBe(200);
    expect((await fetch(`${origin}/health`)).status).toBe(200);
    expect(other.seen).toHaveLength(calls.length + 1);
  });

  test('what is forwarded is logged without its path, which may hold a write key', async () => {
    const other = await upstream({ status: 200, body: '{}' });
    const running = await serve('--upstream', other.origin);
    await post(running.origin, '/v1/sources/some-write-key?writeKey=some-write-key', '{}');
    running.child.kill('SIGINT');
    const { stdout } = await running.ended;
    expect(stdout).toContain('"route":"forwarded"');
    expect(stdout).not.toContain('some-write-key');
  });

  test('an upstream that is away is something to be tried again; its features are remembered', async () => {
    const other = await upstream({
      status: 200,
      body: '{"routerTransform":{"HS":true},"supportSourceTransformV1":true,"regulations":["AM"]}',
    });
    const { origin } = await serve('--upstream', other.origin);
    const merged = {
      routerTransform: { HS: true, GAINSIGHT_PX: true },
      supportSourceTransformV1: true,
      regulations: ['AM', 'GAINSIGHT_PX'],
    };
    expect(await (await fetch(`${origin}/features`)).json()).toEqual(merged);
    other.server.close();
    other.server.closeAllConnections();
    expect(await (await fetch(`${origin}/features`)).json()).toEqual(merged);
    for (const url of ['/routerTransform', '/v0/destinations/braze', '/batch']) {
      expect((await post(origin, url, { input: [], destType: 'braze' })).status).toBeGreaterThanOrEqual(500);
    }
  });

  test('an upstream without features is an old transformer, as the host thinks too', async () => {
    const other = await upstream({ status: 404, body: '' });
    const { origin } = await serve('--upstream', other.origin);
    expect(await (await fetch(`${origin}/features`)).json()).toEqual({
      routerTransform: { MARKETO: true, HS: true, GAINSIGHT_PX: true },
      regulations: ['AM', 'GAINSIGHT_PX'],
      supportSourceTransformV1: true,
      upgradedToSourceTransformV2: true,
    });
  });
});
