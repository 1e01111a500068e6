import { EventEmitter } from 'node:events';
import type { FromWorker, ToWorker } from '../../../src/cli/serve/workers/messages';
import { WorkerPool, type PoolWorker } from '../../../src/cli/serve/workers/worker-pool';
import type { LivePart } from '../../../src/service';
import { FakeClock } from '../../__mocks__/clock.fake';

/** A worker process that does what a test says. */
class FakeWorker extends EventEmitter implements PoolWorker {
  readonly process: { readonly pid: number };
  readonly received: ToWorker[] = [];
  #connected = true;

  constructor(readonly id: number) {
    super();
    this.process = { pid: 1_000 + id };
  }

  isConnected(): boolean {
    return this.#connected;
  }

  send(message: ToWorker, _callback: (error: Error | null) => void): void {
    this.received.push(message);
  }

  says(message: FromWorker): void {
    this.emit('message', message);
  }

  listens(): void {
    this.says({ kind: 'listening', origin: 'http://127.0.0.1:9090', port: 9090 });
  }

  ends(code: number | null = 0, signal: string | null = null): void {
    this.#connected = false;
    this.emit('exit', code, signal);
  }
}

function pool(workers = 2) {
  const clock = new FakeClock();
  const forked: FakeWorker[] = [];
  const logged: [object, string][] = [];
  let restarts = 0;
  const note = (fields: object, message: string): void => void logged.push([fields, message]);
  const made = new WorkerPool({
    workers,
    limits: { requestsPerSecond: 1, requestsPerDay: Infinity },
    clock,
    log: { info: note, warn: note, error: note },
    fork: () => {
      const worker = new FakeWorker(forked.length + 1);
      forked.push(worker);
      return worker;
    },
    onRestart: () => {
      restarts += 1;
    },
    metrics: () => Promise.resolve('all metrics'),
  });
  const start = async (): Promise<void> => {
    const started = made.start();
    for (const worker of forked) worker.listens();
    await started;
  };
  return { clock, pool: made, forked, logged, start, restarts: () => restarts };
}

const isOver = async (promise: Promise<unknown>): Promise<boolean> => {
  let over = false;
  void promise.then(() => (over = true));
  await new Promise(setImmediate);
  return over;
};

test('it has started when all workers listen', async () => {
  const { pool: made, forked } = pool(3);
  const started = made.start();
  forked[0]!.listens();
  forked[1]!.listens();
  expect(await isOver(started)).toBe(false);
  forked[2]!.listens();
  expect(await started).toMatchObject({ origin: 'http://127.0.0.1:9090', port: 9090 });
  expect(made.serving).toBe(3);
});

test('a worker that cannot start ends the start, and all workers', async () => {
  const { pool: made, forked } = pool();
  const started = made.start();
  void started.catch(() => undefined);
  forked[0]!.says({ kind: 'failed', message: 'cannot listen on port 1' });
  expect(await isOver(started.catch(() => undefined))).toBe(false);
  for (const worker of forked) {
    expect(worker.received).toEqual([{ kind: 'stop', graceful: false }]);
    worker.ends();
  }
  await expect(started).rejects.toThrow('cannot listen on port 1');
  expect(forked).toHaveLength(2);
});

test('a worker that was starting when all were told to stop is told again when it is there', async () => {
  const { pool: made, forked } = pool(3);
  const started = made.start();
  void started.catch(() => undefined);
  forked[0]!.says({ kind: 'failed', message: 'cannot listen on port 1' });
  await isOver(started.catch(() => undefined));
  const stop = { kind: 'stop', graceful: false };
  forked[1]!.says({ kind: 'failed', message: 'cannot listen on port 1' });
  forked[2]!.listens();
  expect(forked.map(({ received }) => received)).toEqual([[stop], [stop, stop], [stop, stop]]);
  for (const worker of forked) worker.ends();
  await expect(started).rejects.toThrow('cannot listen on port 1');
});

test('a worker that is gone before its message does not end the first process', async () => {
  const { pool: made, forked } = pool();
  const started = made.start();
  void started.catch(() => undefined);
  const fails = (worker: FakeWorker): void => {
    jest.spyOn(worker, 'send').mockImplementation((...[, callback]: Parameters<PoolWorker['send']>) => {
      callback(new Error('write EPIPE'));
    });
    worker.says({ kind: 'failed', message: 'cannot listen on port 1' });
  };
  for (const worker of forked) fails(worker);
  await isOver(started.catch(() => undefined));
  for (const worker of forked) worker.ends();
  await expect(started).rejects.toThrow('cannot listen on port 1');
});

test('a worker that ends at its start ends the start', async () => {
  const { pool: made, forked } = pool();
  const started = made.start();
  void started.catch(() => undefined);
  forked[1]!.ends(null, 'SIGKILL');
  await isOver(started.catch(() => undefined));
  forked[0]!.ends();
  await expect(started).rejects.toThrow(/ended at its start \(SIGKILL\)/);
});

test('a worker that ends by itself is replaced, counted and logged', async () => {
  const { clock, pool: made, forked, logged, start, restarts } = pool();
  await start();
  await clock.advance(60_000);
  forked[0]!.ends(1);
  expect(made.serving).toBe(1);
  await clock.advance(0);
  expect(forked).toHaveLength(3);
  forked[2]!.listens();
  expect([made.serving, restarts()]).toEqual([2, 1]);
  expect(logged).toEqual([
    [
      { worker: 1, pid: 1_001, code: 1, signal: null, waitMs: 0 },
      'a worker process ended by itself and is replaced',
    ],
  ]);
});

test('workers that end soon after their start are replaced ever later, up to 30 s; a stable one begins anew', async () => {
  const { clock, forked, start } = pool(1);
  await start();
  const waits: number[] = [];
  for (let death = 0; death < 12; death += 1) {
    forked.at(-1)!.ends(1);
    const beforeMs = clock.nowMs();
    const count = forked.length;
    while (forked.length === count) await clock.advance(100);
    waits.push(clock.nowMs() - beforeMs);
  }
  expect(waits.slice(0, 5)).toEqual([100, 200, 400, 800, 1_600]);
  expect(waits.at(-1)).toBe(30_000);
  await clock.advance(60_000);
  const count = forked.length;
  forked.at(-1)!.ends(1);
  await clock.advance(0);
  expect(forked).toHaveLength(count + 1);
});

test('stopping ends all workers, and replaces none', async () => {
  const { clock, pool: made, forked, start } = pool();
  await start();
  forked[0]!.ends(1); // It would be replaced in a moment.
  const stopped = made.stop(true);
  expect(forked[1]!.received).toEqual([{ kind: 'stop', graceful: true }]);
  await clock.advance(60_000);
  expect(await isOver(stopped)).toBe(false);
  forked[1]!.ends(0);
  await stopped;
  expect(forked).toHaveLength(2);
});

test.each([
  ['while it stops', false],
  ['before it stops', true],
])('a hurry that comes %s reaches the workers', async (_, isEarly) => {
  const { pool: made, forked, start } = pool();
  await start();
  const hurry = new AbortController();
  if (isEarly) hurry.abort();
  const stopped = made.stop(true, hurry.signal);
  hurry.abort();
  for (const worker of forked) {
    expect(worker.received.at(-1)).toEqual({ kind: 'hurry' });
    worker.ends();
  }
  await stopped;
});

test('it answers for all workers, and takes no notice of messages of others', async () => {
  const { forked, start } = pool();
  await start();
  const [worker] = forked;
  worker!.emit('message', { type: 'prom-client:getMetricsRes' });
  worker!.emit('message', 'text');
  worker!.says({ kind: 'query', id: 7, what: 'health' });
  worker!.says({ kind: 'query', id: 8, what: 'metrics' });
  await new Promise(setImmediate);
  expect(worker!.received).toEqual([
    { kind: 'answer', id: 7, value: { workers: { serving: 2, expected: 2 } } },
    { kind: 'answer', id: 8, value: 'all metrics' },
  ]);
});

test('its workers share the limit, and a dead one gives its permits back', async () => {
  const { clock, forked, start } = pool();
  await start();
  const [a, b] = forked;
  const scope = { origin: 'https://px.example', keyFingerprint: '00ff' };
  a!.says({ kind: 'ask', id: 1, scope });
  b!.says({ kind: 'ask', id: 1, scope });
  await clock.advance(5_000);
  expect([a!.received, b!.received]).toEqual([[{ kind: 'grant', id: 1 }], []]);
  a!.ends(null, 'SIGKILL');
  await clock.advance(1_100);
  expect(b!.received).toEqual([{ kind: 'grant', id: 1 }]);
});

describe('the live page of all workers', () => {
  const part = (name: string): LivePart => ({
    ...{ name, last: 1, events: [], left: 0, kept: 0, bound: 300, lags: [] },
    now: { atMs: 0, seconds: [], pending: 0, inFlight: 0, pausedMs: 0 },
  });
  const query = { limit: 5, user: 'ada' };
  const asks = (worker: FakeWorker): void => worker.says({ kind: 'query', id: 7, what: 'live', query });

  async function asked(workers = 3) {
    const here = pool(workers);
    await here.start();
    asks(here.forked[0]!);
    const answers = (): unknown[] => here.forked[0]!.received.filter(({ kind }) => kind === 'answer');
    return { ...here, answers };
  }

  test('is asked for from each of them, the asking one too, and answered when all have', async () => {
    const { forked, answers } = await asked();
    for (const { received } of forked) expect(received).toEqual([{ kind: 'liveQuery', id: 1, query }]);
    for (const [index, name] of [
      [2, 'c'],
      [0, 'a'],
    ] as const)
      forked[index]!.says({ kind: 'livePart', id: 1, part: part(name) });
    await new Promise(setImmediate);
    expect(answers()).toEqual([]);
    forked[1]!.says({ kind: 'livePart', id: 1, part: part('b') });
    await new Promise(setImmediate);
    expect(answers()).toEqual([{ kind: 'answer', id: 7, value: [part('c'), part('a'), part('b')] }]);
  });

  test('does not wait for a worker that ends', async () => {
    const { forked, answers } = await asked(2);
    forked[0]!.says({ kind: 'livePart', id: 1, part: part('a') });
    forked[1]!.ends(null, 'SIGKILL');
    await new Promise(setImmediate);
    expect(answers()).toEqual([{ kind: 'answer', id: 7, value: [part('a')] }]);
  });

  test('waits two seconds for a worker that hangs, and ignores what it says then, or says twice', async () => {
    const { clock, forked, answers } = await asked(2);
    forked[0]!.says({ kind: 'livePart', id: 1, part: part('a') });
    forked[0]!.says({ kind: 'livePart', id: 1, part: part('a') });
    await clock.advance(1_999);
    expect(answers()).toEqual([]);
    await clock.advance(1);
    forked[1]!.says({ kind: 'livePart', id: 1, part: part('b') });
    await new Promise(setImmediate);
    expect(answers()).toEqual([{ kind: 'answer', id: 7, value: [part('a')] }]);
    expect(clock.waiting).toBe(0);
  });

  test('holds a query of each worker apart', async () => {
    const { forked } = await asked(2);
    forked[1]!.says({ kind: 'query', id: 9, what: 'live', query: { limit: 1 } });
    for (const id of [2, 1])
      for (const [index, name] of ['a', 'b'].entries())
        forked[index]!.says({ kind: 'livePart', id, part: part(`${name}${id}`) });
    await new Promise(setImmediate);
    expect(forked[0]!.received.at(-1)).toEqual({ kind: 'answer', id: 7, value: [part('a1'), part('b1')] });
    expect(forked[1]!.received.at(-1)).toEqual({ kind: 'answer', id: 9, value: [part('a2'), part('b2')] });
  });
});
