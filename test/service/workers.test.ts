import { spawn, type ChildProcess } from 'node:child_process';
import http from 'node:http';
import path from 'node:path';
import { createSimulator } from '../../src/simulator/index';
import { identify, job, KEY } from './running-service';
import { until } from './waiting';

const root = path.resolve(__dirname, '../..');
const COMMAND = ['--import', 'tsx', path.join(root, 'src/cli/main.ts'), 'serve', '--workers', '2'];

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

type Line = Readonly<Record<string, unknown>>;

/** `serve --workers 2` as a process of its own; its log by lines. */
function start(...argv: string[]) {
  const child: ChildProcess = spawn(process.execPath, [...COMMAND, ...argv], { cwd: root });
  let [stdout, stderr] = ['', ''];
  child.stdout!.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr!.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  cleanups.push(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const lines = (): Line[] =>
    stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Line);
  return { child, ended, lines, stderr: () => stderr };
}

async function serving(...argv: string[]) {
  const simulator = createSimulator({ apiKey: KEY, latencyMs: 20 });
  const { origin: pxUrl } = await simulator.listen();
  cleanups.push(() => simulator.close());
  const running = start('--port', '0', '--px-url', pxUrl, ...argv);
  await until(() => running.lines().length > 0 || running.child.exitCode !== null);
  const { origin } = running.lines()[0] as { origin: string };
  const get = async (url: string): Promise<string> => (await fetch(origin + url)).text();
  const workers = async (): Promise<unknown> => (JSON.parse(await get('/health')) as Line).workers;
  return { ...running, simulator, origin, get, workers };
}

/** Posts a job over a connection of its own, so that any worker may get it; resolves with the status of the job. */
function post(origin: string, user: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      `${origin}/routerTransform`,
      { method: 'POST', agent: false, headers: { 'content-type': 'application/json' } },
      (reply) => {
        let text = '';
        reply.on('data', (chunk: Buffer) => (text += chunk.toString()));
        reply.on('end', () => {
          resolve((JSON.parse(text) as { output: { statusCode: number }[] }).output[0]!.statusCode);
        });
      },
    );
    request.on('error', reject);
    request.end(
      JSON.stringify({ input: [job(1, identify(user), { userId: user })], destType: 'gainsight_px' }),
    );
  });
}

test('two processes serve one port; health and metrics are of both; SIGTERM ends both', async () => {
  const { origin, child, ended, lines, simulator, get, workers, stderr } = await serving('--grace-ms', '50');
  expect(lines()).toMatchObject([{ msg: 'listening', workers: 2, origin }]);
  await until(() => stderr().includes(`DEST_TRANSFORM_URL=${origin}`));
  expect(await workers()).toEqual({ serving: 2, expected: 2 });

  const users = Array.from({ length: 12 }, (_, number) => `u${number}`);
  expect(new Set(await Promise.all(users.map((user) => post(origin, user))))).toEqual(new Set([299]));
  expect([...simulator.state.users.keys()].sort()).toEqual([...users].sort());

  const metrics = await get('/metrics');
  expect(metrics).toContain('http_requests_total{route="/routerTransform",status="200"} 12');
  expect(metrics).toMatch(/^gainsight_px_workers 2$/m);
  expect(metrics).toMatch(/^gainsight_px_worker_restarts_total 0$/m);

  // What is in flight is finished.
  const { total } = simulator.requests;
  const last = [post(origin, 'late 1'), post(origin, 'late 2')];
  await until(() => simulator.requests.total >= total + 2);
  child.kill('SIGTERM');
  expect(await Promise.all(last)).toEqual([299, 299]);
  expect(await ended).toBe(0);
  expect(lines().filter(({ msg }) => msg === 'stopped')).toHaveLength(3);
});

test('--live shows the events of both workers, whichever answers; a cursor holds for both, and a dead worker hangs nothing', async () => {
  const { origin, lines } = await serving('--live');
  const users = Array.from({ length: 12 }, (_, number) => `u${number}`);
  await Promise.all(users.map((user) => post(origin, user)));
  await until(() => lines().filter(({ msg }) => msg === 'request').length === 12);
  // Over connections of their own, any worker answers.
  const ask = async (query = '') => {
    const reply = await fetch(`${origin}/live/events${query}`, { headers: { connection: 'close' } });
    return (await reply.json()) as {
      events: { userId: string; atMs: number }[];
      cursor: string;
      bound: number;
    };
  };
  const answers = await Promise.all(Array.from({ length: 6 }, () => ask()));
  for (const { events, bound } of answers) {
    expect(events.map(({ userId }) => userId).sort()).toEqual([...users].sort());
    expect(events.map(({ atMs }) => atMs)).toEqual(events.map(({ atMs }) => atMs).sort((a, b) => a - b));
    expect(bound).toBe(600);
  }
  const { cursor } = answers[0]!;
  expect((await ask(`?after=${cursor}`)).events).toEqual([]);
  await post(origin, 'later');
  expect((await ask(`?after=${cursor}`)).events).toMatchObject([{ userId: 'later' }]);

  const { pid } = lines().find(({ msg }) => msg === 'request') as { pid: number };
  process.kill(pid, 'SIGKILL');
  const left = await ask();
  expect(left.events.length).toBeLessThanOrEqual(13);
  await until(async () => (await ask()).bound === 600);
  expect(await post(origin, 'meanwhile')).toBe(299);
  expect((await ask(`?after=${cursor}`)).events.map(({ userId }) => userId)).toContain('meanwhile');
});

test('a worker that is killed is replaced, and the port stays open', async () => {
  const { origin, child, ended, lines, get, workers } = await serving();
  await Promise.all(['a', 'b', 'c', 'd'].map((user) => post(origin, user)));
  // Which workers have served is not known; one of them has.
  const isServing = ({ msg }: Line): boolean => msg === 'request';
  await until(() => lines().some(isServing));
  const { pid } = lines().find(isServing) as { pid: number };
  process.kill(pid, 'SIGKILL');
  await until(async () => (await get('/metrics')).includes('gainsight_px_worker_restarts_total 1'));
  expect(await post(origin, 'meanwhile')).toBe(299);
  await until(async () => JSON.stringify(await workers()) === '{"serving":2,"expected":2}');
  expect(lines()).toContainEqual(
    expect.objectContaining({
      pid,
      signal: 'SIGKILL',
      msg: 'a worker process ended by itself and is replaced',
    }),
  );
  child.kill('SIGINT');
  expect(await ended).toBe(0);
});

test('a port that is taken is one error line and exit code 2, as with one process', async () => {
  const taken = http.createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => taken.close());
  const { port } = taken.address() as { port: number };
  const { ended, stderr } = start('--port', String(port));
  expect(await ended).toBe(2);
  expect(stderr()).toBe(
    `error: cannot listen on 127.0.0.1, port ${port} (EADDRINUSE): choose another --port, or 0 for a free one\n`,
  );
});
