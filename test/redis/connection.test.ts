import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { openRedis, type RedisChange } from '../../src/redis';
import { prepareConnect, RedisAway, type RedisConnection } from '../../src/redis/connection/connect';
import { script } from '../../src/redis/connection/script';
import { readRedisSettings, type RedisSettings } from '../../src/redis/connection/settings';
import { systemClock } from '../../src/router';
import { FakeClock } from '../__mocks__/clock.fake';
import { freePorts } from '../engines/engine';
import { startRedis, type RedisServer } from '../engines/redis-server';

const PASSWORD = 'tr@p-d00r';
const ECHO = script("return {KEYS[1], ARGV[1], redis.call('PING').ok}");

let server: RedisServer | undefined;
const open: RedisConnection[] = [];
const silent: Server[] = [];

beforeAll(async () => {
  server = await startRedis(['--requirepass', PASSWORD, '--appendonly', 'no']);
});
afterAll(() => server?.stop());
afterEach(() => {
  for (const connection of open.splice(0)) connection.close();
  for (const each of silent.splice(0)) each.close();
});

const settings = (url = server!.url, password = PASSWORD): RedisSettings =>
  readRedisSettings(url, { GAINSIGHT_PX_REDIS_PASSWORD: password })!;

async function connect(
  given: RedisSettings,
  onLost: (error: RedisAway) => void = () => undefined,
  clock = systemClock,
): Promise<RedisConnection> {
  const connection = await (await prepareConnect(given, clock))(onLost);
  open.push(connection);
  return connection;
}

/** A server that accepts connections and never answers. */
async function startSilent(): Promise<{ url: string; accepted: Promise<Socket> }> {
  const listening = createServer();
  silent.push(listening);
  const accepted = new Promise<Socket>((resolve) => listening.on('connection', resolve));
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  return { url: `redis://127.0.0.1:${(listening.address() as AddressInfo).port}`, accepted };
}

const testWithRedis = (name: string, run: () => Promise<void>): void => {
  test(name, async () => {
    if (server !== undefined) await run();
  });
};

testWithRedis('scripts run with keys and arguments, before Redis knows them and afterwards', async () => {
  const connection = await connect(settings());
  const run = (): Promise<unknown> => connection.run(ECHO, ['key'], ['ä 1']);
  expect(await run()).toEqual(['key', 'ä 1', 'PONG']);
  expect(await run()).toEqual(['key', 'ä 1', 'PONG']);
  await connection.command('SCRIPT', 'FLUSH');
  expect(await run()).toEqual(['key', 'ä 1', 'PONG']);
});

testWithRedis('an error of a script is its error, and the connection stays', async () => {
  const connection = await connect(settings());
  await expect(connection.run(script('return redis.call("NONSENSE")'), [], [])).rejects.toThrow(
    /Unknown Redis command/,
  );
  expect(await connection.command('PING')).toBe('PONG');
});

test.each([
  ['no password', ''],
  ['a wrong password', 'wrong-d00r'],
])('%s is a clear error without the password', async (_, password) => {
  if (server === undefined) return;
  const wrong = connect(settings(server.url, password));
  await expect(wrong).rejects.toMatchObject({ code: 'configuration_invalid', kind: 'configuration' });
  await expect(wrong).rejects.toThrow(/refuses.*GAINSIGHT_PX_REDIS_PASSWORD/);
  await expect(wrong).rejects.toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('d00r') }),
  );
});

test('where nothing listens, Redis is away', async () => {
  const [port] = (await freePorts(1)) as [number];
  const lost: RedisAway[] = [];
  const refused = connect(settings(`redis://127.0.0.1:${port}`), (error) => lost.push(error));
  await expect(refused).rejects.toBeInstanceOf(RedisAway);
  await expect(refused).rejects.toThrow(`127.0.0.1:${port} cannot be reached (ECONNREFUSED)`);
  expect(lost).toEqual([]);
});

test('a server that accepts and does not answer is away after a second', async () => {
  const { url, accepted } = await startSilent();
  const clock = new FakeClock();
  const connecting = connect(settings(url), undefined, clock);
  connecting.catch(() => undefined);
  await accepted;
  await clock.advance(1_000);
  await expect(connecting).rejects.toThrow(/did not answer within 1000 ms/);
});

test('rediss:// begins a TLS connection', async () => {
  const { url, accepted } = await startSilent();
  const connecting = connect(settings(url.replace('redis:', 'rediss:'), PASSWORD));
  connecting.catch(() => undefined);
  const socket = await accepted;
  const [first] = await new Promise<Buffer>((resolve) => socket.once('data', resolve));
  socket.destroy();
  expect(first).toBe(0x16); // A handshake record: RFC 8446, section 5.1.
  await expect(connecting).rejects.toBeInstanceOf(RedisAway);
});

testWithRedis(
  'a command that hangs ends the connection, and says since when Redis may have done nothing',
  async () => {
    const clock = new FakeClock();
    const lost: RedisAway[] = [];
    const connection = await connect(settings(), (error) => lost.push(error), clock);
    server!.pause();
    try {
      await clock.advance(5_000);
      const hanging = [connection.command('PING'), connection.command('PING')];
      for (const each of hanging) each.catch(() => undefined);
      await clock.advance(999);
      expect(lost).toEqual([]);
      await clock.advance(1);
      for (const each of hanging) await expect(each).rejects.toBeInstanceOf(RedisAway);
      expect(lost).toMatchObject([{ sinceMs: 5_000 }]);
      await expect(connection.command('PING')).rejects.toBeInstanceOf(RedisAway);
    } finally {
      server!.resume();
    }
  },
);

testWithRedis('a connection that breaks is told once; one that is closed is not', async () => {
  const lost: RedisAway[] = [];
  let tell = (): void => undefined;
  const told = new Promise<void>((resolve) => (tell = resolve));
  const connection = await connect(settings(), (error) => {
    lost.push(error);
    tell();
  });
  const closed = await connect(settings(), (error) => lost.push(error));
  const id = String(await connection.command('CLIENT', 'ID'));
  await closed.command('CLIENT', 'KILL', 'ID', id);
  await told;
  closed.close();
  closed.close();
  await expect(closed.command('PING')).rejects.toBeInstanceOf(RedisAway);
  expect(lost).toHaveLength(1);
});

describe('openRedis', () => {
  const LIMITS = { requestsPerSecond: 100, requestsPerDay: 1_000 };
  const env = { GAINSIGHT_PX_REDIS_PASSWORD: PASSWORD };

  test('shares nothing where no Redis is named', async () => {
    expect(await openRedis({ ...LIMITS, env: {} })).toBeUndefined();
  });

  testWithRedis('tells of each change once, goes on, and comes back by itself', async () => {
    const changes: RedisChange[] = [];
    let onChange = (): void => undefined;
    const changed = (): Promise<void> => new Promise((resolve) => (onChange = resolve));
    const joined = changed();
    const shared = (await openRedis({
      ...LIMITS,
      url: server!.url,
      env,
      onChange: (change) => {
        changes.push(change);
        onChange();
        throw new Error('of the observer');
      },
    }))!;
    await joined;
    expect(shared.stats()).toEqual({ isConnected: true, processes: 1, requestsPerSecond: 100 });
    const away = changed();
    await server!.kill();
    await away;
    expect(shared.stats()).toEqual({ isConnected: false, processes: 1, requestsPerSecond: 100 });
    const back = changed();
    await server!.start();
    await back;
    await shared.close();
    await shared.close();
    const port = new URL(server!.url).port;
    expect(changes.map(({ isConnected }) => isConnected)).toEqual([true, false, true]);
    expect(changes[1]!.text).toContain('this process sends its share, 100 requests per second, as one of 1');
    expect(changes[2]!.text).toBe(
      `Redis at 127.0.0.1:${port} answers: 1 process shares 100 requests per second`,
    );
    expect(JSON.stringify(changes)).not.toContain('d00r');
  });

  test('refuses to start for ever without Redis', async () => {
    const [port] = (await freePorts(1)) as [number];
    const clock = new FakeClock();
    const opening = openRedis({ ...LIMITS, url: `redis://127.0.0.1:${port}`, env, clock });
    let isOver = false;
    const over = opening.catch((error: unknown) => error).finally(() => (isOver = true));
    while (!isOver) await clock.advance(100);
    expect(clock.nowMs()).toBeGreaterThanOrEqual(10_000);
    expect(await over).toMatchObject({ code: 'configuration_invalid' });
    expect(((await over) as Error).message).toMatch(/does not answer.*--redis-processes/);
  });

  test('starts without Redis on the share that the user names', async () => {
    const [port] = (await freePorts(1)) as [number];
    const changes: string[] = [];
    const shared = (await openRedis({
      ...LIMITS,
      url: `redis://127.0.0.1:${port}`,
      env,
      processes: 4,
      onChange: ({ text }) => changes.push(text),
    }))!;
    expect(shared.stats()).toEqual({ isConnected: false, processes: 4, requestsPerSecond: 25 });
    expect(changes).toHaveLength(1);
    await shared.close();
  });
});

test('a missing client is an error that says what to install', async () => {
  await jest.isolateModulesAsync(async () => {
    jest.doMock('@redis/client', () => {
      throw Object.assign(new Error("Cannot find module '@redis/client'"), { code: 'MODULE_NOT_FOUND' });
    });
    const { openRedis: openWithout } = await import('../../src/redis');
    const opening = openWithout({
      url: 'redis://127.0.0.1:1',
      env: {},
      requestsPerSecond: 1,
      requestsPerDay: 1,
    });
    await expect(opening).rejects.toMatchObject({ code: 'configuration_invalid' });
    await expect(opening).rejects.toThrow('npm install @redis/client@6');
    jest.dontMock('@redis/client');
  });
});
