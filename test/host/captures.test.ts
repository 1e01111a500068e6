import type { DestinationConfig } from '../../src/index';
import type { JsonObject } from '../../src/core/json/json-object';
import { differencesOfForm, readCapture, type Capture, type CapturedTransform } from './captures';
import { gainsightDestination } from './destination';
import { startFakeService, type FakeReply, type FakeRoute, type FakeService } from './fake-service';
import { createHost, type HostOptions } from './simulated-host';
import type { HostEvent } from './job';
import { RegulationWorker, type DeletionJob } from './regulation-worker';
import { HTTP_SOURCE } from './source';
import { shortened } from './timing';

/** What the gateway adds to a message; all else is the sender's own. */
const OF_THE_GATEWAY = ['receivedAt', 'request_ip', 'rudderId'];

let service: FakeService | undefined;

afterEach(async () => {
  await service?.close();
  service = undefined;
});

/** The events of a capture as their sender made them. */
function eventsOf({ body }: Capture): HostEvent[] {
  const { input, destinations } = body as CapturedTransform;
  const [stored] = Object.values(destinations);
  const destination = gainsightDestination(stored!.Config as DestinationConfig, {
    ID: stored!.ID as string,
    Name: stored!.Name as string,
  });
  return input.map(({ message, metadata }) => {
    const sent = Object.entries(message).filter(([key]) => !OF_THE_GATEWAY.includes(key));
    return {
      message: Object.fromEntries(sent),
      destination,
      source: { ...HTTP_SOURCE, id: metadata.sourceId as string },
    };
  });
}

type Spoil = (reply: FakeReply, route: FakeRoute, count: number) => FakeReply;

/** Sends the events of a capture, all in one batch, and gives the requests that reached one route. */
async function sent(capture: Capture, route: FakeRoute, options: Partial<HostOptions>, spoil?: Spoil) {
  service = await startFakeService(spoil === undefined ? {} : { spoil });
  const events = eventsOf(capture);
  const report = await createHost({
    transformUrl: service.url,
    timing: shortened(10_000),
    workers: 1,
    jobsPerBatch: events.length,
    patience: 3,
    ...options,
  }).run(events);
  expect(report.panicked).toBe(false);
  return service.received.filter((request) => request.route === route);
}

/** Headers of the connection and the length: compared by name, not by value. */
const UNCOMPARED = ['host', 'content-length'];

function headersOf(headers: JsonObject): JsonObject {
  const entries = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  return Object.fromEntries(entries.filter(([name]) => !UNCOMPARED.includes(name)));
}

function expectTheSame(capture: Capture, request: FakeService['received'][number] | undefined): void {
  expect(`${request?.method} ${request?.path} HTTP/1.1`).toBe(capture.first);
  expect(headersOf(request!.headers)).toEqual(headersOf(capture.headers));
  expect(differencesOfForm(capture.body, request!.body ?? '')).toEqual([]);
}

describe('the simulated host sends what a real one was seen to send', () => {
  it('to the router route', async () => {
    const capture = readCapture('router-transform-compacted');
    const [request] = await sent(capture, 'router', { transformAt: 'router' });
    expectTheSame(capture, request);
  });

  it('to the router route again, after a failure', async () => {
    const capture = readCapture('router-transform-compacted-retry');
    const failsOnce: Spoil = (reply, route, count) =>
      route === 'router' && count === 1 ? { ...reply, status: 503 } : reply;
    const [, retry] = await sent(capture, 'router', { transformAt: 'router' }, failsOnce);
    expectTheSame(capture, retry);
    expect((retry!.body as CapturedTransform).input[0]!.metadata).toMatchObject({ attemptNum: 1 });
  });

  it('to the processor route', async () => {
    const capture = readCapture('processor-compacted');
    const [request] = await sent(capture, 'processor', { transformAt: 'processor' });
    expectTheSame(capture, request);
  });

  it('to the proxy route', async () => {
    const capture = readCapture('proxy-v1');
    const { metadata: _metadata, destinationConfig: _config, ...descriptor } = capture.body as JsonObject;
    const plansIt: Spoil = (reply, route) => {
      if (route !== 'router') return reply;
      const { output } = reply.body as { output: JsonObject[] };
      return { ...reply, body: { output: output.map((item) => ({ ...item, batchedRequest: descriptor })) } };
    };
    const job = readCapture('router-transform-compacted-retry');
    const [request] = await sent(job, 'proxy', { transformAt: 'router', delivery: 'proxy' }, plansIt);
    expectTheSame(capture, request);
    expect(request!.body).toMatchObject(descriptor);
  });

  it('to the deletion route', async () => {
    const capture = readCapture('delete-users');
    service = await startFakeService();
    const [{ destType: _destType, ...job }] = capture.body as [DeletionJob & { destType: string }];
    await new RegulationWorker({ transformUrl: service.url }).run(job);
    expectTheSame(
      capture,
      service.received.find(({ route }) => route === 'deletion'),
    );
  });

  it('when it asks what there is', async () => {
    const job = readCapture('router-transform-compacted-retry');
    const [request] = await sent(job, 'features', {});
    expectTheSame(readCapture('features-poll'), request);
  });

  it('with the values that are the same for every event', async () => {
    const ofRouter = readCapture('router-transform-compacted');
    const ofProcessor = readCapture('processor-compacted');
    const [router] = await sent(ofRouter, 'router', { transformAt: 'router' });
    await service!.close();
    const [processor] = await sent(ofProcessor, 'processor', { transformAt: 'processor' });
    const pairs = [
      [ofRouter, router],
      [ofProcessor, processor],
    ] as const;
    for (const [{ body }, request] of pairs) {
      const [captured, found] = [body, request!.body] as JsonObject[];
      expect(found!.connections).toEqual(captured!.connections);
      const definitionOf = ({ destinations }: JsonObject): unknown =>
        Object.values(destinations as Record<string, JsonObject>)[0]!.DestinationDefinition;
      expect(definitionOf(found!)).toEqual(definitionOf(captured!));
    }
    const metadataOf = (transform: unknown): JsonObject =>
      (transform as CapturedTransform).input[0]!.metadata;
    const { userId, traceparent } = metadataOf(router!.body);
    expect({ userId, traceparent }).toEqual({ userId: '<<>>anon-72<<>>user-25', traceparent: '' });
    const { rudderId, sourceType } = metadataOf(processor!.body);
    expect({ rudderId, sourceType }).toEqual({ rudderId: '<<>>anon-200<<>>user-123', sourceType: 'HTTP' });
  });
});

describe('the comparison of two forms', () => {
  it.each([
    [{ a: [{ b: 1 }] }, { a: [{ b: 2 }] }, []],
    [{ a: '' }, {}, ['$.a: only the real host sends it']],
    [{}, { a: { b: 1 } }, ['$.a: only the simulated host sends it']],
    [{ a: null }, { a: {} }, ['$.a: the real host sends null, the simulated one object']],
    [{ a: [1, 2] }, { a: [1] }, ['$.a.1: only the real host sends it']],
    [
      [{ a: 1 }, { a: 1 }],
      [{ a: 1 }, { a: '1' }],
      ['$.1.a: the real host sends number, the simulated one string'],
    ],
    [{ a: {} }, { a: [] }, ['$.a: the real host sends object, the simulated one a list']],
  ])('of %j and %j', (captured, sentValue, differences) => {
    expect(differencesOfForm(captured, sentValue)).toEqual(differences);
  });
});
