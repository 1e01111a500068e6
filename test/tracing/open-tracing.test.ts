import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { openTracing } from '../../src/tracing';
import { calm, until } from '../service/waiting';
import { Collector } from './collector';
import type { Order, Reply } from './tracing-process';

const cleanups: (() => unknown)[] = [];
afterEach(() => {
  for (const clean of cleanups.splice(0).reverse()) clean();
});

interface Opened {
  readonly collector: Collector;
  readonly url: string;
  readonly pid: number;
  readonly logged: [string, object, string][];
  /** Makes so many spans, and resolves when they are made. */
  spans(count: number): Promise<boolean>;
  close(timeMs: number, hurry?: 'before' | 'after'): Promise<boolean>;
}

async function startCollector(): Promise<{ collector: Collector; url: string }> {
  const collector = new Collector();
  const url = await collector.listen();
  cleanups.push(() => {
    collector.close();
  });
  return { collector, url };
}

/** Tracing in a process of its own, with a collector in this one. */
async function open(env: Record<string, string> = {}): Promise<Opened> {
  const { collector, url } = await startCollector();
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('OTEL_'));
  const child = fork(path.join(__dirname, 'tracing-process.ts'), {
    execArgv: ['--import', 'tsx'],
    env: {
      ...Object.fromEntries(inherited),
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_BSP_SCHEDULE_DELAY: '1',
      ...env,
    },
  });
  cleanups.push(() => child.kill('SIGKILL'));
  const logged: Opened['logged'] = [];
  const waiting: ((done: boolean) => void)[] = [];
  await new Promise<void>((resolve, reject) => {
    child.on('message', (reply: Reply) => {
      if ('ready' in reply) resolve();
      else if ('failed' in reply) reject(new Error(reply.failed));
      else if ('logged' in reply) logged.push(reply.logged);
      else waiting.shift()!(reply.done);
    });
    child.once('exit', () => {
      reject(new Error('the process ended'));
    });
  });
  const order = (message: Order): Promise<boolean> =>
    new Promise((resolve) => {
      waiting.push(resolve);
      child.send(message);
    });
  return {
    collector,
    url,
    pid: child.pid!,
    logged,
    spans: (count) => order({ spans: count }),
    close: (timeMs, hurry) => order({ close: timeMs, ...(hurry === undefined ? {} : { hurry }) }),
  };
}

const LONG_MS = 600_000;

describe('the environment', () => {
  test('by default, spans name this package and its version', async () => {
    const { collector, pid, spans, close } = await open();
    await spans(1);
    expect(await close(LONG_MS)).toBe(true);
    expect(collector.spans.map(({ resource }) => resource)).toMatchObject([
      { 'service.name': 'gainsight-px', 'service.version': '1.2.3', 'process.pid': pid },
    ]);
    expect(collector.requests).toMatchObject([
      { url: '/v1/traces', headers: { 'content-type': 'application/json' } },
    ]);
  });

  test('names the service and its resource, the endpoint of traces, and headers', async () => {
    const own = await startCollector();
    const { collector, spans, close } = await open({
      OTEL_SERVICE_NAME: 'px-eu',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test,service.version=7',
      OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=blue',
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${own.url}/own/path`,
    });
    await spans(1);
    expect(await close(LONG_MS)).toBe(true);
    expect(own.collector.spans.map(({ resource }) => resource)).toMatchObject([
      { 'service.name': 'px-eu', 'deployment.environment.name': 'test', 'service.version': '7' },
    ]);
    expect(own.collector.requests).toMatchObject([{ url: '/own/path', headers: { 'x-tenant': 'blue' } }]);
    expect(collector.requests).toEqual([]);
  });

  test('can leave out all traces; a setting that is not valid, and gRPC, are named in the log', async () => {
    const silent = await open({ OTEL_TRACES_SAMPLER: 'always_off' });
    await silent.spans(1);
    expect(await silent.close(LONG_MS)).toBe(true);
    expect(silent.collector.requests).toEqual([]);
    const { logged } = await open({ OTEL_TRACES_SAMPLER: 'sometimes', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' });
    expect(logged.map(([level, , message]) => `${level} ${message}`)).toEqual([
      'warn traces are exported over HTTP, not with gRPC: name the HTTP port of the collector',
      'warn a setting of the traces is not valid',
    ]);
    expect(JSON.stringify(logged)).toContain('OTEL_TRACES_SAMPLER');
  });

  test.each(['nonsense', 'collector:4318', 'grpc://collector:4317', 'http//user:secret-word@collector'])(
    'with an endpoint that is no URL is refused, and its value is not shown: %s',
    async (endpoint) => {
      const log = { info: () => undefined, warn: () => undefined };
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint };
      const opening = openTracing({ version: undefined, log, env });
      await expect(opening).rejects.toMatchObject({ code: 'configuration_invalid' });
      await expect(opening).rejects.toThrow('OTEL_EXPORTER_OTLP_ENDPOINT: expected the URL of a collector');
      await expect(opening).rejects.not.toThrow(endpoint);
    },
  );
});

describe('a collector that fails', () => {
  test('cannot fill the memory while it hangs', async () => {
    const { collector, spans, close } = await open({
      OTEL_EXPORTER_OTLP_TIMEOUT: String(LONG_MS),
      OTEL_BSP_EXPORT_TIMEOUT: String(LONG_MS),
    });
    collector.behaviour = 'hang';
    await spans(512);
    await until(() => collector.requests.length === 1);
    await spans(20_000);
    expect(collector.requests).toHaveLength(1);
    collector.behaviour = 200;
    // Its first request never gets an answer, so this end is not awaited.
    void close(LONG_MS);
    await until(() => collector.spans.length >= 2_048);
    await calm();
    expect(collector.spans).toHaveLength(2_048);
  });

  test.each([400, 500])('with %s is named in the log once, and once more when it is back', async (status) => {
    const { collector, logged, url, spans } = await open();
    const host = new URL(url).host;
    const send = async (): Promise<void> => {
      const { length } = collector.requests;
      await spans(1);
      await until(() => collector.requests.length > length);
    };
    collector.behaviour = status;
    for (let each = 0; each < 3; each += 1) await send();
    collector.behaviour = 200;
    await send();
    await until(() => logged.length > 1);
    expect(logged).toEqual([
      ['warn', { collector: host, reason: String(status) }, 'traces cannot be exported and are dropped'],
      ['info', { collector: host }, 'traces are exported again'],
    ]);
  });

  test('and is away: the log says so, without user and password of its URL', async () => {
    const { collector, url } = await startCollector();
    collector.close();
    const { host } = new URL(url);
    const { logged, spans } = await open({
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `http://user:secret-word@${host}/v1/traces`,
      OTEL_EXPORTER_OTLP_TIMEOUT: '50',
    });
    await spans(1);
    await until(() => logged.length > 0);
    expect(logged).toEqual([
      ['warn', { collector: host, reason: 'ECONNREFUSED' }, 'traces cannot be exported and are dropped'],
    ]);
  });

  test('does not hold up the end for longer than it may, nor when somebody is in a hurry', async () => {
    for (const [timeMs, hurry] of [[10], [LONG_MS, 'before'], [LONG_MS, 'after']] as const) {
      const { collector, spans, close } = await open();
      collector.behaviour = 'hang';
      await spans(1);
      expect(await close(timeMs, hurry)).toBe(false);
    }
  });
});

const root = path.resolve(__dirname, '../..');
const { peerDependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  readonly peerDependencies: Readonly<Record<string, string>>;
};
const operations = readFileSync(path.join(root, 'docs/operations.md'), 'utf8');

test.each([
  '@opentelemetry/api',
  '@opentelemetry/core',
  '@opentelemetry/resources',
  '@opentelemetry/sdk-trace-base',
  '@opentelemetry/exporter-trace-otlp-http',
])('%s that is not installed is an error that says what to install', async (name) => {
  const wanted = `${name}@${peerDependencies[name]!}`;
  await jest.isolateModulesAsync(async () => {
    jest.doMock(name, () => {
      throw Object.assign(new Error(`Cannot find module '${name}'`), { code: 'MODULE_NOT_FOUND' });
    });
    const { openTracing: openWithout } = await import('../../src/tracing');
    const log = { info: () => undefined, warn: () => undefined };
    const opening = openWithout({
      version: undefined,
      log,
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' },
    });
    await expect(opening).rejects.toMatchObject({ code: 'configuration_invalid' });
    await expect(opening).rejects.toThrow(`npm install @opentelemetry/api@`);
    await expect(opening).rejects.toThrow(wanted);
    expect(operations).toContain(wanted);
    jest.dontMock(name);
  });
});
