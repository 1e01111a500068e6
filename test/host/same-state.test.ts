import type { JsonObject } from '../../src/core/json/json-object';
import type { Snapshot } from '../../src/simulator';
import { cleanUp as cleanUpCli, cli, tempFile } from '../cli/cli';
import { gainsightDestination } from './destination';
import { createHost } from './simulated-host';
import { rulesOf } from './report';
import { cleanUp, expectedState, startPx, startRecordedPx, startService } from './setup';
import { PROCESSOR_WAYS, ROUTER_WAYS, type Way } from './ways';
import { hostEvent, workload } from './workload';

/** Every door has to leave PX in the same state. */
const config = {
  apiKey: 'secret-key-5b1f0c',
  productTagKey: 'AP-HOST-2',
  dataCenter: 'EU',
  userAttributeMap: [
    { from: 'seq', to: 'seq' },
    { from: 'address.lines', to: 'lines' },
  ],
  accountAttributeMap: [{ from: 'seq', to: 'seq' }],
  globalContextMap: [{ from: 'channel', to: '<web & app>' }],
  consentPreferences: [{ consent: 'analytics', preference: 'trackUsage' }],
  sendEventId: true,
  sendIp: true,
} as const;

const timestamp = '2026-01-02T03:04:05Z';

/** What the mixed users do not do. */
const ODD_MESSAGES: readonly JsonObject[] = [
  { type: 'identify', timestamp, userId: 'x/../victim', traits: { name: 'Path Climber', seq: 1 } },
  {
    type: 'group',
    timestamp,
    userId: 'x/../victim',
    groupId: 'a?b=c#d',
    traits: { name: 'In the body', nps: 9.5 },
  },
  { type: 'identify', timestamp, userId: 'ünï@example.com', traits: { address: { lines: ['<1>', '&'] } } },
  {
    type: 'identify',
    timestamp,
    userId: 'emoji 🙂',
    traits: { longitude: 13.4, latitude: '52.5', city: '\u2028' },
  },
  { type: 'identify', timestamp, userId: 'prefers', traits: { userPreferences: { surveys: false } } },
  {
    type: 'identify',
    timestamp,
    userId: 'refuses',
    traits: {},
    context: { consentManagement: { deniedConsentIds: ['analytics'] } },
  },
  JSON.parse(
    '{"type":"identify","timestamp":1767323045,"userId":"proto","traits":{"__proto__":{"seq":9},"seq":3}}',
  ) as JsonObject,
  {
    type: 'track',
    messageId: 'odd-1',
    timestamp,
    anonymousId: 'nobody',
    event: ' Bought <& sold> ',
    context: { ip: '192.0.2.1', page: { url: 'https://example.com/?a=1&b=2', referrer: '' }, sessionId: 17 },
    properties: {
      price: 0.1,
      tiny: 1e-7,
      huge: 1e21,
      beyond: Number.MAX_SAFE_INTEGER,
      text: 'é\u2028🙂"\\',
      nested: { deep: [1, { two: null }] },
      nothing: null,
      globalContext: { channel: 'own' },
    },
  },
  { type: 'track', messageId: 'odd-2', timestamp, userId: 'ünï@example.com', event: 7, properties: {} },
];

// Fewer than the events of one batch at the processor: between its batches the host keeps no order.
const messages = [...ODD_MESSAGES, ...workload(10, 9, 3)];
const destination = gainsightDestination(config);
const events = messages.map((message) => hostEvent(message, destination));
let expected: Snapshot;

beforeAll(async () => {
  expected = await expectedState(messages, config);
  await cleanUp();
});

afterEach(async () => {
  await cleanUp();
  await cleanUpCli();
});

interface Door extends Way {
  readonly form: string;
  readonly compacted: boolean;
}

const inBothForms = (way: Way): Door[] => [
  { ...way, form: 'plain', compacted: false },
  { ...way, form: 'compacted', compacted: true },
];
const [INLINE_AT_PROCESSOR, DELIVERY_AT_PROCESSOR] = PROCESSOR_WAYS as [Way, Way];

async function expectSameState({ mode, options, compacted }: Door): Promise<void> {
  const px = await startPx();
  const report = await createHost({
    transformUrl: await startService(mode, px),
    delivery: mode === 'delivery' ? 'proxy' : 'direct',
    resolve: px.resolve,
    compacted,
    ...options,
  }).run(events);
  expect(report).toMatchObject({ violations: [], states: { Succeeded: events.length } });
  expect(px.px.state.snapshot()).toEqual(expected);
}

describe('the same messages leave PX in the same state', () => {
  it('has something to compare', () => {
    expect(expected.users.length).toBe(16);
    expect(expected.accounts.length).toBeGreaterThan(5);
    expect(expected.events.length).toBeGreaterThan(20);
    expect(expected.preferences.length).toBeGreaterThan(2);
  });

  it.each([...ROUTER_WAYS, DELIVERY_AT_PROCESSOR, INLINE_AT_PROCESSOR].flatMap(inBothForms))(
    'through the service: $name, $form',
    expectSameState,
  );

  it('through the service: delivery mode, the first version of the proxy route', async () => {
    const px = await startPx();
    const transformUrl = await startService('delivery', px);
    const host = createHost({ transformUrl, delivery: 'proxy', proxyVersion: 'v0', resolve: px.resolve });
    expect(await host.run(events)).toMatchObject({ violations: [], states: { Succeeded: events.length } });
    expect(px.px.state.snapshot()).toEqual(expected);
  });

  it('through the service: inline mode, with a host that has the proxy set', async () => {
    const px = await startPx();
    const transformUrl = await startService('inline', px);
    const report = await createHost({ transformUrl, delivery: 'proxy', resolve: px.resolve }).run(events);
    // Nothing is left for the host to send.
    expect(report).toMatchObject({ violations: [], states: { Succeeded: events.length } });
    expect(px.px.state.snapshot()).toEqual(expected);
  });

  it('through the command', async () => {
    const { px, origin } = await startPx();
    const lines = tempFile(
      'events.jsonl',
      messages.map((message) => `${JSON.stringify(message)}\n`).join(''),
    );
    const ran = await cli([
      'deliver',
      lines,
      '--config',
      tempFile('config.json', config),
      '--px-url',
      origin,
    ]);
    expect(ran.code).toBe(0);
    expect(px.state.snapshot()).toEqual(expected);
  });
});

describe('delivery mode, and a host without its setting', () => {
  it('sends nothing, and keeps every event to be tried again', async () => {
    const px = await startRecordedPx();
    const transformUrl = await startService('delivery', px);
    const report = await createHost({ transformUrl, resolve: px.resolve, patience: 2, jobsPerBatch: 20 }).run(
      events,
    );
    expect(px.recorder.writes).toEqual([]);
    expect(new Set(report.jobs.map(({ state }) => state))).toEqual(new Set(['Failed', 'Waiting']));
    expect(rulesOf(report)).toEqual(['never-ends']);
    expect(new Set(report.jobs.filter(({ state }) => state === 'Failed').map(({ code }) => code))).toEqual(
      new Set([504]),
    );
  });
});
