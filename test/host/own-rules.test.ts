import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JsonObject } from '../../src/core/json/json-object';
import { readDescriptors, type Descriptor } from './descriptor';
import { gainsightDestination } from './destination';
import { deliverDirectly, type DeliveryResult } from './direct-delivery';
import { readEcho, type Echo } from './echo';
import { startFakeService, type FakeReply } from './fake-service';
import { Features } from './features';
import { createHost } from './simulated-host';
import { HostProcess } from './host-process';
import { freshConnections, keptConnections } from './http-call';
import { newJob, type HostEvent, type Job } from './job';
import { verdictOf } from './job-status';
import { ProcessorTransform, type ProcessorItem } from './processor-transform';
import { ProxyDelivery, type JobResult } from './proxy-delivery';
import { brokenFirstOrder, brokenOrder, type RecordedWrite } from './px-recorder';
import { readRouterReply } from './router-reply';
import { RouterTransform } from './router-transform';
import { ServiceCalls } from './service-calls';
import { cleanUp, cleanUpWith } from './setup';
import { shortened, type Timing } from './timing';
import { HostPanic, Violations } from './violation';

/**
 * What the host does by itself, whoever the service is: a simulator that did otherwise would let a wrong
 * service through.
 */
const TIMING: Timing = { ...shortened(10_000), processorRetryMs: 0.01, processorRetryCapMs: 60_000 };
const DESTINATION = gainsightDestination({ apiKey: 'key', productTagKey: 'AP-FAKE-2' });

let violations: Violations;

beforeEach(() => {
  violations = new Violations();
});

afterEach(cleanUp);

function callsTo(url: string): ServiceCalls {
  const process = new HostProcess();
  return new ServiceCalls({ url, client: freshConnections(), process, losesAnswer: () => false });
}

const rules = (): string[] => violations.list.map(({ rule }) => rule);

function event(seq: number): HostEvent {
  const message = { type: 'track', userId: 'ada', event: 'Fake', properties: { seq } };
  return { message, destination: DESTINATION };
}

/** An answer of the server below; undefined breaks the connection off. */
interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

interface ScriptedServer {
  readonly url: string;
  readonly received: readonly { readonly target: string; readonly body: string }[];
}

/** Gives the answers in order, and repeats the last one. */
async function startServer(...answers: readonly (Answer | undefined)[]): Promise<ScriptedServer> {
  const received: { target: string; body: string }[] = [];
  const server = createServer((request, response) => {
    void serve(request, response);
  });
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    received.push({ target: `${request.method} ${request.url}`, body: Buffer.concat(chunks).toString() });
    const answer = answers[Math.min(received.length, answers.length) - 1];
    if (answer === undefined) {
      request.socket.destroy();
      return;
    }
    const { status, body = '' } = answer;
    response.writeHead(status, { apiVersion: '2' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUpWith(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

describe('the status of a job', () => {
  const LONG_AGO = new Date(Date.now() - 60_000).toISOString();
  const tried = (attemptNum: number, firstAttemptedAt: string): Job =>
    newJob(1, 1, event(1), { attemptNum, firstAttemptedAt });
  const timing = { ...TIMING, retryWindowMs: 10_000 };

  it.each([
    [200, 'Succeeded'],
    [204, 'Succeeded'],
    [299, 'Succeeded'],
    [298, 'Filtered'],
    [300, 'Aborted'],
    [302, 'Aborted'],
    [400, 'Aborted'],
    [404, 'Aborted'],
    [499, 'Aborted'],
    [408, 'Failed'],
    [429, 'Failed'],
    [0, 'Failed'],
    [500, 'Failed'],
    [503, 'Failed'],
    [599, 'Failed'],
  ])('at the first attempt, %i: %s', (code, verdict) => {
    expect(verdictOf(code, tried(1, new Date().toISOString()), timing)).toBe(verdict);
  });

  it.each([
    [500, 'Aborted'],
    [503, 'Aborted'],
    [408, 'Failed'],
    [429, 'Failed'],
    [599, 'Failed'],
    [0, 'Failed'],
  ])('after the window and many attempts, %i: %s', (code, verdict) => {
    expect(verdictOf(code, tried(50, LONG_AGO), timing)).toBe(verdict);
  });

  it('is final for a 5xx only after both the window and three attempts', () => {
    expect(verdictOf(500, tried(2, LONG_AGO), timing)).toBe('Failed');
    expect(verdictOf(500, tried(3, LONG_AGO), timing)).toBe('Aborted');
    expect(verdictOf(500, tried(50, new Date().toISOString()), timing)).toBe('Failed');
  });
});

describe('a transform at the router', () => {
  const JOBS = [newJob(1, 1, event(1)), newJob(2, 2, event(2))];
  const transformAt = (url: string): RouterTransform =>
    new RouterTransform({
      calls: callsTo(url),
      timing: TIMING,
      timeoutMs: 5_000,
      violations,
      compacted: () => false,
    });

  it.each([
    [404, 404],
    [400, 500],
    [413, 500],
    [429, 500],
    [500, 500],
    [503, 500],
  ])('that is answered with %i gives %i to each job', async (status, code) => {
    const { url, received } = await startServer({ status, body: 'no' });
    const items = await transformAt(url).transform(JOBS);
    expect(items.map(({ jobs, statusCode }) => [jobs[0]!.jobId, statusCode])).toEqual([
      [1, code],
      [2, code],
    ]);
    expect(received).toHaveLength(1);
    expect(rules()).toEqual(status === 404 ? ['http-404'] : []);
  });

  it('that gets no answer is tried 32 times, and then the host ends', async () => {
    const { url, received } = await startServer(undefined);
    await expect(transformAt(url).transform(JOBS)).rejects.toThrow(HostPanic);
    expect(received).toHaveLength(32);
    expect(rules()).toEqual(['connection-refused']);
  });

  it('whose connection is refused for 3.2 seconds ends the host, and for less does not', async () => {
    expect(32 * shortened(1).transformRetryMs).toBe(3_200);
    const answers = [...Array<undefined>(31).fill(undefined), { status: 503, body: 'not ready' }];
    const { url } = await startServer(...answers);
    const items = await transformAt(url).transform(JOBS);
    expect(items.map(({ statusCode }) => statusCode)).toEqual([500, 500]);
    expect(rules()).toEqual([]);

    const closed = await startServer({ status: 200 });
    await cleanUp();
    await expect(transformAt(closed.url).transform(JOBS)).rejects.toThrow(/32 tries: ECONNREFUSED/);
    expect(rules()).toEqual(['connection-refused']);
  });
});

describe('a reply to a transform at the router', () => {
  it('is gone through in the order of the smallest job of each item', () => {
    const sent = new Map([1, 2, 3, 4].map((jobId): [number, JsonObject] => [jobId, { jobId }]));
    const item = (...ids: number[]): object => ({
      metadata: ids.map((jobId) => ({ jobId })),
      statusCode: 200,
    });
    const text = JSON.stringify({ output: [item(4), item(3, 1), item(2)] });
    const items = readRouterReply(text, sent, violations);
    expect(items).toMatchObject([
      { jobs: [{ jobId: 3 }, { jobId: 1 }] },
      { jobs: [{ jobId: 2 }] },
      { jobs: [{ jobId: 4 }] },
    ]);
    expect(rules()).toEqual([]);
  });
});

describe('what comes back of a job', () => {
  it('is what the host continues with', async () => {
    const first = '2026-01-02T03:00:00.000Z';
    const spoil = (reply: FakeReply, count: number): FakeReply => {
      const { output } = reply.body as { output: { metadata: JsonObject[] }[] };
      const echoed = count === 1 ? { attemptNum: 7, firstAttemptedAt: first } : {};
      const items = output.map((item) => ({
        ...item,
        statusCode: count < 3 ? 500 : 298,
        metadata: item.metadata.map((metadata) => ({ ...metadata, ...echoed })),
      }));
      return { ...reply, body: { output: items } };
    };
    const service = await startFakeService({
      spoil: (reply, route, count) => (route === 'router' ? spoil(reply, count) : reply),
    });
    cleanUpWith(() => service.close());
    const timing = { ...TIMING, maxBackoffMs: 1, retryWindowMs: 1e15 };
    const report = await createHost({ transformUrl: service.url, timing }).run([event(1)]);
    const inputs = service.received.filter(({ route }) => route === 'router');
    const metadata = inputs.map(
      ({ body }) => (body as { input: { metadata: JsonObject }[] }).input[0]!.metadata,
    );
    expect(metadata).toMatchObject([
      { attemptNum: 0, firstAttemptedAt: '' },
      { attemptNum: 8, firstAttemptedAt: first },
      { attemptNum: 9, firstAttemptedAt: first },
    ]);
    expect(report).toMatchObject({ jobs: [{ attempts: 10 }], states: { Filtered: 1 } });
  });

  it('is dontBatch too, as the proxy route sets it', async () => {
    const spoil = (reply: FakeReply, count: number): FakeReply => {
      const { output } = reply.body as { output: { response: JsonObject[] } };
      if (count > 1) return reply;
      const response = output.response.map((entry) => ({
        ...entry,
        statusCode: 500,
        metadata: { ...(entry.metadata as JsonObject), dontBatch: true },
      }));
      return { ...reply, body: { output: { ...output, response } } };
    };
    const service = await startFakeService({
      spoil: (reply, route, count) => (route === 'proxy' ? spoil(reply, count) : reply),
    });
    cleanUpWith(() => service.close());
    const report = await createHost({ transformUrl: service.url, timing: TIMING, delivery: 'proxy' }).run([
      event(1),
    ]);
    expect(report).toMatchObject({ violations: [], states: { Succeeded: 1 } });
    const inputs = service.received.filter(({ route }) => route === 'router');
    expect(inputs.map(({ body }) => (body as { input: unknown[] }).input[0])).toMatchObject([
      { metadata: { dontBatch: false } },
      { metadata: { dontBatch: true } },
    ]);
  });
});

function descriptor(changes: Partial<Descriptor> = {}): Descriptor {
  return {
    type: 'REST',
    endpoint: 'https://px/v1/events/custom',
    endpointPath: 'events',
    method: 'POST',
    userId: '',
    headers: {},
    params: {},
    body: { JSON: { a: 1 } },
    files: {},
    ...changes,
  };
}

describe('what a service wants sent', () => {
  it.each([
    ['an empty array', [], 0, 'empty-array'],
    ['nothing', undefined, 599, 'descriptor-undecodable'],
    ['a text', 'POST', 599, 'descriptor-undecodable'],
    ['a number for an endpoint', { ...descriptor(), endpoint: 1 }, 599, 'descriptor-undecodable'],
    [
      'an array with a header that is a number',
      [descriptor(), { headers: { a: 1 } }],
      599,
      'descriptor-undecodable',
    ],
  ])('is refused: %s', (_, raw, code, rule) => {
    expect(readDescriptors(raw, 'router', violations)).toMatchObject({ ok: false, code });
    expect(rules()).toEqual([rule]);
  });

  it('may be an array, but not of what the processor made', () => {
    expect(readDescriptors([descriptor()], 'router', violations)).toMatchObject({ ok: true });
    expect(rules()).toEqual([]);
    expect(readDescriptors([descriptor()], 'processor', violations)).toMatchObject({ ok: false, code: 599 });
    expect(rules()).toEqual(['array-at-processor']);
  });
});

describe('a delivery by the host itself', () => {
  const deliver = (url: string, ...descriptors: readonly Descriptor[]): Promise<DeliveryResult> => {
    const client = keptConnections();
    cleanUpWith(() => client.agent.destroy());
    return deliverDirectly(descriptors, {
      client,
      timeoutMs: 5_000,
      resolve: (target) => target.replace('https://px', url),
    });
  };

  it('without an answer is a 504', async () => {
    const { url } = await startServer(undefined);
    expect(await deliver(url, descriptor())).toMatchObject({ code: 504 });
  });

  it.each([
    ['to a bad URL is a 400', { endpoint: 'https://px/v1/%zz' }, 400],
    ['with a body that is not an object is a 500', { body: { JSON: 'text' } }, 500],
    ['of another type than REST is a success', { type: 'GRAPHQL' }, 200],
    ['with files is a success', { files: { a: 'b' } }, 200],
  ])('%s, and nothing is sent', async (_, changes, code) => {
    const { url, received } = await startServer({ status: 202 });
    expect(await deliver(url, descriptor(changes as Partial<Descriptor>))).toMatchObject({ code });
    expect(received).toEqual([]);
  });

  it('sends the batch of a JSON_ARRAY as it is written', async () => {
    const { url, received } = await startServer({ status: 202 });
    const batch = '[ {"b": 1.0, "a": "<&>"} ]';
    expect(await deliver(url, descriptor({ body: { JSON: {}, JSON_ARRAY: { batch } } }))).toMatchObject({
      code: 202,
    });
    expect(received).toEqual([{ target: 'POST /v1/events/custom', body: batch }]);
  });

  it('with several requests stops at the first that is not 2xx', async () => {
    const { url, received } = await startServer({ status: 201 }, { status: 404 }, { status: 200 });
    expect(await deliver(url, descriptor(), descriptor(), descriptor())).toMatchObject({ code: 404 });
    expect(received).toHaveLength(2);
  });
});

describe('a delivery through the proxy route', () => {
  const JOBS: readonly Echo[] = [1, 2].map((jobId) => readEcho({ jobId }));
  const deliver = async (
    url: string,
    version: 'v0' | 'v1',
    requests = 1,
  ): Promise<Map<number, JobResult>> => {
    const proxy = new ProxyDelivery({
      calls: callsTo(url),
      version: () => version,
      destinationTimeoutMs: 2_000,
      transformTimeoutMs: 2_000,
      violations,
    });
    const descriptors = Array.from({ length: requests }, () => descriptor());
    const parcel = { jobs: JOBS, descriptors, destinationConfig: {}, destinationVersion: undefined };
    return new Map(await proxy.deliver(parcel));
  };
  const codes = (results: Map<number, JobResult>): number[] => [...results.values()].map(({ code }) => code);
  const v1 = (...statuses: number[]): Answer => ({
    status: 200,
    body: {
      output: {
        response: statuses.map((statusCode, index) => ({
          statusCode,
          error: '',
          metadata: { jobId: index + 1 },
        })),
      },
    },
  });

  it('by v0 has the status of the HTTP answer', async () => {
    const body = { output: { status: 500, message: '', destinationResponse: 'gone' } };
    const { url } = await startServer({ status: 410, body });
    expect(codes(await deliver(url, 'v0'))).toEqual([410, 410]);
  });

  it('by v1 has the statuses of the jobs, and 500 for one that is missing', async () => {
    const { url } = await startServer({ ...v1(200, 400), status: 207 });
    expect(codes(await deliver(url, 'v1'))).toEqual([200, 400]);
    expect(rules()).toEqual([]);
    const { url: missing } = await startServer(v1(200));
    expect(codes(await deliver(missing, 'v1'))).toEqual([200, 500]);
    expect(rules()).toEqual(['proxy-job-missing']);
  });

  it('without an answer is a 500 for each job', async () => {
    const { url } = await startServer(undefined);
    expect(codes(await deliver(url, 'v1'))).toEqual([500, 500]);
  });

  it.each([408, 429, 500, 503])('of several requests stops at a %i, and all jobs get 500', async (status) => {
    const { url, received } = await startServer(v1(200, status), v1(200, 200));
    expect(codes(await deliver(url, 'v1', 2))).toEqual([500, 500]);
    expect(received).toHaveLength(1);
  });

  it('with several requests continues after a 400, and has the statuses of the last', async () => {
    const { url, received } = await startServer(v1(200, 400), v1(200, 429));
    expect(codes(await deliver(url, 'v1', 2))).toEqual([200, 429]);
    expect(received).toHaveLength(2);
    expect(rules()).toEqual(['array-failure-hidden']);
  });
});

describe('a transform at the processor', () => {
  const RIGHT: Answer = { status: 200, body: [{ metadata: { jobId: 5 }, output: {}, statusCode: 200 }] };
  const transformAt = (url: string): Promise<readonly ProcessorItem[]> =>
    new ProcessorTransform({
      calls: callsTo(url),
      timing: { ...TIMING, processorMaxRetryMs: 0.1 },
      timeoutMs: 5_000,
      violations,
      compacted: () => false,
      patience: 100,
    }).transform([event(1)], 5);

  it.each([[408], [429], [500], [503], [599], [undefined]])('is sent again after %p', async (status) => {
    const wrong = status === undefined ? undefined : { status };
    const { url, received } = await startServer(wrong, wrong, RIGHT);
    expect(await transformAt(url)).toMatchObject([{ eventNumber: 5, statusCode: 200 }]);
    expect(received).toHaveLength(3);
  });

  it.each([400, 404, 413])('that is answered with %i aborts its events', async (status) => {
    const { url, received } = await startServer({ status, body: 'no' }, RIGHT);
    expect(await transformAt(url)).toMatchObject([{ eventNumber: 5, statusCode: status, error: 'no' }]);
    expect(received).toHaveLength(1);
    expect(rules()).toEqual(['processor-http-4xx']);
  });

  it.each([[503], [undefined]])('is tried 31 times with %p, and then the host ends', async (status) => {
    const { url, received } = await startServer(status === undefined ? undefined : { status });
    await expect(transformAt(url)).rejects.toThrow(HostPanic);
    expect(received).toHaveLength(31);
    expect(rules()).toEqual(['processor-given-up']);
  });
});

describe('what a service says it can do', () => {
  const FEATURES = { routerTransform: { GAINSIGHT_PX: true }, supportSourceTransformV1: true };

  it.each([
    [503, true],
    [404, false],
  ])('after a %i: still so? %p', async (status, still) => {
    const { url } = await startServer({ status: 200, body: FEATURES }, { status });
    const features = new Features(url, TIMING, violations);
    await features.poll();
    expect(features.transformsAtRouter).toBe(true);
    await features.poll();
    expect(features.transformsAtRouter).toBe(still);
    expect(features.polls).toBe(2);
  });
});

describe('the order of writes', () => {
  const user = (seq: number, id = 'ada'): RecordedWrite => ({
    method: 'PUT',
    target: `/v1/users/${id}`,
    body: { customAttributes: { seq } },
  });
  const tracked = (seq: number): RecordedWrite => ({
    method: 'POST',
    target: '/v1/events/custom',
    body: { identifyId: 'ada', attributes: { seq } },
  });

  it('is whole where each object keeps its own, and a repetition breaks nothing', () => {
    const writes = [user(1), tracked(0), user(1), user(0, 'grace'), user(3), tracked(2)];
    expect(brokenOrder(writes)).toEqual([]);
    expect(brokenFirstOrder(writes)).toEqual([]);
  });

  it('is broken where an earlier message comes after a later one', () => {
    expect(brokenOrder([user(1), user(3), user(2)])).toHaveLength(1);
    expect(brokenOrder([tracked(1), tracked(0)])).toHaveLength(1);
    expect(brokenFirstOrder([user(1), user(3), user(2)])).toHaveLength(1);
  });

  it('of first writes is not broken by one that comes again', () => {
    expect(brokenOrder([user(1), user(3), user(1)])).toHaveLength(1);
    expect(brokenFirstOrder([user(1), user(3), user(1), user(4)])).toEqual([]);
  });
});
