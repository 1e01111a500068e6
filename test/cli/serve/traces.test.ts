import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { wantsTraces } from '../../../src/cli/serve/traces';
import { createSimulator, type Simulator } from '../../../src/simulator';
import { group, identify, job, KEY, track, type HostEvent, type Json } from '../../service/running-service';
import { until } from '../../service/waiting';
import { Collector, type ExportedSpan } from '../../tracing/collector';

const root = path.resolve(__dirname, '../../..');
const COMMAND = ['--import', 'tsx', path.join(root, 'src/cli/main.ts'), 'serve', '--port', '0'];

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

interface Running {
  readonly child: ChildProcess;
  readonly origin: string;
  readonly ended: Promise<number | null>;
  /** The lines of the log. */
  readonly log: () => readonly Json[];
}

async function serve(env: Record<string, string>, ...argv: string[]): Promise<Running> {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('OTEL_'));
  const child = spawn(process.execPath, [...COMMAND, ...argv], {
    cwd: root,
    env: { ...Object.fromEntries(inherited), ...env },
  });
  let [stdout, stderr] = ['', ''];
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  const log = (): Json[] => [...stdout.matchAll(/.+(?=\n)/g)].map(([line]) => JSON.parse(line) as Json);
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      expect(stdout + stderr).not.toContain(KEY);
      resolve(code);
    });
  });
  cleanups.push(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  let isOver = false;
  void ended.then(() => (isOver = true));
  await until(() => isOver || log().some(({ msg }) => msg === 'listening'));
  if (isOver) throw new Error(stderr);
  const { origin } = log().find(({ msg }) => msg === 'listening') as { origin: string };
  return { child, origin, ended, log };
}

async function startPx(): Promise<{ px: Simulator; pxUrl: string }> {
  const px = createSimulator({ apiKey: KEY });
  const { origin } = await px.listen();
  cleanups.push(() => px.close());
  return { px, pxUrl: origin };
}

async function startCollector(): Promise<{ collector: Collector; env: Record<string, string> }> {
  const collector = new Collector();
  const url = await collector.listen();
  cleanups.push(() => {
    collector.close();
  });
  return { collector, env: { OTEL_EXPORTER_OTLP_ENDPOINT: url } };
}

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const PARENT_ID = 'b7ad6b7169203331';
const TRACEPARENT = `00-${TRACE_ID}-${PARENT_ID}-01`;

const transform = async (
  origin: string,
  events: readonly HostEvent[],
  headers: Record<string, string> = {},
): Promise<number[]> => {
  const reply = await fetch(`${origin}/routerTransform`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close', ...headers },
    body: JSON.stringify({ input: events, destType: 'gainsight_px' }),
  });
  const { output } = (await reply.json()) as { output: { statusCode: number }[] };
  return output.map(({ statusCode }) => statusCode);
};

const parentsOf = (spans: readonly ExportedSpan[]): string[] =>
  spans.map(({ name, parentSpanId }) => {
    const parent = spans.find(({ spanId }) => spanId === parentSpanId);
    return `${parent?.name ?? parentSpanId} > ${name}`;
  });

test('the trace of a caller has a span for the transform, and one for each request to PX, without ids and key', async () => {
  const { px, pxUrl } = await startPx();
  const { collector, env } = await startCollector();
  px.configure({ faults: [{ fault: { status: 503 }, route: 'events.create', nth: 1 }] });
  const running = await serve(env, '--px-url', pxUrl);
  const events = [
    job(1, identify('lovelace@example.com', { email: 'lovelace@example.com', plan: 'gold-plan' })),
    job(2, group('lovelace@example.com', 'acme-account')),
    job(3, track('lovelace@example.com', 'Secret Event')),
    job(4, { type: 'page', userId: 'lovelace@example.com' }),
  ];
  await transform(running.origin, events, { traceparent: TRACEPARENT });
  running.child.kill('SIGINT');
  expect(await running.ended).toBe(0);

  const { spans } = collector;
  expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([TRACE_ID]));
  expect(parentsOf(spans).sort()).toEqual([
    'POST /routerTransform > POST /v1/accounts',
    'POST /routerTransform > POST /v1/events/custom',
    'POST /routerTransform > POST /v1/events/custom',
    'POST /routerTransform > POST /v1/users',
    'POST /routerTransform > PUT /v1/accounts/{id}',
    'POST /routerTransform > PUT /v1/users/{identifyId}',
    'POST /routerTransform > PUT /v1/users/{identifyId}',
    `${PARENT_ID} > POST /routerTransform`,
  ]);
  const served = collector.named('POST /routerTransform');
  expect(served.attributes).toEqual({
    'http.request.method': 'POST',
    'http.route': '/routerTransform',
    'http.response.status_code': 200,
    'gainsight_px.events.delivered': 3,
    'gainsight_px.events.filtered': 1,
    'gainsight_px.events.total': 4,
    'gainsight_px.error_codes': ['type_filtered'],
  });
  const attempts = spans.filter(({ name }) => name === 'POST /v1/events/custom');
  const byResends = attempts.map(({ attributes }) => [
    attributes['http.request.resend_count'],
    attributes['http.response.status_code'],
    attributes['error.type'],
    attributes['gainsight_px.verdict'],
  ]);
  expect(byResends).toEqual([
    [undefined, 503, '503', 'unavailable'],
    [1, 201, undefined, 'ok'],
  ]);
  for (const span of spans.filter(({ kind }) => kind === 3)) {
    expect(span.attributes).toMatchObject({
      'server.address': '127.0.0.1',
      'server.port': Number(new URL(pxUrl).port),
    });
    expect(span.startMs).toBeGreaterThanOrEqual(served.startMs);
    expect(span.endMs).toBeLessThanOrEqual(served.endMs);
    expect(span.endMs).toBeGreaterThanOrEqual(span.startMs);
  }
  expect(running.log().find(({ msg }) => msg === 'listening')).toMatchObject({ traces: true });
  for (const secret of [KEY, 'lovelace', 'acme', 'gold', 'Secret'])
    expect(collector.bytes).not.toContain(secret);
});

test('a RudderStack host names the trace of each job; one that is not sampled has no spans', async () => {
  const { px, pxUrl } = await startPx();
  const { collector, env } = await startCollector();
  const running = await serve(env, '--px-url', pxUrl);
  const other = '1af7651916cd43dd8448eb211c80319d';
  await transform(running.origin, [
    job(1, track('u1'), { traceparent: TRACEPARENT }),
    job(2, track('u2'), { traceparent: `00-${other}-${PARENT_ID}-01` }),
    job(3, track('u3'), { traceparent: `00-${'2'.repeat(32)}-${PARENT_ID}-00` }),
    job(4, track('u4'), { traceparent: '' }),
  ]);
  running.child.kill('SIGINT');
  await running.ended;
  expect(px.requests.total).toBe(4);
  for (const traceId of [TRACE_ID, other]) {
    const spans = collector.spans.filter((span) => span.traceId === traceId);
    expect(parentsOf(spans).sort()).toEqual([
      'POST /routerTransform > POST /v1/events/custom',
      `${PARENT_ID} > POST /routerTransform`,
    ]);
  }
  expect(collector.spans).toHaveLength(4);
});

test('each worker exports its own spans', async () => {
  const { pxUrl } = await startPx();
  const { collector, env } = await startCollector();
  const running = await serve(env, '--px-url', pxUrl, '--workers', '2');
  await transform(running.origin, [job(1, track('u1'))], { traceparent: TRACEPARENT });
  running.child.kill('SIGINT');
  expect(await running.ended).toBe(0);
  expect(collector.spans).toHaveLength(2);
  const request = running.log().find(({ msg }) => msg === 'request') as { pid: number };
  for (const { resource } of collector.spans) expect(resource['process.pid']).toBe(request.pid);
  expect(request.pid).not.toBe(running.child.pid);
});

test.each<[string, (collector: Collector) => void]>([
  ['hangs', (collector) => (collector.behaviour = 'hang')],
  ['answers 503', (collector) => (collector.behaviour = 503)],
  ['is away', (collector) => collector.close()],
])('a collector that %s holds up neither the work nor the end', async (_, fail) => {
  const { pxUrl } = await startPx();
  const { collector, env } = await startCollector();
  fail(collector);
  // Its exporter tries for ten minutes, which the test would notice.
  const patient = { OTEL_EXPORTER_OTLP_TIMEOUT: '600000', OTEL_BSP_EXPORT_TIMEOUT: '600000' };
  const running = await serve({ ...env, ...patient, OTEL_BSP_SCHEDULE_DELAY: '1' }, '--px-url', pxUrl);
  for (let each = 0; each < 20; each += 1) {
    const statuses = await transform(running.origin, [job(each, track(`u${each}`))], {
      traceparent: TRACEPARENT,
    });
    expect(statuses).toEqual([299]);
  }
  running.child.kill('SIGINT');
  expect(await running.ended).toBe(0);
  expect(running.log().map(({ msg }) => msg)).toEqual(
    expect.arrayContaining(['the last traces could not be exported in time', 'stopped']),
  );
});

test('what the last drain leaves no time for is given up', async () => {
  const { pxUrl } = await startPx();
  const { collector, env } = await startCollector();
  collector.behaviour = 'hang';
  const running = await serve(env, '--px-url', pxUrl, '--drain-ms', '0', '--grace-ms', '0');
  await transform(running.origin, [job(1, track())], { traceparent: TRACEPARENT });
  running.child.kill('SIGTERM');
  expect(await running.ended).toBe(0);
});

describe('the packages', () => {
  /** Which files of them a service had loaded. */
  async function loadedWith(env: Record<string, string>): Promise<string[]> {
    const folder = mkdtempSync(path.join(tmpdir(), 'gainsight-px-'));
    cleanups.push(() => {
      rmSync(folder, { recursive: true });
    });
    const file = path.join(folder, 'loaded.json');
    const preload = path.join(root, 'test/tracing/loaded-packages.cjs');
    const running = await serve({ ...env, NODE_OPTIONS: `--require=${preload}`, LOADED_FILE: file });
    await transform(running.origin, [], { traceparent: TRACEPARENT });
    running.child.kill('SIGINT');
    await running.ended;
    // The library of the metrics loads the package `api`, too.
    return (JSON.parse(readFileSync(file, 'utf8')) as string[]).filter(
      (loaded) => !loaded.includes('@opentelemetry/api'),
    );
  }

  test('are loaded where the environment asks for traces', async () => {
    const { env } = await startCollector();
    expect((await loadedWith(env)).length).toBeGreaterThan(10);
  });

  test('are not loaded otherwise', async () => {
    expect(await loadedWith({})).toEqual([]);
  });

  test.each<[boolean, Record<string, string>]>([
    [true, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' }],
    [true, { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:4318', OTEL_SDK_DISABLED: 'false' }],
    [true, { OTEL_EXPORTER_OTLP_ENDPOINT: 'nonsense', OTEL_TRACES_EXPORTER: 'otlp' }],
    [false, {}],
    [false, { OTEL_EXPORTER_OTLP_ENDPOINT: ' ' }],
    [false, { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://127.0.0.1:4318' }],
    [false, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318', OTEL_SDK_DISABLED: 'TRUE' }],
    [false, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318', OTEL_TRACES_EXPORTER: 'none' }],
  ])('are wanted: %s with %j', (wanted, env) => {
    expect(wantsTraces(env)).toBe(wanted);
  });
});

test.each(['1', '2'])('an endpoint that is no URL ends the start, with %s workers', async (workers) => {
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'user:secret-word@collector' };
  const refused = serve(env, '--workers', workers);
  await expect(refused).rejects.toThrow('OTEL_EXPORTER_OTLP_ENDPOINT: expected the URL of a collector');
  await expect(refused).rejects.not.toThrow('secret-word');
});
