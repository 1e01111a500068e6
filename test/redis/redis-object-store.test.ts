import type { ObjectName, ObjectStore, OpenObject } from '../../src/router';
import { RedisObjectStore } from '../../src/redis/objects/redis-object-store';
import { startRedis, type RedisServer } from '../engines/redis-server';
import { ClockedRedis, SimulatedProcess } from './simulated-processes';

const LIMITS = { requestsPerSecond: 180, requestsPerDay: Infinity };
const USER: ObjectName = {
  origin: 'https://api.example.com',
  keyFingerprint: 'f'.repeat(64),
  kind: 'user',
  id: 'ada@example.com',
};
const KEEP_MS = 60_000;
const never = (): AbortSignal => new AbortController().signal;

let server: RedisServer | undefined;
let redis: ClockedRedis;

beforeAll(async () => {
  server = await startRedis(['--appendonly', 'no']);
});
afterAll(() => server?.stop());
afterEach(() => redis?.close());

interface Member {
  readonly process: SimulatedProcess;
  readonly store: ObjectStore;
}

async function started(count: number): Promise<Member[]> {
  redis = await ClockedRedis.at(server!.url);
  return Promise.all(Array.from({ length: count }, () => joined()));
}

async function joined(): Promise<Member> {
  const process = new SimulatedProcess(redis, LIMITS);
  const store = new RedisObjectStore(process.link, process.clock, () => 0.5);
  process.link.add(store);
  await soon(process.start());
  return { process, store };
}

/** Lets time pass until the promise settles. */
async function soon<T>(promise: Promise<T>): Promise<T> {
  let isOver = false;
  const watched = promise.finally(() => (isOver = true));
  watched.catch(() => undefined);
  while (!isOver) await redis.pass(1);
  return watched;
}

const open = (store: ObjectStore, name = USER): Promise<OpenObject> => soon(store.open(name, never()));

/** Opens an object, leaves a text and returns what was there. */
async function exchange(
  store: ObjectStore,
  text: string | undefined,
  name = USER,
): Promise<string | undefined> {
  const object = await open(store, name);
  if (text !== object.text) await soon(object.leave(undefined, 0));
  await soon(object.close(text, KEEP_MS));
  return object.text;
}

const testWithRedis = (name: string, run: () => Promise<void>): void => {
  test(name, async () => {
    if (server !== undefined) await run();
  });
};

testWithRedis('what one process leaves, another finds; other objects, keys and origins do not', async () => {
  const [one, other] = (await started(2)) as [Member, Member];
  const text = 'ä:{"title":"=Dr.\u0000\n"}:1';
  expect(await exchange(one.store, text)).toBeUndefined();
  expect(await exchange(other.store, text)).toBe(text);
  for (const change of [
    { id: 'ada' },
    { kind: 'account' as const },
    { origin: 'https://x' },
    { keyFingerprint: 'e' },
  ]) {
    expect((await open(other.store, { ...USER, ...change })).text).toBeUndefined();
  }
  expect(await exchange(other.store, undefined)).toBe(text);
  expect(await exchange(one.store, undefined)).toBeUndefined();
});

testWithRedis('keys hold neither the id nor the API key, and what is kept expires', async () => {
  const [one] = (await started(1)) as [Member];
  await exchange(one.store, 'text');
  const keys = (await redis.send(['KEYS', '*object*'])) as string[];
  expect(keys).toHaveLength(1);
  expect(keys[0]).toMatch(/^\{gainsight-px\}:object:[\w-]{43}$/);
  const leftMs = (await redis.send(['PTTL', keys[0]!])) as number;
  expect(leftMs).toBeGreaterThan(0);
  expect(leftMs).toBeLessThanOrEqual(KEEP_MS);
  expect(await redis.send(['KEYS', '*lock*'])).toEqual([]);
});

testWithRedis('an object that is open in one process opens in another when it is closed', async () => {
  const [one, other] = (await started(2)) as [Member, Member];
  const first = await open(one.store);
  let second: OpenObject | undefined;
  const opening = other.store.open(USER, never()).then((object) => (second = object));
  await redis.pass(2_000);
  expect(second).toBeUndefined();
  const before = redis.scripts;
  await redis.pass(1_000);
  // Four heartbeats are among them.
  expect(redis.scripts - before).toBeLessThan(30);
  await soon(first.close('new', KEEP_MS));
  expect((await soon(opening)).text).toBe('new');
});

testWithRedis('who waits is let go by its signal, and takes nothing', async () => {
  const [one, other] = (await started(2)) as [Member, Member];
  const first = await open(one.store);
  const cancel = new AbortController();
  const opening = other.store.open(USER, cancel.signal);
  opening.catch(() => undefined);
  await redis.pass(200);
  cancel.abort(new Error('not wanted'));
  await expect(soon(opening)).rejects.toThrow('not wanted');
  await soon(first.close('kept', KEEP_MS));
  expect(await exchange(other.store, 'kept')).toBe('kept');
  await expect(soon(other.store.open(USER, AbortSignal.abort(new Error('gone'))))).rejects.toThrow('gone');
  expect(await exchange(one.store, 'kept')).toBe('kept');
});

testWithRedis('an object that was forgotten is unknown to the next, even when its process ends', async () => {
  const [one, other] = (await started(2)) as [Member, Member];
  await exchange(one.store, 'old');
  const object = await open(one.store);
  expect(object.text).toBe('old');
  await soon(object.leave(undefined, 0));
  // The process ends here: its lock expires.
  const [lock] = (await redis.send(['KEYS', '*lock*'])) as [string];
  expect(await redis.send(['PTTL', lock])).toBeGreaterThan(5_000);
  await redis.send(['DEL', lock]);
  expect((await open(other.store)).text).toBeUndefined();
});

testWithRedis('what is open for long stays held', async () => {
  const [one] = (await started(1)) as [Member];
  await open(one.store);
  const [lock] = (await redis.send(['KEYS', '*lock*'])) as [string];
  await redis.send(['PEXPIRE', lock, '5000']);
  await redis.pass(3_100);
  expect(await redis.send(['PTTL', lock])).toBeGreaterThan(5_000);
});

testWithRedis('of two that have an object open, neither leaves anything: its lock expired', async () => {
  const [one, other] = (await started(2)) as [Member, Member];
  for (const order of ['first', 'second'] as const) {
    const first = await open(one.store);
    const [lock] = (await redis.send(['KEYS', '*lock*'])) as [string];
    await redis.send(['DEL', lock]);
    const second = await open(other.store);
    const both = order === 'first' ? [first, second] : [second, first];
    await soon(both[0]!.close('one', KEEP_MS));
    await soon(both[1]!.close('two', KEEP_MS));
    expect(await redis.send(['KEYS', '*lock*'])).toEqual([]);
    expect(await exchange(one.store, undefined)).toBeUndefined();
  }
});

testWithRedis(
  'an object that is open for very long is not waited for, and then nothing is kept of it',
  async () => {
    const [one, other] = (await started(2)) as [Member, Member];
    await exchange(one.store, 'old');
    const first = await open(one.store);
    const second = await open(other.store);
    expect(second.text).toBeUndefined();
    await soon(first.close('one', KEEP_MS));
    await soon(second.close('two', KEEP_MS));
    expect(await exchange(one.store, undefined)).toBeUndefined();
  },
);

describe('without Redis', () => {
  testWithRedis('every object opens, and nothing is known', async () => {
    const [one] = (await started(1)) as [Member];
    await exchange(one.store, 'old');
    redis.down();
    expect(await exchange(one.store, 'new')).toBeUndefined();
    expect(await exchange(one.store, 'newer')).toBeUndefined();
  });

  testWithRedis('what is written meanwhile is not believed afterwards, by anybody', async () => {
    const [one, other] = (await started(2)) as [Member, Member];
    await exchange(one.store, 'old');
    await exchange(one.store, 'kept', { ...USER, id: 'other' });
    redis.down();
    await redis.pass(100);
    await exchange(one.store, 'new');
    redis.up();
    await redis.pass(2_000);
    expect(await exchange(other.store, undefined)).toBeUndefined();
    expect(await exchange(other.store, undefined, { ...USER, id: 'other' })).toBe('kept');
  });

  testWithRedis('what somebody else may have written is not believed before that one is back', async () => {
    const [one, other] = (await started(2)) as [Member, Member];
    await exchange(one.store, 'old');
    redis.down();
    await redis.pass(1_500);
    await exchange(one.store, 'new');
    one.process.clock.standStill(1_000);
    redis.up();
    await redis.pass(600);
    expect(other.process.link.isJoined).toBe(true);
    expect(one.process.link.isJoined).toBe(false);
    expect((await open(other.store)).text).toBeUndefined();
  });

  testWithRedis(
    'what began meanwhile and ends afterwards leaves nothing, and nobody opens it in between',
    async () => {
      const [one, other] = (await started(2)) as [Member, Member];
      await exchange(one.store, 'old');
      redis.down();
      await redis.pass(100);
      const object = await open(one.store);
      redis.up();
      await redis.pass(2_000);
      let second: OpenObject | undefined;
      const opening = other.store.open(USER, never()).then((opened) => (second = opened));
      await redis.pass(500);
      expect(second).toBeUndefined();
      await soon(object.close('new', KEEP_MS));
      expect((await soon(opening)).text).toBeUndefined();
    },
  );

  testWithRedis('what began before leaves nothing either', async () => {
    const [one, other] = (await started(2)) as [Member, Member];
    await exchange(one.store, 'old');
    const object = await open(one.store);
    redis.down();
    await redis.pass(100);
    redis.up();
    await redis.pass(1_000);
    await soon(object.close('new', KEEP_MS));
    expect(await exchange(other.store, undefined)).toBeUndefined();
  });

  testWithRedis('a write that cannot be announced is made known later', async () => {
    const [one, other] = (await started(2)) as [Member, Member];
    await exchange(one.store, 'old');
    const object = await open(one.store);
    redis.hang();
    await soon(object.leave(undefined, 0));
    await soon(object.close('new', KEEP_MS));
    redis.up();
    await redis.pass(3_000);
    expect(await exchange(other.store, undefined)).toBeUndefined();
  });

  testWithRedis(
    'a server that starts again, perhaps with older data, is believed nothing of what it keeps',
    async () => {
      const [one] = (await started(1)) as [Member];
      await exchange(one.store, 'old');
      await redis.send(['HSET', '{gainsight-px}:state', 'run', 'another']);
      redis.down();
      redis.up();
      await redis.pass(1_000);
      expect(one.process.link.isJoined).toBe(true);
      expect(await exchange(one.store, 'new')).toBeUndefined();
      expect(await exchange(one.store, 'new')).toBe('new');
    },
  );
});
