import type { Summary } from '../../src/cli/deliver/report/summary';
import { freePorts } from '../engines/engine';
import { startRedis, type RedisServer } from '../engines/redis-server';
import { asLines, cleanUp, cli, startCli, startPx } from './cli';

const PASSWORD = 'tr@p-d00r';
const ENV = { GAINSIGHT_PX_REDIS_PASSWORD: PASSWORD };

let server: RedisServer | undefined;

beforeAll(async () => {
  server = await startRedis(['--requirepass', PASSWORD, '--appendonly', 'no']);
});
afterAll(() => server?.stop());
afterEach(cleanUp);

const testWithRedis = (name: string, run: () => Promise<void>): void => {
  test(name, async () => {
    if (server !== undefined) await run();
  });
};

/** The metrics of a service, once it listens. */
async function metricsOf(port: number): Promise<string> {
  for (;;) {
    const response = await fetch(`http://127.0.0.1:${port}/metrics`).catch(() => undefined);
    if (response !== undefined) return response.text();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const tracks = (count: number): string =>
  asLines(
    ...Array.from({ length: count }, (_, number) => ({ type: 'track', userId: `u${number}`, event: 'e' })),
  );

testWithRedis('two runs share the requests of a day, and both say that they are used up', async () => {
  const { simulator, pxArgs } = await startPx();
  const args = ['deliver', '-', '--json', '--requests-per-day', '50', '--redis', server!.url, ...pxArgs];
  const runs = await Promise.all([1, 2].map(() => cli(args, { stdin: tracks(40), env: ENV })));
  const delivered = runs.map(({ stdout }) => (JSON.parse(stdout) as Summary).messages.delivered);
  expect(delivered[0]! + delivered[1]!).toBe(50);
  expect(simulator.state.events.total).toBe(50);
  for (const { stderr } of runs) expect(stderr).toMatch(/^Redis at 127\.0\.0\.1:\d+ answers: /m);
});

testWithRedis('objects that one run has written are left out by the next', async () => {
  const { simulator, pxArgs } = await startPx();
  const stdin = asLines({
    type: 'identify',
    userId: 'ada',
    traits: { title: 'Dr.' },
    timestamp: '2024-01-01T00:00:00Z',
  });
  const args = ['deliver', '-', '--json', '--skip-unchanged', '10m', '--redis', server!.url, ...pxArgs];
  for (const requests of [1, 0]) {
    simulator.reset('requests');
    expect((await cli(args, { stdin, env: ENV })).code).toBe(0);
    expect(simulator.requests.total).toBe(requests);
  }
});

testWithRedis('serve shows in its metrics whether limits are shared', async () => {
  const [port] = (await freePorts(1)) as [number];
  const env = { ...ENV, GAINSIGHT_PX_REDIS_URL: server!.url };
  const run = startCli(['serve', '--port', String(port)], { env });
  const metrics = await metricsOf(port);
  expect(metrics).toMatch(/^gainsight_px_redis_connected 1$/m);
  expect(metrics).toMatch(/^gainsight_px_redis_processes 1$/m);
  run.signal('SIGINT');
  expect((await run.ended).code).toBe(0);
});

test.each([
  ['--redis', 'redis://px:tr%40p-d00r@127.0.0.1', {}],
  ['--redis', 'redis://px:tr%40p-d00r@127.0.0.1:x', {}],
  ['--redis', 'tr%40p-d00r', {}],
  ['GAINSIGHT_PX_REDIS_URL', 'redis://px:tr%40p-d00r@h/x', {}],
])('a wrong %s is refused before anything is sent, and not shown', async (place, url) => {
  const { simulator, pxArgs } = await startPx();
  const isOption = place === '--redis';
  for (const command of ['deliver', 'serve']) {
    const px = command === 'deliver' ? pxArgs : pxArgs.slice(2);
    const argv = [command, ...px, ...(isOption ? ['--redis', url] : [])];
    const env = isOption ? {} : { GAINSIGHT_PX_REDIS_URL: url };
    const { code, stdout, stderr } = await cli(argv, { stdin: tracks(1), env });
    expect(code).toBe(2);
    expect(stderr).toMatch(new RegExp(`^error: ${place}: expected a URL`));
    expect(stdout + stderr).not.toContain('d00r');
  }
  expect(simulator.requests.total).toBe(0);
});

test('a Redis that is not there does not stop a process that knows its share', async () => {
  const { simulator, pxArgs } = await startPx();
  const [port] = (await freePorts(1)) as [number];
  const args = ['--redis', `redis://127.0.0.1:${port}`, '--redis-processes', '4', ...pxArgs];
  const { code, stderr } = await cli(['deliver', '-', ...args], { stdin: tracks(3) });
  expect(code).toBe(0);
  expect(stderr).toMatch(
    /Redis does not answer \(.*ECONNREFUSED\)\): this process sends its share, 45 requests per second, as one of 4/,
  );
  expect(simulator.state.events.total).toBe(3);
});

test('nothing is shared by a dry run and by a simulation', async () => {
  const { pxArgs } = await startPx();
  for (const target of ['--dry-run', '--simulate']) {
    const args = ['deliver', '-', target, '--redis', 'redis://127.0.0.1:1', ...pxArgs.slice(0, 2)];
    expect((await cli(args, { stdin: tracks(1) })).code).toBe(0);
  }
});
