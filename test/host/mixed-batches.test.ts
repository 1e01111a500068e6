import type { JsonObject } from '../../src/core/json/json-object';
import { createSimulator, type FaultScript, type Simulator } from '../../src/simulator';
import { createService, type Mode } from '../../src/service';
import { gainsightDestination } from './destination';
import { createHost } from './simulated-host';
import { IMPATIENT } from './impatient';
import type { HostEvent } from './job';
import { cleanUp, cleanUpWith, send, startPx, startScene } from './setup';
import { WAYS } from './ways';
import { CONFIG, DESTINATION, hostEvent } from './workload';

afterEach(cleanUp);

const timestamp = '2026-01-02T03:04:05Z';
const identify = (userId: string, more: JsonObject = {}): JsonObject => ({
  type: 'identify',
  timestamp,
  userId,
  traits: { title: userId },
  ...more,
});

/** Metadata that a later host might add; it must come back unchanged. */
const STRANGE_METADATA = {
  unknown: { nested: [1, null, { deep: 'é\u2028' }] },
  empty: '',
  nothing: null,
  constructor: 'own',
  big: 2 ** 53,
};

describe.each(WAYS)('a batch of all kinds, $name', ({ mode, options }) => {
  it('loses no event because of other events of the batch', async () => {
    const px = await startPx();
    const { run } = await startScene(mode, px, { ...options, workers: 1, jobsPerBatch: 20 });
    const withoutKey = gainsightDestination({ ...CONFIG, apiKey: '' }, { ID: 'dest-2' });
    const strange = JSON.parse('{"__proto__": {"type": "track"}, "constructor": 1}') as JsonObject;
    const events: HostEvent[] = [
      hostEvent(identify('first')),
      hostEvent({ ...identify('page'), type: 'page' }),
      hostEvent({ type: 'identify', traits: {} }),
      hostEvent({ type: 'track', userId: 'nameless', event: ' ' }),
      hostEvent({ type: 'group', userId: 'stranger', traits: {} }),
      hostEvent(identify('keyless'), withoutKey),
      hostEvent({ type: 7 }),
      hostEvent(strange),
      hostEvent(identify('last')),
    ];
    const decorated = events.map((event, index) => ({
      ...event,
      metadata: STRANGE_METADATA,
      recordId: [null, { index }, 'text', 7][index % 4],
    }));
    const report = await run(decorated);
    expect(report.violations).toEqual([]);
    expect(report.events.map(({ state }) => state)).toEqual([
      'Succeeded',
      'Filtered',
      ...Array<string>(6).fill('Aborted'),
      'Succeeded',
    ]);
    expect([...px.px.state.users.keys()].sort()).toEqual(['first', 'last']);
    expect(report.events.map(({ error }) => error).join()).not.toContain(CONFIG.apiKey);
  });

  it('aborts an event that PX refuses, and delivers the next events of its user', async () => {
    const refusesTheFirst: FaultScript = ({ route }) =>
      route === 'users.update' && refusals++ === 0 ? { status: 400, body: '{"message":"no"}' } : undefined;
    let refusals = 0;
    const px = await startPx(refusesTheFirst);
    const { run } = await startScene(mode, px, { ...options, workers: 1, jobsPerBatch: 20 });
    const report = await run([
      hostEvent(identify('ada')),
      hostEvent(identify('ada', { traits: { title: 'Countess' } })),
    ]);
    expect(report.violations).toEqual([]);
    expect(report.events.map(({ state }) => state)).toEqual(['Aborted', 'Succeeded']);
    expect(px.px.state.users.get('ada')).toMatchObject({ title: 'Countess' });
  });
});

const KEYS = ['key-of-the-us', 'key-of-the-eu'];

/** A service that sends the requests to each data center to its own simulator, which accepts only one key. */
async function startTwoDataCenters(mode: Mode) {
  const simulators = KEYS.map((apiKey) => createSimulator({ apiKey }));
  const origins: string[] = [];
  for (const simulator of simulators) origins.push((await simulator.listen()).origin);
  const resolve = (url: string): string =>
    url
      .replace('https://api.aptrinsic.com', origins[0]!)
      .replace('https://api-eu.aptrinsic.com', origins[1]!);
  const service = createService({ mode, fetch: (url, init) => send(resolve(url), init), router: IMPATIENT });
  const { origin } = await service.listen({ port: 0 });
  cleanUpWith(async () => {
    await service.close();
    for (const simulator of simulators) await simulator.close();
  });
  return { us: simulators[0]!, eu: simulators[1]!, origin, resolve };
}

describe.each(WAYS)('a batch of several destinations, $name', ({ mode, options }) => {
  const users = Array.from({ length: 8 }, (_, index) => `user-${index}`);
  const titles = ({ state }: Simulator): unknown[] => users.map((user) => state.users.get(user)?.title);

  it('delivers each event to its own destination, with its own key', async () => {
    const { us, eu, origin, resolve } = await startTwoDataCenters(mode);
    const destinations = [
      gainsightDestination({ ...CONFIG, apiKey: KEYS[0]! }, { ID: 'dest-us' }),
      gainsightDestination({ ...CONFIG, apiKey: KEYS[1]!, dataCenter: 'EU' }, { ID: 'dest-eu' }),
    ];
    const events = users.flatMap((user) =>
      destinations.map((destination) =>
        hostEvent(identify(user, { traits: { title: destination.ID } }), destination),
      ),
    );
    const delivery = mode === 'delivery' ? 'proxy' : 'direct';
    const report = await createHost({
      transformUrl: origin,
      delivery,
      resolve,
      workers: 1,
      jobsPerBatch: 20,
      ...options,
    }).run(events);
    expect(report).toMatchObject({ violations: [], states: { Succeeded: 16 }, transformRequests: 1 });
    expect(titles(us)).toEqual(users.map(() => 'dest-us'));
    expect(titles(eu)).toEqual(users.map(() => 'dest-eu'));
  });

  it('reads from each event what its configuration leaves open', async () => {
    const { us, origin, resolve } = await startTwoDataCenters(mode);
    const config = {
      ...CONFIG,
      apiKey: KEYS[0]!,
      productTagKey: '{{ message.context.tag || "AP-DEFAULT-2" }}',
    };
    const destination = gainsightDestination(config, { hasDynamicConfig: true });
    const tagOf = (index: number): JsonObject =>
      index % 2 === 0 ? { context: { tag: `AP-${index}-2` } } : {};
    const events = users.map((user, index) => hostEvent(identify(user, tagOf(index)), destination));
    const delivery = mode === 'delivery' ? 'proxy' : 'direct';
    const report = await createHost({
      transformUrl: origin,
      delivery,
      resolve,
      workers: 1,
      jobsPerBatch: 20,
      ...options,
    }).run(events);
    expect(report).toMatchObject({ violations: [], states: { Succeeded: 8 } });
    expect(users.map((user) => us.state.users.get(user)?.propertyKeys)).toEqual(
      users.map((_, index) => [index % 2 === 0 ? `AP-${index}-2` : 'AP-DEFAULT-2']),
    );
  });
});

describe('the time limit of the host for a delivery', () => {
  it('is kept by the service when PX hangs, and the host delivers the event at the next attempt', async () => {
    let hung = 0;
    const hangsOnce: FaultScript = () => (hung++ === 0 ? 'hang' : undefined);
    const px = await startPx(hangsOnce);
    const { run } = await startScene('delivery', px, { destinationTimeoutMs: 150, workers: 1 });
    const report = await run([hostEvent(identify('ada')), hostEvent(identify('charles'), DESTINATION)]);
    expect(report).toMatchObject({ violations: [], states: { Succeeded: 2 } });
    expect(report.events[0]!.attempts).toBeGreaterThan(1);
    expect([...px.px.state.users.keys()].sort()).toEqual(['ada', 'charles']);
  });
});
