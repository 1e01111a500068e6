import type { JsonObject } from '../../src/core/json/json-object';
import { batchSizesAsSeen, MOST_JOBS } from './batch-sizes';
import { gainsightDestination } from './destination';
import { startFakeService, type FakeReply, type FakeRoute, type FakeService } from './fake-service';
import { accept, gatewayUserId } from './gateway';
import { createHost, type HostOptions } from './simulated-host';
import type { HostEvent } from './job';
import type { HostReport } from './report';
import { shortened } from './timing';

/** What the simulated host does when its process is killed, and how it makes events and batches. */
const destination = gainsightDestination({ apiKey: 'key', productTagKey: 'AP-FAKE-2' });
let service: FakeService | undefined;

afterEach(async () => {
  await service?.close();
  service = undefined;
});

const event = (userId: string, seq: number, more: JsonObject = {}): HostEvent => ({
  message: { type: 'track', userId, event: 'Fake', properties: { seq }, ...more },
  destination,
});

type Spoil = (reply: FakeReply, route: FakeRoute, count: number) => FakeReply;

async function run(
  events: readonly HostEvent[],
  options: Partial<HostOptions>,
  spoil: Spoil = (reply) => reply,
): Promise<HostReport> {
  service = await startFakeService({ spoil });
  const timing = shortened(5_000);
  return createHost({
    transformUrl: service.url,
    delivery: 'proxy',
    workers: 1,
    jobsPerBatch: 20,
    timing,
    ...options,
  }).run(events);
}

interface Sent {
  readonly jobId: number;
  readonly attemptNum: number;
  readonly firstAttemptedAt: string;
}

/** The metadata of each batch that reached a transform route. */
function batches(route: 'router' | 'processor' = 'router'): Sent[][] {
  return service!.received
    .filter((request) => request.route === route)
    .map(({ body }) => (body as { input: { metadata: Sent }[] }).input.map(({ metadata }) => metadata));
}

const idsOf = (batch: readonly Sent[]): number[] => batch.map(({ jobId }) => jobId);

describe('a host whose process is killed', () => {
  const EVENTS = [event('ada', 1), event('charles', 2), event('ada', 3)];

  it('sends the batch with the lost answer again: the same jobs, without their earlier attempt', async () => {
    const report = await run(EVENTS, { diesAt: [1] });
    expect(report).toMatchObject({ violations: [], restarts: 1, states: { Succeeded: 3 }, lostAnswers: 1 });
    expect(batches().map(idsOf)).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
    for (const { attemptNum, firstAttemptedAt } of batches()[1]!)
      expect({ attemptNum, firstAttemptedAt }).toEqual({ attemptNum: 0, firstAttemptedAt: '' });
  });

  it('loses the states of all jobs of the batch, delivered ones too', async () => {
    // Request 1 is the transform, 2 and 3 deliver jobs 1 and 2.
    const report = await run(EVENTS, { diesAt: [3] });
    expect(report).toMatchObject({ violations: [], restarts: 1, states: { Succeeded: 3 } });
    expect(batches().map(idsOf)).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
    const delivered = service!.received
      .filter(({ route }) => route === 'proxy')
      .map(({ body }) => idsOf((body as { metadata: Sent[] }).metadata));
    expect(delivered).toEqual([[1], [2], [1], [2], [3]]);
  });

  it('keeps stored states: finished jobs stay finished; failed ones keep their attempts and the order barrier of their key', async () => {
    const failsFirst: Spoil = (reply, route, count) => {
      const { output } = reply.body as { output: JsonObject[] };
      if (route !== 'router' || count > 1) return reply;
      return { ...reply, body: { output: [{ ...output[0], statusCode: 500, error: 'later' }] } };
    };
    const timing = { ...shortened(5_000), minBackoffMs: 1_000 };
    const report = await run(EVENTS, { diesAt: [2], jobsPerBatch: 1, timing }, failsFirst);
    expect(report).toMatchObject({ violations: [], restarts: 1, states: { Succeeded: 3 } });
    // Job 1 fails; the process is killed during job 2. Job 2 runs again at once, job 1 after its backoff, and
    // then job 3, of the same user.
    const sent = batches().flat();
    const attemptsOf = (id: number): number[] =>
      sent.filter(({ jobId }) => jobId === id).map(({ attemptNum }) => attemptNum);
    expect([1, 2, 3].map(attemptsOf)).toEqual([[0, 1], [0, 0], [0]]);
    expect(sent.findIndex(({ jobId }) => jobId === 3)).toBeGreaterThan(
      sent.findLastIndex(({ jobId }) => jobId === 1),
    );
  });

  it('counts the attempts of an executing job from 0 again', async () => {
    const failsFirst: Spoil = (reply, route, count) =>
      route === 'router' && count === 1 ? { ...reply, status: 503 } : reply;
    const report = await run([event('ada', 1)], { diesAt: [2] }, failsFirst);
    expect(report).toMatchObject({ restarts: 1, states: { Succeeded: 1 } });
    const sent = batches().map(([first]) => first!);
    expect(sent.map(({ attemptNum }) => attemptNum)).toEqual([0, 1, 0]);
    expect(sent.map(({ firstAttemptedAt }) => firstAttemptedAt === '')).toEqual([true, false, true]);
  });

  it('has the events of the processor transformed again, with the same numbers', async () => {
    const report = await run(EVENTS, { diesAt: [1], transformAt: 'processor' });
    expect(report).toMatchObject({ violations: [], restarts: 1, states: { Succeeded: 3 } });
    expect(batches('processor').map(idsOf)).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
  });

  it('survives several kills, each in the next process', async () => {
    const report = await run(EVENTS, { diesAt: [1, 2, 4] });
    expect(report).toMatchObject({ violations: [], restarts: 3, panicked: false, states: { Succeeded: 3 } });
  });

  it('loses the answers to all requests in flight', async () => {
    const users = Array.from({ length: 40 }, (_, index) => event(`user-${index}`, index));
    const report = await run(users, { diesAt: [3], workers: 8, jobsPerBatch: 5 });
    expect(report).toMatchObject({ violations: [], restarts: 1, states: { Succeeded: 40 } });
    const times = new Map<number, number>();
    for (const id of batches().flatMap(idsOf)) times.set(id, (times.get(id) ?? 0) + 1);
    expect([...times.values()].filter((count) => count > 1).length).toBeGreaterThan(5);
  });
});

describe('the gateway', () => {
  it('gives a user an ordering key for each anonymous id', () => {
    const keyOf = (anonymousId?: string): string =>
      gatewayUserId(event('user-25', 1, anonymousId === undefined ? {} : { anonymousId }));
    expect([keyOf('anon-72'), keyOf('anon-80'), keyOf()]).toEqual([
      '<<>>anon-72<<>>user-25',
      '<<>>anon-80<<>>user-25',
      '<<>>user-25<<>>user-25',
    ]);
  });

  it('adds its own keys and the missing ones, and changes no key of the sender', () => {
    const { message } = event('ada', 1, { timestamp: 'yesterday', messageId: 7 });
    const accepted = accept({ message, destination }, 3).message;
    expect(accepted).toMatchObject(message);
    expect(Object.keys(accepted).sort()).toEqual(
      [...Object.keys(message), 'originalTimestamp', 'receivedAt', 'request_ip', 'rudderId', 'sentAt'].sort(),
    );
    const { messageId } = accept(event('ada', 1), 3).message;
    expect(messageId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(accept(event('ada', 1), 4).message.messageId).not.toBe(messageId);
  });
});

describe('the sizes of batches', () => {
  it('are from 1 to 20, mostly 20, 5 or 1', () => {
    const next = batchSizesAsSeen();
    const sizes = Array.from({ length: 2_000 }, next);
    const share = (size: number): number => sizes.filter((other) => other === size).length / sizes.length;
    expect(Math.min(...sizes)).toBe(1);
    expect(Math.max(...sizes)).toBe(MOST_JOBS);
    expect(new Set(sizes).size).toBe(MOST_JOBS);
    for (const size of [20, 5, 1]) expect(share(size)).toBeGreaterThan(0.15);
  });

  it('are the default of the host', async () => {
    const users = Array.from({ length: 300 }, (_, index) => event(`user-${index}`, index));
    service = await startFakeService();
    await createHost({ transformUrl: service.url, delivery: 'proxy', workers: 2 }).run(users);
    expect(new Set(batches().map(({ length }) => length)).size).toBeGreaterThan(3);
  });
});
