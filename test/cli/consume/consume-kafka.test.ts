import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { startKafka, type KafkaBroker } from '../../engines/kafka-broker';
import { cleanUp, CONFIG, jsonLines, KEY, startPx, tempFile } from '../cli';

const ROOT = path.resolve(__dirname, '../../..');
/** The command as a process of its own, without a build: Jest cannot load the client of Kafka. */
const COMMAND = ['--import', 'tsx', path.join(ROOT, 'src/cli/main.ts'), 'consume'];
const IO = path.join(ROOT, 'test/engines/kafka-io.mjs');

let broker: KafkaBroker | undefined;
const workers: Worker[] = [];
const opened: Topic[] = [];
let topics = 0;

beforeAll(async () => {
  broker = await startKafka();
});

afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.kill()));
  for (const topic of opened.splice(0)) topic.close();
  await cleanUp();
});

afterAll(() => broker?.stop());

/** The test, or a passing one where there is no broker: `startKafka` has said so, and fails where a broker is required. */
function withKafka(name: string, run: (kafka: KafkaBroker) => Promise<void>): void {
  test(name, async () => {
    if (broker !== undefined) await run(broker);
  });
}

/** In a process of its own, which does not hold up the simulator in this one. */
async function io(bootstrap: string, args: readonly (string | number)[], input = ''): Promise<string> {
  const child = spawn(process.execPath, [IO, bootstrap, ...args.map(String)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(input);
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  if (code !== 0) throw new Error(`kafka-io ${args.join(' ')} ended with ${code}`);
  return output;
}

interface Sent {
  readonly partition?: number;
  readonly key?: string;
  readonly value: unknown;
}

/** A topic with its dead letters, and a group. */
class Topic {
  readonly name = `px-events-${(topics += 1)}`;
  readonly group = `group-${this.name}`;

  #commits = '';
  #reader: ChildProcess | undefined;

  private constructor(readonly bootstrap: string) {}

  static async create(bootstrap: string, partitions: number): Promise<Topic> {
    const topic = new Topic(bootstrap);
    await io(bootstrap, ['create', topic.name, partitions, `${topic.name}.dead-letters`, 1]);
    topic.#followCommits();
    opened.push(topic);
    return topic;
  }

  async produce(...records: readonly Sent[]): Promise<void> {
    const lines = records.map(({ value, ...place }) => {
      const content = typeof value === 'string' ? value : JSON.stringify(value);
      return `${JSON.stringify({ topic: this.name, ...place, value: content })}\n`;
    });
    await io(this.bootstrap, ['produce'], lines.join(''));
  }

  /** The sum of the group's commits, as they were read last. */
  get committed(): number {
    const last = this.#commits.trimEnd().split('\n').at(-1);
    const offsets = JSON.parse(last === undefined || last === '' ? '{}' : last) as Record<string, number>;
    return Object.values(offsets).reduce((sum, offset) => sum + Math.max(0, offset), 0);
  }

  async deadLetters(): Promise<Record<string, unknown>[]> {
    return jsonLines(await io(this.bootstrap, ['read', `${this.name}.dead-letters`]));
  }

  close(): void {
    this.#reader?.kill();
  }

  #followCommits(): void {
    const args = [IO, this.bootstrap, 'commits', this.group];
    this.#reader = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#reader.stdout!.on('data', (chunk: Buffer) => {
      this.#commits += chunk.toString();
    });
  }
}

class Worker {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
  #out = '';

  constructor(topic: Topic, pxArgs: readonly string[], more: readonly string[] = []) {
    const kafka = ['--brokers', topic.bootstrap, '--topic', topic.name, '--group', topic.group];
    const common = ['--requests-per-second', 'none', '--metrics-port', '0'];
    this.child = spawn(process.execPath, [...COMMAND, ...kafka, ...common, ...pxArgs, ...more], {
      cwd: ROOT,
    });
    let stderr = '';
    this.child.stdout!.on('data', (chunk: Buffer) => {
      this.#out += chunk.toString();
    });
    this.child.stderr!.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    this.ended = once(this.child, 'close').then(([code]) => {
      expect(this.#out + stderr).not.toContain(KEY);
      return { code: code as number | null, stdout: this.#out, stderr };
    });
    workers.push(this);
  }

  /** The lines of the log so far. */
  get log(): Record<string, unknown>[] {
    return jsonLines(this.#out.slice(0, this.#out.lastIndexOf('\n') + 1));
  }

  async get(route: string): Promise<string> {
    const { metricsPort } = this.log.find(({ msg }) => msg === 'consuming')!;
    return (await fetch(`http://127.0.0.1:${Number(metricsPort)}${route}`)).text();
  }

  /** Resolves when the log has a line with this message. */
  async logs(msg: string): Promise<void> {
    await until(() => this.log.some((line) => line.msg === msg));
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }
}

/** Resolves when the condition holds; the test's own time limit ends it otherwise. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(50);
}

const track = (user: number, n: number): object => ({ type: 'track', userId: `u${user}`, event: `e${n}` });
/** Each user has a partition of its own kind, as a producer that keys by user gives it. */
const numbered = (from: number, to: number): Sent[] =>
  Array.from({ length: to - from }, (_, index) => {
    const n = from + index;
    return { key: `u${n % 20}`, value: track(n % 20, n) };
  });

/** How often each event arrived, by name. */
function arrivals(simulator: { state: { events: { list: readonly object[] } } }): Map<string, number> {
  const counts = new Map<string, number>();
  for (const event of simulator.state.events.list) {
    const { eventName } = event as { eventName: string };
    counts.set(eventName, (counts.get(eventName) ?? 0) + 1);
  }
  return counts;
}

/** For each user, the numbers of its events in the order of their first arrival. */
function firstArrivals(simulator: { state: { events: { list: readonly object[] } } }): number[][] {
  const byUser = new Map<string, Set<number>>();
  for (const event of simulator.state.events.list) {
    const { identifyId, eventName } = event as { identifyId: string; eventName: string };
    byUser.set(identifyId, (byUser.get(identifyId) ?? new Set()).add(Number(eventName.slice(1))));
  }
  return [...byUser.values()].map((numbers) => [...numbers]);
}

withKafka(
  'delivers, commits, writes dead letters, serves metrics, and ends at SIGTERM',
  async ({ bootstrap }) => {
    const { simulator, pxArgs } = await startPx();
    const topic = await Topic.create(bootstrap, 2);
    await topic.produce(
      ...numbered(0, 100),
      { key: 'k', value: '{"broken' },
      { key: 'u1', value: { batch: [track(1, 100), 5] } },
    );
    const worker = new Worker(topic, pxArgs);
    await until(() => topic.committed === 102);
    expect([...arrivals(simulator)].sort()).toEqual(
      numbered(0, 101)
        .map((_, n) => [`e${n}`, 1])
        .sort(),
    );
    expect((await topic.deadLetters()).map(({ key, value, headers }) => ({ key, value, headers }))).toEqual(
      expect.arrayContaining([
        {
          key: 'k',
          value: '{"broken',
          headers: expect.objectContaining({
            'gainsight-px-code': 'not_json',
            'gainsight-px-retryable': 'false',
            'gainsight-px-attempts': '0',
            'gainsight-px-original-topic': topic.name,
          }),
        },
        {
          key: 'u1',
          value: '5',
          headers: expect.objectContaining({
            'gainsight-px-code': 'event_not_object',
            'gainsight-px-at': 'batch[1]',
          }),
        },
      ]),
    );
    expect(JSON.parse(await worker.get('/health'))).toMatchObject({ service: 'UP', partitions: 2 });
    await until(async () =>
      (await worker.get('/metrics')).includes(`kafka_consumer_lag{topic="${topic.name}",partition="0"} 0`),
    );
    const metrics = await worker.get('/metrics');
    expect(metrics).toContain(
      'gainsight_px_events_total{route="consume",type="track",outcome="delivered"} 101',
    );
    expect(metrics).toContain(
      'gainsight_px_event_reasons_total{route="consume",outcome="deadLetter",code="not_json"} 1',
    );

    worker.child.kill('SIGTERM');
    const { code, stdout, stderr } = await worker.ended;
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).not.toMatch(/"u1"|broken/);
    expect(worker.log.at(-1)).toMatchObject({ msg: 'stopped' });
  },
);

withKafka(
  'SIGTERM finishes what is in flight and commits it; the rest is for the next worker',
  async ({ bootstrap }) => {
    const { simulator, pxArgs } = await startPx({ latencyMs: 300 });
    const topic = await Topic.create(bootstrap, 1);
    await topic.produce(...numbered(0, 60));
    const first = new Worker(topic, [...pxArgs, '--concurrency', '5']);
    await until(() => simulator.state.events.total >= 5);
    first.child.kill('SIGTERM');
    expect((await first.ended).code).toBe(0);
    const sent = simulator.state.events.total;
    expect(sent).toBeLessThan(60);
    await until(() => topic.committed > 0);
    expect(topic.committed).toBeLessThanOrEqual(sent);
    new Worker(topic, pxArgs);
    await until(() => topic.committed === 60);
    expect(arrivals(simulator).size).toBe(60);
  },
);

withKafka(
  'a worker that is killed loses nothing: the group gives its partitions to the other',
  async ({ bootstrap }) => {
    const { simulator, pxArgs } = await startPx({ latencyMs: 5 });
    const topic = await Topic.create(bootstrap, 4);
    await topic.produce(...numbered(0, 1_000));
    const session = ['--session-timeout', '4s'];
    const [killed, other] = [new Worker(topic, pxArgs, session), new Worker(topic, pxArgs, session)];
    await Promise.all([killed.logs('partitions assigned'), other.logs('partitions assigned')]);
    await until(() => simulator.state.events.total > 200);
    await killed.kill();
    await topic.produce(...numbered(1_000, 1_200));
    await until(() => topic.committed === 1_200);
    expect(arrivals(simulator).size).toBe(1_200);
    for (const numbers of firstArrivals(simulator))
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  },
);

withKafka(
  'a worker that joins and leaves again causes no gap, and keeps the order of each user',
  async ({ bootstrap }) => {
    const { simulator, pxArgs } = await startPx({ latencyMs: 5 });
    const topic = await Topic.create(bootstrap, 4);
    await topic.produce(...numbered(0, 1_000));
    const first = new Worker(topic, pxArgs);
    await until(() => simulator.state.events.total > 200);
    const second = new Worker(topic, pxArgs);
    await second.logs('partitions assigned');
    await until(() => simulator.state.events.total > 600);
    first.child.kill('SIGTERM');
    expect((await first.ended).code).toBe(0);
    await until(() => topic.committed === 1_000);
    expect(arrivals(simulator).size).toBe(1_000);
    for (const numbers of firstArrivals(simulator))
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  },
);

withKafka('a broker that restarts loses nothing', async (kafka) => {
  const { simulator, pxArgs } = await startPx({ latencyMs: 5 });
  const topic = await Topic.create(kafka.bootstrap, 2);
  await topic.produce(...numbered(0, 500), { value: '{"broken' });
  const worker = new Worker(topic, pxArgs);
  await until(() => simulator.state.events.total > 200);
  await kafka.restart();
  await topic.produce(...numbered(500, 600), { value: '{"broken too' });
  await until(() => topic.committed === 602);
  expect(arrivals(simulator).size).toBe(600);
  expect((await topic.deadLetters()).map(({ value }) => value)).toEqual(
    expect.arrayContaining(['{"broken', '{"broken too']),
  );
  worker.child.kill('SIGTERM');
  expect((await worker.ended).code).toBe(0);
});

withKafka('a refused key ends the worker with exit code 1, and commits nothing', async ({ bootstrap }) => {
  const { simulator, pxArgs } = await startPx({ apiKey: 'another' });
  const topic = await Topic.create(bootstrap, 1);
  await topic.produce(...numbered(0, 50));
  const { code, stderr } = await new Worker(topic, pxArgs).ended;
  expect(code).toBe(1);
  expect(stderr).toContain('PX answered 401');
  expect([simulator.state.events.total, topic.committed]).toEqual([0, 0]);
});

withKafka(
  'a missing topic, or a missing dead-letter topic, is named before anything is read',
  async ({ bootstrap }) => {
    const { pxArgs } = await startPx();
    const topic = await Topic.create(bootstrap, 1);
    const noTopic = await new Worker(topic, [
      ...pxArgs,
      '--topic',
      'none',
      '--dead-letters',
      `${topic.name}.dead-letters`,
    ]).ended;
    expect([noTopic.code, noTopic.stderr]).toEqual([
      2,
      expect.stringContaining('the topic does not exist: create it with --setup'),
    ]);
    const noLetters = await new Worker(topic, [...pxArgs, '--dead-letters', 'none']).ended;
    expect([noLetters.code, noLetters.stderr]).toEqual([
      2,
      expect.stringContaining('the dead-letter topic none does not exist'),
    ]);
  },
);

test('without a broker it says so, with exit code 2', async () => {
  const config = tempFile('config.json', CONFIG);
  const args = ['--brokers', '127.0.0.1:1', '--topic', 't', '--group', 'g', '--config', config];
  const child = spawn(process.execPath, [...COMMAND, ...args], { cwd: ROOT });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const [code] = (await once(child, 'close')) as [number];
  expect([code, stderr]).toEqual([2, expect.stringContaining('no broker answers')]);
});
