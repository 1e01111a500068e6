import { spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createSimulator } from '../../src/simulator/index';
import { identify, job, KEY } from './running-service';
import { until } from './waiting';

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

const serve = (...argv: string[]): Promise<Running> => serveWith({}, ...argv);

async function serveWith(env: Record<string, string>, ...argv: string[]): Promise<Running> {
  const child = spawn(process.execPath, [...COMMAND, ...argv], {
    cwd: root,
    env: { ...process.env, ...env },
  });
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

const post = (origin: string, url: string, body: unknown): Promise<Response> =>
  fetch(origin + url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

async function startPx(latencyMs = 0) {
  const simulator = createSimulator({ apiKey: KEY, latencyMs });
  const { origin } = await simulator.listen();
  cleanups.push(() => simulator.close());
  return { simulator, origin };
}

test('--request-timeout ends requests that PX does not answer', async () => {
  const px = await startPx();
  px.simulator.configure({ faults: [{ fault: 'hang' }] });
  const running = await serve('--px-url', px.origin, '--request-timeout', '50');
  const body = { input: [job(1, identify())], destType: 'gainsight_px' };
  const reply = await post(running.origin, '/routerTransform', body);
  // Within the time of one plan only two attempts would fit with the default.
  expect(await reply.json()).toMatchObject({
    output: [{ statusCode: 504, error: expect.stringContaining('given up after 3 attempts: users.update') }],
  });
});

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
  // An identify of an unknown user takes two requests, and so longer than the grace time.
  const px = await startPx(1_500);
  const running = await serve('--px-url', px.origin, '--grace-ms', '2000');
  const body = (user: string) => ({ input: [job(1, identify(user))], destType: 'gainsight_px' });
  const before = post(running.origin, '/routerTransform', body('u1'));
  await until(() => px.simulator.requests.total > 0);
  running.child.kill('SIGTERM');
  await until(async () => (await fetch(`${running.origin}/health`)).status === 503);
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
  await expect(serve('--upstream', 'nonsense')).rejects.toThrow(/--upstream: expected a URL/);
  // Here the key is a password: `serve` fails when it is shown.
  await expect(serve('--upstream', `http://user:${KEY}@127.0.0.1`)).rejects.toThrow(
    /--upstream: expected a URL/,
  );
  await expect(serve('--px-url', 'https://example.com')).rejects.toThrow(/not on this machine/);
});

/** A file that is gone after the test. */
function fileWith(text: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'gainsight-px-'));
  cleanups.push(() => {
    rmSync(folder, { recursive: true });
  });
  const file = path.join(folder, 'defaults.json');
  writeFileSync(file, text);
  return file;
}

test('--defaults holds for every destination, and its keys are logged without their values', async () => {
  const px = await startPx();
  const defaults = { userAttributeMap: [{ from: 'tier', to: 'level' }], pageEvents: true };
  const file = fileWith(`\uFEFF${JSON.stringify(defaults)}`);
  const running = await serve('--px-url', px.origin, '--defaults', file);
  await post(running.origin, '/routerTransform', {
    input: [job(1, identify('u1', { tier: 'gold' }))],
    destType: 'gainsight_px',
  });
  expect(px.simulator.state.users.get('u1')).toMatchObject({ customAttributes: { level: 'gold' } });
  running.child.kill('SIGINT');
  const { stdout } = await running.ended;
  expect(stdout).toContain('"defaults":["userAttributeMap","pageEvents"]');
});

test.each([
  ['', /not valid JSON/],
  ['{"pageEvents": true', /not valid JSON/],
  ['[]', /expected an object, found array/],
  ['null', /expected an object, found null/],
  [`{"apiKey": "${KEY}"}`, /apiKey: not allowed here/],
  ['{"productTagKey": "AP-1"}', /productTagKey: not allowed here/],
  [
    `{"pageEvent": true, "sendIp": "${KEY}", "${'x'.repeat(3)}": 1, "dataCenter": {"web": "EU", "ios": "US"}}`,
    /did you mean pageEvents.*xxx: not a key.*sendIp: expected true or false.*dataCenter: expected one/,
  ],
])('faults in the file of --defaults end the start, all in one line: %s', async (text, line) => {
  await expect(serve('--defaults', fileWith(text))).rejects.toThrow(line);
});

test('a file of --defaults that cannot be read ends the start with exit code 2', async () => {
  await expect(serve('--defaults', '/nowhere/defaults.json')).rejects.toThrow(
    /cannot read the defaults file/,
  );
  const child = spawn(process.execPath, [...COMMAND, '--defaults', fileWith('{')], { cwd: root });
  expect(await new Promise((resolve) => child.once('close', resolve))).toBe(2);
});

test('what --upstream forwards is logged without its path, which may hold a write key', async () => {
  const urls: (string | undefined)[] = [];
  const upstream = createServer(({ url }, response) => {
    urls.push(url);
    response.end();
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    upstream.close();
    upstream.closeAllConnections();
  });
  const running = await serve('--upstream', `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`);
  const url = '/v1/sources/some-write-key?writeKey=some-write-key';
  await post(running.origin, url, '{}');
  expect(urls).toEqual([url]);
  running.child.kill('SIGINT');
  const { stdout } = await running.ended;
  expect(stdout).toContain('"route":"forwarded"');
  expect(stdout).not.toContain('some-write-key');
});

describe('--live', () => {
  const TOKEN = { GAINSIGHT_PX_LIVE_TOKEN: 'live-token-55bb02' };
  const events = (origin: string, headers = {}): Promise<Response> =>
    fetch(`${origin}/live/events`, { headers });

  test('shows the events to this machine, says so in the log, and stops with the service', async () => {
    const px = await startPx();
    const running = await serve('--px-url', px.origin, '--live', '--requests-per-second', '7');
    await post(running.origin, '/routerTransform', {
      input: [job(1, identify('ada@example.com'))],
      destType: 'gainsight_px',
    });
    const page = await fetch(`${running.origin}/live`);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const answer = (await (await events(running.origin)).json()) as { events: unknown[]; now: object };
    expect(answer.events).toMatchObject([{ userId: 'ada@example.com', code: 'delivered' }]);
    expect(answer.now).toMatchObject({ limit: 7 });
    await until(() => running.stderr().includes(`${running.origin}/live`));
    running.child.kill('SIGINT');
    const { code, stdout, stderr } = await running.ended;
    expect(code).toBe(0);
    expect(stdout).toContain('"live":true');
    expect(stdout + stderr).not.toContain('ada@');
  });

  test('is off by default, whatever the environment says', async () => {
    const running = await serveWith(TOKEN);
    expect((await events(running.origin)).status).toBe(500);
    expect((await fetch(`${running.origin}/live`)).status).toBe(500);
  });

  test('beyond loopback needs a token, and shows none', async () => {
    for (const host of ['0.0.0.0', '::', '192.0.2.7', 'example.com', '::ffff:0.0.0.0'])
      await expect(serve('--live', '--host', host)).rejects.toThrow(
        `--live on ${host}: set GAINSIGHT_PX_LIVE_TOKEN to a token for its callers: 16 to 200 printable`,
      );
    const noToken = serveWith({ GAINSIGHT_PX_LIVE_TOKEN: '' }, '--live', '--host', '0.0.0.0');
    await expect(noToken).rejects.toThrow(/--live on 0.0.0.0: set GAINSIGHT_PX_LIVE_TOKEN to a token/);
    for (const token of [' ', 'abc:123', 'short'])
      for (const host of ['0.0.0.0', '127.0.0.1']) {
        const refused = serveWith({ GAINSIGHT_PX_LIVE_TOKEN: token }, '--live', '--host', host);
        await expect(refused).rejects.toThrow(/set GAINSIGHT_PX_LIVE_TOKEN to a token/);
        await expect(refused).rejects.not.toThrow(/abc:123|short/);
      }
  });

  test('an empty token counts as none, as each empty variable of this command', async () => {
    const running = await serveWith({ GAINSIGHT_PX_LIVE_TOKEN: '' }, '--live', '--host', '127.0.0.1');
    expect((await events(running.origin)).status).toBe(200);
  });

  test.each(['127.0.0.1', '0.0.0.0'])('with a token on %s, the events need it', async (host) => {
    const running = await serveWith(TOKEN, '--live', '--host', host);
    const origin = running.origin.replace('0.0.0.0', '127.0.0.1');
    expect((await events(origin)).status).toBe(401);
    const authorization = `Bearer ${TOKEN.GAINSIGHT_PX_LIVE_TOKEN}`;
    expect((await events(origin, { authorization })).status).toBe(200);
    running.child.kill('SIGINT');
    const { stdout, stderr } = await running.ended;
    expect(stdout + stderr).not.toContain(TOKEN.GAINSIGHT_PX_LIVE_TOKEN);
  });
});

describe('--ingest', () => {
  const TOKEN = { GAINSIGHT_PX_INGEST_TOKEN: 'ingest-token-77aa01' };
  const config = JSON.stringify({ apiKey: KEY, productTagKey: 'AP-TEST-2' });

  test('takes messages with the token of the environment, and says so in the log', async () => {
    const px = await startPx();
    const running = await serveWith(TOKEN, '--px-url', px.origin, '--ingest', '--config', fileWith(config));
    const headers = { authorization: `Bearer ${TOKEN.GAINSIGHT_PX_INGEST_TOKEN}` };
    const body = JSON.stringify(identify('ada'));
    const reply = await fetch(`${running.origin}/v1/deliver`, { method: 'POST', headers, body });
    expect(await reply.json()).toMatchObject({ delivered: 1 });
    expect([...px.simulator.state.users.keys()]).toEqual(['ada']);
    expect((await fetch(`${running.origin}/v1/deliver`, { method: 'POST', body })).status).toBe(401);
    running.child.kill('SIGINT');
    const { stdout, stderr } = await running.ended;
    expect(stdout).toContain('"ingest":true');
    expect(stdout + stderr).not.toContain(TOKEN.GAINSIGHT_PX_INGEST_TOKEN);
  });

  test('what is missing ends the start, and shows no token', async () => {
    const file = fileWith(config);
    const short = { GAINSIGHT_PX_INGEST_TOKEN: 'abc:123' };
    for (const none of [{}, { GAINSIGHT_PX_INGEST_TOKEN: '' }])
      await expect(serveWith(none, '--ingest', '--config', file)).rejects.toThrow(
        /--ingest: set GAINSIGHT_PX_INGEST_TOKEN to a token/,
      );
    const refused = serveWith(short, '--ingest', '--config', file);
    await expect(refused).rejects.toThrow(/16 to 200 printable ASCII/);
    await expect(refused).rejects.not.toThrow(/abc:123/);
    await expect(serveWith(TOKEN, '--ingest')).rejects.toThrow(/apiKey/);
    await expect(serve('--config', file)).rejects.toThrow(/--config has no use without --ingest/);
  });
});
