import { DATA_CENTERS, process, type DestinationConfig, type RequestPlan } from '../../../src';
import { deliveryPlan } from '../../../src/protocol/proxy/delivery-plan';
import { toPlanDescriptor } from '../../../src/protocol/proxy/plan-descriptor';
import type { ProxyRequest } from '../../../src/protocol/proxy/proxy-request';
import { loadFixtures } from '../../fixture-runs/load-fixtures';

/** What a plan is after it went through the host. */
function roundTrip(plan: RequestPlan, destinationConfig: unknown): RequestPlan {
  const { method, endpoint, headers, body } = JSON.parse(
    JSON.stringify(toPlanDescriptor(plan)),
  ) as ProxyRequest & {
    body: { JSON: ProxyRequest['json'] };
  };
  return deliveryPlan({ method, endpoint, headers, json: body.JSON, jobs: [{}], destinationConfig }, {});
}

const IDS = [
  'u1',
  'ada@example.com',
  'Ada Lovelace',
  'a/b',
  '..',
  'update',
  'delete',
  'x%2Fy',
  'ü',
  '漢字',
  '😀',
  "!'()*",
  ' x',
  '0',
];
const config = { apiKey: 'k', productTagKey: 'AP', missingUserOnGroup: 'create' } as const;

describe.each(DATA_CENTERS)('data center %s', (dataCenter) => {
  test.each(IDS)('the plans of the user and account %j come back as they were', (id) => {
    const here: DestinationConfig = { ...config, dataCenter };
    const traits = { title: '"<&>', userPreferences: { surveys: false } };
    for (const message of [
      { type: 'identify', userId: id, traits, timestamp: '2026-01-02T03:04:05Z' },
      { type: 'group', userId: id, groupId: id, traits: { plan: 'p' } },
      { type: 'track', userId: id, event: 'E', properties: { n: 1.5 } },
    ]) {
      const plan = process(message, here);
      expect(roundTrip(plan, here)).toEqual(plan);
    }
  });
});

test('no URL and no key travel with a plan', () => {
  const text = JSON.stringify(
    toPlanDescriptor(
      process({ type: 'group', userId: 'u', groupId: 'g' }, { ...config, apiKey: 'secret-key' }),
    ),
  );
  expect(text).not.toMatch(/aptrinsic|secret-key/);
  expect(text.match(/https?:/g)).toHaveLength(1);
});

test('every plan of the fixtures comes back as it was', () => {
  let plans = 0;
  for (const { config: fixtureConfig, event } of loadFixtures()) {
    let plan: RequestPlan;
    try {
      plan = process(event as object as { type: string }, fixtureConfig as DestinationConfig);
    } catch {
      continue;
    }
    plans += 1;
    expect(roundTrip(plan, fixtureConfig)).toEqual(JSON.parse(JSON.stringify(plan)));
  }
  expect(plans).toBeGreaterThan(100);
});

test('a preferences version that was a template of the stored configuration arrives as it was resolved', () => {
  const message = { type: 'identify', userId: 'u', traits: { userPreferences: { surveys: false } } };
  for (const preferencesApiVersion of ['v1', 'v2'] as const) {
    const plan = process(message, { ...config, preferencesApiVersion });
    const stored = { ...config, preferencesApiVersion: '{{ message.context.version || "v1" }}' };
    expect(roundTrip(plan, stored)).toEqual(plan);
  }
});

const TEMPLATE = '{{ message.context.place || "US" }}';

test.each([
  ['as a whole', TEMPLATE],
  ['for the only source type', { web: TEMPLATE }],
  ['for one of several source types', { ios: 'US2', web: TEMPLATE }],
])(
  'a data center that was a template of the stored configuration, %s, is the one that it was resolved to',
  (_where, dataCenter) => {
    for (const resolved of DATA_CENTERS) {
      const plan = process({ type: 'track', userId: 'u', event: 'E' }, { ...config, dataCenter: resolved });
      expect(roundTrip(plan, { ...config, dataCenter })).toEqual(plan);
    }
  },
);
