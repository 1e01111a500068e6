import type { JsonObject } from '../../src/core/json/json-object';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gainsightDestination } from './destination';
import { startFakeService, type FakeReply, type FakeService } from './fake-service';
import { goJson, goQuery } from './go-encode';
import { createHost, type HostOptions } from './simulated-host';
import type { HostEvent } from './job';
import { shortened } from './timing';

/** What the host simulator does when a service keeps the rules. */
const destination = gainsightDestination({ apiKey: 'key', productTagKey: 'AP-FAKE-2' });
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const clean of cleanups.splice(0)) await clean();
});

/** A destination that answers with the given statuses in order, then with 201, and records the requests. */
async function startDestination(...statuses: number[]) {
  const bodies: string[] = [];
  const requests: string[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      bodies.push(Buffer.concat(chunks).toString());
      requests.push(`${request.method} ${request.url}`);
      response.writeHead(statuses.shift() ?? 201, { location: '/elsewhere' }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const resolve = (url: string): string => url.replace('https://api.aptrinsic.com', origin);
  const seqs = (): unknown[] =>
    bodies
      .filter((body) => body !== '')
      .map((body) => (JSON.parse(body) as { attributes: JsonObject }).attributes.seq);
  return { bodies, requests, resolve, seqs };
}

type ItemOf = (item: JsonObject & { metadata: [JsonObject] }, request: number) => JsonObject;

/** A service whose router items are as a test wants them. */
async function startServiceWith(itemOf: ItemOf = (item) => item): Promise<FakeService> {
  const service = await startFakeService({
    spoil: (reply: FakeReply, route, count) =>
      route === 'router'
        ? {
            ...reply,
            body: { output: (reply.body as { output: never[] }).output.map((item) => itemOf(item, count)) },
          }
        : reply,
  });
  cleanups.push(() => service.close());
  return service;
}

const event = (user: string, seq: number): HostEvent => ({
  message: { type: 'track', userId: user, event: 'Fake', properties: { seq } },
  destination,
});

const hostFor = (service: FakeService, options: Partial<HostOptions>) =>
  createHost({
    transformUrl: service.url,
    workers: 1,
    jobsPerBatch: 20,
    timing: shortened(5_000),
    ...options,
  });

interface RouterBody {
  readonly input: readonly {
    readonly message: { readonly properties: JsonObject };
    readonly metadata: JsonObject;
  }[];
}

const inputsOf = (service: FakeService): RouterBody['input'][] =>
  service.received.filter(({ route }) => route === 'router').map(({ body }) => (body as RouterBody).input);

const withStatus =
  (statusCode: number, when: (metadata: JsonObject) => boolean): ItemOf =>
  (item) =>
    when(item.metadata[0]) ? { ...item, statusCode, error: 'as the test wants it' } : item;

describe('the host simulator', () => {
  it('transforms a failed job again, from the event, with its attempts counted', async () => {
    const { resolve } = await startDestination(500, 503);
    const service = await startServiceWith();
    const { states } = await hostFor(service, { resolve }).run([event('ada', 0)]);
    expect(states).toEqual({ Succeeded: 1 });
    const sent = inputsOf(service).map(([job]) => job!.metadata);
    expect(sent.map(({ attemptNum }) => attemptNum)).toEqual([0, 1, 2]);
    expect(sent[0]!.firstAttemptedAt).toBe('');
    expect(sent[1]!.firstAttemptedAt).not.toBe('');
    expect(sent[2]!.firstAttemptedAt).toBe(sent[1]!.firstAttemptedAt);
  });

  it('keeps later jobs of a key behind one that failed, and lets those of others go on', async () => {
    const { resolve, seqs } = await startDestination(429);
    const service = await startServiceWith();
    const events = [
      event('ada', 1),
      event('charles', 10),
      event('ada', 2),
      event('charles', 11),
      event('ada', 3),
    ];
    const { states } = await hostFor(service, { resolve }).run(events);
    expect(states).toEqual({ Succeeded: 5 });
    expect(seqs()).toEqual([1, 10, 11, 1, 2, 3]);
  });

  it('keeps later jobs of a key behind one that the transform failed', async () => {
    const { resolve, seqs } = await startDestination();
    const service = await startServiceWith(
      withStatus(500, ({ jobId, attemptNum }) => jobId === 1 && attemptNum === 0),
    );
    await hostFor(service, { resolve }).run([event('ada', 1), event('ada', 2), event('charles', 10)]);
    expect(seqs()).toEqual([10, 1, 2]);
    expect(inputsOf(service).map((input) => input.map(({ metadata }) => metadata.jobId))).toEqual([
      [1, 2, 3],
      [1],
      [2],
    ]);
  });

  it('continues with a key after a job of it is aborted', async () => {
    const { resolve, seqs } = await startDestination(400);
    const service = await startServiceWith();
    const { states } = await hostFor(service, { resolve }).run([event('ada', 1), event('ada', 2)]);
    expect(states).toEqual({ Aborted: 1, Succeeded: 1 });
    expect(seqs()).toEqual([1, 2]);
  });

  it.each([
    [298, 'Filtered'],
    [299, 'Succeeded'],
    [400, 'Aborted'],
    [404, 'Aborted'],
  ])('sends nothing for an item with status %i: %s', async (statusCode, state) => {
    const { resolve, bodies } = await startDestination();
    const service = await startServiceWith(withStatus(statusCode, () => true));
    const report = await hostFor(service, { resolve }).run([event('ada', 1)]);
    expect(report).toMatchObject({ states: { [state]: 1 }, violations: [] });
    expect(bodies).toEqual([]);
  });

  it('sends the requests of an array in order, and stops at the first that is refused', async () => {
    const { resolve, requests } = await startDestination(200, 500);
    const part = (item: JsonObject, path: string): JsonObject => ({
      ...(item.batchedRequest as JsonObject),
      endpoint: `https://api.aptrinsic.com/${path}`,
    });
    const service = await startServiceWith((item) => ({
      ...item,
      batchedRequest: ['a', 'b', 'c'].map((path) => part(item, path)),
    }));
    const { states } = await hostFor(service, { resolve }).run([event('ada', 1)]);
    expect(states).toEqual({ Succeeded: 1 });
    expect(requests).toEqual(['POST /a', 'POST /b', 'POST /a', 'POST /b', 'POST /c']);
  });

  it('follows a redirect as Go does: with a GET that carries nothing', async () => {
    const { resolve, requests, bodies } = await startDestination(302, 200);
    await hostFor(await startServiceWith(), { resolve }).run([event('ada', 1)]);
    expect(requests).toEqual(['POST /v1/events/custom', 'GET /elsewhere']);
    expect(bodies[1]).toBe('');
  });

  it('sends a batch again whose answer was lost', async () => {
    const { resolve, seqs } = await startDestination();
    const service = await startServiceWith();
    const report = await hostFor(service, { resolve, losesAnswer: (request) => request === 1 }).run([
      event('ada', 1),
    ]);
    expect(report).toMatchObject({ states: { Succeeded: 1 }, lostAnswers: 1, transformRequests: 2 });
    expect(seqs()).toEqual([1]);
  });

  it('gives a service 20 jobs at a time, of one worker in the order of their ids', async () => {
    const { resolve } = await startDestination();
    const service = await startServiceWith();
    await hostFor(service, { resolve }).run(
      Array.from({ length: 45 }, (_, seq) => event(`user-${seq % 3}`, seq)),
    );
    expect(inputsOf(service).map(({ length }) => length)).toEqual([20, 20, 5]);
    expect(inputsOf(service).flatMap((input) => input.map(({ message }) => message.properties.seq))).toEqual([
      ...Array(45).keys(),
    ]);
  });

  it('sends a batch at the processor again, without limit, when X-Rudder-Should-Retry asks for it', async () => {
    const { resolve, seqs } = await startDestination();
    const service = await startFakeService({
      spoil: (reply, route, count) =>
        route === 'processor' && count < 40
          ? { ...reply, status: 503, headers: { 'X-Rudder-Should-Retry': 'true' } }
          : reply,
    });
    cleanups.push(() => service.close());
    const timing = { ...shortened(5_000), maxShouldRetryMs: 1 };
    const { states } = await hostFor(service, { resolve, timing, transformAt: 'processor' }).run([
      event('ada', 1),
    ]);
    expect(states).toEqual({ Succeeded: 1 });
    expect(seqs()).toEqual([1]);
  });

  it('asks at the processor when the features do not name the destination, and by proxy v0 without the newer one', async () => {
    const service = await startFakeService({
      spoil: (reply, route) => (route === 'features' ? { ...reply, status: 404 } : reply),
    });
    cleanups.push(() => service.close());
    const { states } = await hostFor(service, { delivery: 'proxy' }).run([event('ada', 1)]);
    expect(states).toEqual({ Succeeded: 1 });
    expect(service.received.map(({ route }) => route)).toEqual(
      expect.arrayContaining(['features', 'processor', 'proxy']),
    );
    expect(service.received.find(({ route }) => route === 'proxy')!.body).toMatchObject({
      metadata: { jobId: 1 },
    });
  });
});

describe('what the host writes as Go does', () => {
  it.each([
    [{ b: 1, a: '<&>' }, '{"a":"\\u003c\\u0026\\u003e","b":1}'],
    [{ é: 1, z: 2, '\u2028': 3 }, '{"z":2,"é":1,"\\u2028":3}'],
    [{ list: [1e21, 1e-7, 2 ** 60] }, '{"list":[1e+21,1e-7,1152921504606847000]}'],
    [{ lone: '\ud800' }, '{"lone":"\ufffd"}'],
    [JSON.parse('{"__proto__":{"a":1}}'), '{"__proto__":{"a":1}}'],
  ])('JSON: %j', (value, text) => {
    expect(goJson(value)).toBe(text);
  });

  it('queries: sorted, with spaces as plus signs and numbers as floats', () => {
    expect(goQuery('z=1', { b: 'x y', a: [1, 'b'], n: 5.9e10, o: { k: 1 } })).toBe(
      'a=%5B1+b%5D&b=x+y&n=5.9e%2B10&o=%7B%22k%22%3A1%7D&z=1',
    );
  });
});
