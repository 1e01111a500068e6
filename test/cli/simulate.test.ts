import { type AddressInfo, createServer } from 'node:net';
import { cli, jsonLines, startCli, type Running } from './cli';

const originOf = async (running: Running) =>
  (JSON.parse(await running.firstLine) as { origin: string }).origin;

const put = (origin: string, key = 'any') =>
  fetch(`${origin}/v1/users/ada`, {
    method: 'PUT',
    headers: { 'X-APTRINSIC-API-KEY': key, 'Content-Type': 'application/json' },
    body: JSON.stringify({ title: 'Countess' }),
  });

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s ends it with exit code 0, and the counts by route',
  async (name) => {
    const running = startCli(['simulate', '--json']);
    const origin = await originOf(running);
    expect((await put(origin)).status).toBe(404);
    running.signal(name);
    const { code, stdout } = await running.ended;
    expect(code).toBe(0);
    expect(jsonLines(stdout)[1]).toMatchObject({ requests: { total: 1, byRoute: { 'users.update': 1 } } });
    await expect(put(origin)).rejects.toThrow();
    expect(running.listeners()).toBe(0);
  },
);

test('--json says on one line where it listens: on loopback', async () => {
  const running = startCli(['simulate', '--json']);
  const ready = JSON.parse(await running.firstLine) as Record<string, unknown>;
  expect(ready).toEqual({
    baseUrl: `http://127.0.0.1:${String(ready.port)}/v1`,
    origin: `http://127.0.0.1:${String(ready.port)}`,
    port: expect.any(Number),
  });
  running.signal('SIGINT');
  await running.ended;
});

test('for the eye it says how to pxArgs at it, and ends with tables', async () => {
  const running = startCli(['simulate']);
  const text = await running.firstLine;
  const origin = /--px-url (\S+)/.exec(text)?.[1] ?? '';
  await put(origin);
  running.signal('SIGINT');
  const { stdout } = await running.ended;
  expect(stdout).toMatch(/users\.update +1\n/);
  expect(stdout).toMatch(/404 +1\n/);
});

test('faults, the rate limit and the required key are those of the options', async () => {
  const argv = [
    'simulate',
    '--json',
    '--fault',
    '503@users.update:nth=1',
    '--fault',
    '500@users.update:nth=2',
  ];
  const running = startCli([...argv, '--rate-limit', '3', '--retry-after', '7', '--require-key'], {
    env: { GAINSIGHT_PX_API_KEY: 'demanded' },
  });
  const origin = await originOf(running);
  expect((await put(origin, 'demanded')).status).toBe(503);
  expect((await put(origin, 'demanded')).status).toBe(500);
  expect((await put(origin, 'another')).status).toBe(401);
  const limited = await Promise.all([1, 2, 3, 4, 5].map(() => put(origin, 'demanded')));
  const refused = limited.find(({ status }) => status === 429);
  expect(refused?.headers.get('retry-after')).toBe('7');
  running.signal('SIGTERM');
  expect((await running.ended).stdout).not.toContain('demanded');
});

test('--latency-ms delays each answer', async () => {
  const running = startCli(['simulate', '--json', '--latency-ms', '80']);
  const origin = await originOf(running);
  const began = performance.now();
  await put(origin);
  expect(performance.now() - began).toBeGreaterThanOrEqual(75);
  running.signal('SIGINT');
  await running.ended;
});

test.each([
  ['a fault that does not exist', ['--fault', 'flood'], 'flood'],
  ['a route that does not exist', ['--fault', '500@nowhere'], 'nowhere'],
  ['a rate of nothing', ['--rate-limit', '0'], 'at least 1'],
  ['a Retry-After without a limit', ['--retry-after', '1'], '--rate-limit'],
  ['a key to require that is not set', ['--require-key'], 'GAINSIGHT_PX_API_KEY'],
  ['a port beyond all ports', ['--port', '70000'], '--port'],
])('%s is a usage error', async (_, flags, mend) => {
  const { code, stdout, stderr } = await cli(['simulate', ...flags]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^error: [^\n]+\n$/);
  expect(stderr).toContain(mend);
});

test('a port that is taken is a usage error that offers another', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const { code, stderr } = await cli(['simulate', '--port', String(port)]);
  expect(code).toBe(2);
  expect(stderr).toContain('EADDRINUSE');
  await new Promise((resolve) => server.close(resolve));
});

test('the products, the attributes and what the key may do are those of the options', async () => {
  const running = startCli([
    'simulate',
    '--json',
    ...['--product-tag-key', 'AP-A-2', '--product-tag-key', 'AP-B-2'],
    ...['--attribute', 'user.a=b.c=STRING', '--attribute', 'account.arr=NUMBER:DISABLED'],
    ...['--key-may', 'read', '--refuse-with', '403-html'],
  ]);
  const origin = await originOf(running);
  const read = async (path: string): Promise<unknown> =>
    (await fetch(`${origin}/v1/admin/${path}`, { headers: { 'X-APTRINSIC-API-KEY': 'any' } })).json();
  expect(await read('subscription')).toMatchObject({
    products: [{ propertyKey: 'AP-A-2' }, { propertyKey: 'AP-B-2' }],
  });
  expect(await read('model/user/attributes')).toMatchObject([
    { apiName: 'a=b.c', type: 'STRING', state: 'ENABLED' },
  ]);
  expect(await read('model/account/attributes')).toMatchObject([{ apiName: 'arr', state: 'DISABLED' }]);
  const refused = await put(origin);
  expect([refused.status, await refused.text()]).toEqual([403, expect.stringContaining('<html>')]);
  running.signal('SIGINT');
  await running.ended;
});

test.each(['plan=STRING', 'user.plan', 'user.plan=TEXT', 'user.=STRING', 'users.plan=STRING'])(
  'the attribute %s is refused with what is expected',
  async (rule) => {
    const { code, stderr } = await cli(['simulate', '--attribute', rule]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('user.plan=STRING') as string,
    });
  },
);
