import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type {
  SentRequest,
  ServedRequest,
  ServedResult,
  ServedSpan,
  ServiceOptions,
  TraceParent,
  Tracing,
} from '../../../src/service';
import { FakeClock } from '../../__mocks__/clock.fake';
import {
  cleanUp,
  CONFIG,
  group,
  identify,
  job,
  KEY,
  track,
  world,
  type HostEvent,
  type Json,
} from '../running-service';
import { calm, finish, until } from '../waiting';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  await cleanUp();
  for (const clean of cleanups.splice(0)) await clean();
});

const parent = (name: string, flags = '01'): string =>
  `00-${Buffer.from(name.padEnd(16, '.')).toString('hex')}-b7ad6b7169203331-${flags}`;

interface Reported {
  readonly parent: TraceParent;
  readonly served: ServedRequest;
  readonly sent: SentRequest[];
  readonly ends: ServedResult[];
}

/** Takes every `traceparent` for valid that begins with `00-`; samples those with the flag 01. */
class FakeTracing implements Tracing {
  readonly spans: Reported[] = [];

  begin(from: TraceParent, served: ServedRequest): ServedSpan | undefined {
    if (!from.traceparent.startsWith('00-')) return undefined;
    const span: Reported = { parent: from, served, sent: [], ends: [] };
    this.spans.push(span);
    return {
      isRecording: from.traceparent.endsWith('-01'),
      sent: (request) => void span.sent.push(request),
      end: (result) => void span.ends.push(result),
    };
  }

  /** The span of a trace; its steps and its outcomes. */
  of(traceparent: string): { steps: string[]; outcomes: object; codes: readonly string[]; status: unknown } {
    const spans = this.spans.filter((span) => span.parent.traceparent === traceparent);
    expect(spans).toHaveLength(1);
    const [{ sent, ends }] = spans as [Reported];
    expect(ends).toHaveLength(1);
    const [{ outcomes, codes, status }] = ends as [ServedResult];
    return { steps: sent.map(({ record }) => record.step), outcomes, codes, status };
  }
}

async function traced(options: ServiceOptions = {}, px = {}) {
  const tracing = new FakeTracing();
  const here = await world({ tracing, ...options }, px);
  const post = (
    events: readonly HostEvent[],
    headers: Record<string, string> = {},
    url = '/routerTransform',
  ) =>
    here.post(
      url,
      url === '/routerTransform' ? { input: events, destType: 'gainsight_px' } : events,
      headers,
    );
  return { ...here, tracing, transform: post };
}

const named = (id: number, message: Json, traceparent?: unknown): HostEvent =>
  job(id, message, traceparent === undefined ? {} : { traceparent });

describe('whose trace a job belongs to', () => {
  test('that of its own metadata, as a RudderStack host sends it: one span for each trace', async () => {
    const { tracing, transform } = await traced();
    const [one, two] = [parent('one'), parent('two')];
    await transform([
      named(1, identify('u1'), one),
      named(2, track('u1'), two),
      named(3, { type: 'page', userId: 'u1' }, two),
      named(4, track('u1')),
    ]);
    expect(tracing.spans).toHaveLength(2);
    expect(tracing.of(one)).toMatchObject({
      steps: ['updateUser', 'createUser'],
      outcomes: { delivered: 1 },
    });
    expect(tracing.of(two)).toEqual({
      steps: ['createEvent'],
      outcomes: { delivered: 1, filtered: 1 },
      codes: ['type_filtered'],
      status: 200,
    });
  });

  test('otherwise that of the header, also where its own is empty or not valid', async () => {
    const { tracing, transform } = await traced();
    const [header, own] = [parent('header'), parent('own')];
    await transform(
      [
        named(1, track('u1'), ''),
        named(2, track('u1'), 'nonsense'),
        named(3, track('u1'), 7),
        named(6, track('u1'), `${own}${'-x'.repeat(1_000)}`),
        named(4, track('u1'), own),
        named(5, track('u1')),
      ],
      { traceparent: header, tracestate: 'vendor=1' },
    );
    expect(tracing.of(header)).toMatchObject({ outcomes: { delivered: 5 } });
    expect(tracing.of(own)).toMatchObject({ outcomes: { delivered: 1 } });
    expect(tracing.spans.map(({ parent: { tracestate } }) => tracestate)).toEqual(['vendor=1', undefined]);
  });

  test('no trace: no span', async () => {
    const { tracing, transform } = await traced();
    await transform([named(1, identify()), named(2, track(), 'nonsense')], { traceparent: '01-x' });
    expect(tracing.spans).toEqual([]);
  });
});

test('a span has the route and its times, and each request its attempt', async () => {
  const clock = new FakeClock(Date.UTC(2024, 0, 1));
  const { tracing, transform } = await traced({ router: { clock } }, { latencyMs: 0 });
  const answer = transform([named(1, identify('ada'), parent('t'))]);
  await finish(clock, answer);
  const [{ served, sent, ends }] = tracing.spans as [Reported];
  expect(served).toEqual({ method: 'POST', route: '/routerTransform', startMs: Date.UTC(2024, 0, 1) });
  expect(ends[0]!.endMs).toBeGreaterThanOrEqual(served.startMs);
  expect(sent).toMatchObject([
    { address: 'api.aptrinsic.com', port: 443, template: '/v1/users/{identifyId}', resends: 0 },
    { address: 'api.aptrinsic.com', port: 443, template: '/v1/users', resends: 0 },
  ]);
  for (const { record, startMs, endMs } of sent) expect(endMs - startMs).toBeCloseTo(record.durationMs, 1);
});

test('repetitions of a step are counted, for each step of each plan', async () => {
  const { tracing, transform, simulator } = await traced({ router: { maxAttempts: 3 } });
  simulator.configure({
    faults: [{ fault: { status: 503 }, route: 'users.update', nth: [1, 2] }],
  });
  await transform([named(1, identify('u1'), parent('t')), named(2, track('u2'), parent('t'))]);
  const [{ sent }] = tracing.spans as [Reported];
  expect(sent.map(({ record, resends }) => `${record.step} ${resends}`).sort()).toEqual([
    'createEvent 0',
    'createUser 0',
    'updateUser 0',
    'updateUser 1',
    'updateUser 2',
  ]);
});

test('nothing is reported of the requests of a trace that is not sampled', async () => {
  const { tracing, transform } = await traced();
  await transform([named(1, identify(), parent('t', '00'))]);
  expect(tracing.spans[0]!.sent).toEqual([]);
});

test('a job that is answered from memory sends nothing', async () => {
  const { tracing, transform } = await traced();
  const events = [named(1, { ...track(), messageId: 'm1' }, parent('one'))];
  await transform(events);
  await transform([named(1, { ...track(), messageId: 'm1' }, parent('two'))]);
  expect(tracing.of(parent('one')).steps).toEqual(['createEvent']);
  expect(tracing.of(parent('two'))).toMatchObject({ steps: [], outcomes: { delivered: 1 } });
});

test.each(['v0', 'v1'])('the delivery proxy, %s', async (version) => {
  const { tracing, transform, post } = await traced({ mode: 'delivery' });
  const { body } = await transform([named(1, identify(), parent('one'))]);
  const [item] = body.output as [Json];
  const { version: _, ...descriptor } = item.batchedRequest as Json;
  const metadata = (item.metadata as Json[]).map((each) => ({ ...each, traceparent: parent('two') }));
  await post(`/${version}/destinations/gainsight_px/proxy`, {
    ...descriptor,
    metadata: version === 'v1' ? metadata : metadata[0],
    destinationConfig: CONFIG,
  });
  expect(tracing.of(parent('one'))).toMatchObject({ steps: [], outcomes: { handedOver: 1 } });
  expect(tracing.of(parent('two'))).toMatchObject({
    steps: ['updateUser', 'createUser'],
    outcomes: { delivered: 1 },
    status: 200,
  });
  expect(tracing.spans[1]!.served.route).toBe(`/${version}/destinations/gainsight_px/proxy`);
});

test('the processor route, also where the whole batch goes back to the host', async () => {
  const { tracing, transform, simulator } = await traced();
  simulator.configure({ faults: [{ fault: { status: 503 } }] });
  const url = '/v0/destinations/gainsight_px';
  await transform([named(1, group(), parent('t')), named(2, track(), parent('t'))], {}, url);
  expect(tracing.of(parent('t'))).toMatchObject({
    outcomes: { retry: 2 },
    status: 503,
    codes: ['unavailable', 'blocked'],
  });
});

test('erasures and messages of --ingest belong to the trace of the header', async () => {
  const token = 'ingest-token-77aa01';
  const { tracing, post } = await traced({ ingest: { config: CONFIG, token } });
  const [erased, taken, refused] = [parent('erased'), parent('taken'), parent('refused')];
  const authorization = `Bearer ${token}`;
  await post('/v1/deliver', [identify('u1'), track('u1')], { authorization, traceparent: taken });
  await post('/v1/deliver', [identify('u1')], { traceparent: refused });
  const users = [{ userId: 'u1' }, { userId: 'u2' }];
  await post(
    '/deleteUsers',
    [{ jobId: '1', destType: 'gainsight_px', config: CONFIG, userAttributes: users }],
    {
      traceparent: erased,
    },
  );
  expect(tracing.of(taken)).toMatchObject({
    steps: ['updateUser', 'createUser', 'createEvent'],
    outcomes: { delivered: 2 },
  });
  expect(tracing.of(refused)).toMatchObject({ steps: [], outcomes: {}, status: 401 });
  expect(tracing.of(erased)).toMatchObject({ outcomes: { delivered: 2 } });
  expect(tracing.of(erased).steps).toHaveLength(2);
});

test('a body that cannot be read has a span, too', async () => {
  const { tracing, post } = await traced();
  await post('/routerTransform', '{', { traceparent: parent('t') });
  expect(tracing.of(parent('t'))).toMatchObject({ steps: [], outcomes: {}, status: 500 });
});

test('polls and unknown paths have none', async () => {
  const { tracing, service, post } = await traced();
  for (const url of ['/features', '/health', '/metrics'])
    await service.inject({ method: 'GET', url, headers: { traceparent: parent('t') } });
  await post('/unknown', {}, { traceparent: parent('t') });
  expect(tracing.spans).toEqual([]);
});

test('what is forwarded has none: the upstream gets the headers', async () => {
  const heard: unknown[] = [];
  const upstream = createServer((request, response) => {
    heard.push(request.headers.traceparent);
    response.end('{}');
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => void upstream.close().closeAllConnections());
  const { tracing, post } = await traced({
    upstream: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`,
  });
  await post('/routerTransform', { input: [], destType: 'other' }, { traceparent: parent('t') });
  await post('/v0/destinations/other', [], { traceparent: parent('t') });
  expect(heard).toEqual([parent('t'), parent('t')]);
  expect(tracing.spans).toEqual([]);
});

test('a host that is gone before its answer ends the span without a status, and what runs then is reported', async () => {
  const { tracing, service, simulator } = await traced();
  simulator.configure({ latencyMs: 20 });
  const { origin } = await service.listen({ port: 0 });
  const leave = new AbortController();
  const gone = fetch(`${origin}/routerTransform`, {
    method: 'POST',
    body: JSON.stringify({ input: [named(1, identify(), parent('t'))], destType: 'gainsight_px' }),
    signal: leave.signal,
  });
  await until(() => simulator.requests.total > 0);
  leave.abort();
  await expect(gone).rejects.toThrow();
  await until(() => tracing.spans[0]?.ends.length === 1 && tracing.spans[0].sent.length > 0);
  await calm();
  expect(tracing.of(parent('t'))).toMatchObject({ status: undefined });
});

test('a request to PX does not carry the trace', async () => {
  const headers: Readonly<Record<string, string>>[] = [];
  const { transform } = await traced({
    fetch: (_url, init) => {
      headers.push(init.headers);
      return Promise.resolve(new Response('', { status: 201 }));
    },
  });
  await transform([named(1, track(), parent('t'))], { traceparent: parent('h'), tracestate: 'vendor=1' });
  expect(headers.map((each) => Object.keys(each).sort())).toEqual([['Content-Type', 'X-APTRINSIC-API-KEY']]);
});

test('what is reported holds no key and no id', async () => {
  const { tracing, transform } = await traced();
  await transform([
    named(1, identify('ada@example.com', { email: 'ada@example.com' }), parent('t')),
    named(2, group('ada@example.com', 'acme-account'), parent('t')),
    named(3, identify('with/slash'), parent('t')),
  ]);
  expect(tracing.spans[0]!.sent.length).toBeGreaterThan(4);
  const text = JSON.stringify(tracing.spans);
  for (const secret of [KEY, 'ada', 'acme', 'slash']) expect(text).not.toContain(secret);
});
