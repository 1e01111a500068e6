import fc from 'fast-check';
import {
  compile,
  isDestinationError,
  process,
  type DestinationConfig,
  type RequestPlan,
  type RudderMessage,
} from '../../src/index';
import schema from '../../config.schema.json';
import { json, validConfig } from './arbitraries';

const EVENTS: readonly RudderMessage[] = [
  {
    type: 'identify',
    userId: 'u1',
    traits: { tier: 'gold', level: 'one', seats: '1', x: 'x', y: 'y' },
    context: { consentManagement: { deniedConsentIds: ['analytics', 'marketing'] } },
  },
  { type: 'identify', userId: 'u1', traits: { userPreferences: { surveys: false } } },
  {
    type: 'group',
    userId: 'u1',
    groupId: 'g1',
    traits: { tier: 'gold', level: 'one', seats: '1', x: 'x', y: 'y' },
  },
  {
    type: 'track',
    userId: 'u1',
    event: 'Report Opened',
    messageId: 'm-1',
    context: { ip: '198.51.100.7' },
    properties: { globalContext: { beta: true }, tab: { open: true }, url: 'https://example.com/?a' },
  },
  { type: 'track', userId: 'u1', event: 'Report Opened' },
  { type: 'page', userId: 'u1', name: 'Home' },
];

/** The results of all messages with a configuration, or its refusal. */
function outcomeOf(map: (event: RudderMessage) => RequestPlan): unknown {
  return EVENTS.map((event) => {
    try {
      return map(event);
    } catch (error) {
      if (isDestinationError(error)) return error.kind === 'configuration' ? error.issues : error.code;
      throw error;
    }
  });
}
const remembered = (config: unknown) => outcomeOf((event) => process(event, config as DestinationConfig));
const anew = (config: unknown) => outcomeOf((event) => compile(config as DestinationConfig).process(event));

const SECRET = 'sEcReT-5d0f';

test('any configuration is accepted, or refused without showing its key', () => {
  const key = fc.oneof(
    fc.constant(SECRET),
    fc.constantFrom(`${SECRET}\n`, `ü${SECRET}`, SECRET.repeat(50), [SECRET], { [SECRET]: SECRET }),
  );
  const value = fc.oneof(json, fc.constant(SECRET), fc.constant([SECRET]), fc.constant({ [SECRET]: SECRET }));
  const keys = Object.keys(schema.properties);
  const config = fc
    .tuple(validConfig, fc.dictionary(fc.constantFrom(...keys), value), key)
    .map(([valid, overlay, apiKey]) => ({ ...valid, ...overlay, apiKey }));
  let refused = 0;
  fc.assert(
    fc.property(fc.oneof({ weight: 5, arbitrary: config }, json), (raw) => {
      try {
        compile(raw as DestinationConfig);
      } catch (error) {
        if (!isDestinationError(error) || error.kind !== 'configuration') throw error;
        refused += 1;
        expect(error.issues.length).toBeGreaterThan(0);
        expect(new Set(error.issues.map(({ path }) => path)).size).toBe(error.issues.length);
        expect(`${error.message} ${JSON.stringify(error)} ${String(error.stack)}`).not.toContain(SECRET);
      }
    }),
    { numRuns: 500 },
  );
  expect(refused).toBeGreaterThan(50);
});

const typed = ['STRING', 'NUMBER', 'BOOLEAN', null, 'number'].map((type) => [
  { from: 'seats', to: 'x', type },
]);

/** For each key of the schema: values that each change the results of the messages. */
const ALTERNATIVES: Readonly<Record<string, readonly unknown[]>> = {
  apiKey: ['key-a', 'key-b', 'key-a'],
  productTagKey: ['AP-A-2', 'AP-B-2', '', 'AP-A-2'],
  dataCenter: [undefined, 'EU', 'US2', { web: 'EU' }, { web: 'US' }, { web: 'EU', ios: 'US2' }, {}, 'moon'],
  userAttributeMap: [...maps('from', 'to', 'tier', 'level'), ...typed],
  accountAttributeMap: [...maps('from', 'to', 'tier', 'level'), ...typed],
  globalContextMap: [
    ...maps('from', 'to', 'tier', 'level'),
    [{ from: 'a', to: 1 }],
    [{ from: 'a', to: '1' }],
    [{ from: 'a', to: true }],
    [{ from: 'a', to: 'true' }],
  ],
  globalContextPrecedence: [undefined, 'merge', 'replace', 'other'],
  missingUserOnGroup: [undefined, 'create', 'fail', 'other'],
  consentPreferences: [
    null,
    [{ consent: 'analytics', preference: 'trackUsage' }],
    [{ consent: 'analytics', preference: 'surveys' }],
    [{ consent: 'other', preference: 'surveys' }],
    [{ consent: 'marketing', preference: 'surveys' }],
    [
      { consent: 'marketing', preference: 'surveys' },
      { consent: 'analytics', preference: 'trackUsage' },
    ],
    [{ consent: 'marketing' }],
    [[]],
    [],
  ],
  userFieldMap: fieldMaps('email', 'title'),
  accountFieldMap: fieldMaps('name', 'plan'),
  pageEvents: [undefined, true, false, 'yes'],
  nestedAttributes: [undefined, 'flatten', 'json', 'other'],
  attributeTypes: [
    undefined,
    { user: { x: 'NUMBER' } },
    { user: { x: 'STRING' } },
    { user: { y: 'NUMBER' } },
    { account: { x: 'NUMBER' } },
    { user: { x: 'NUMBER' }, account: { x: 'NUMBER' } },
    { user: { x: 'NUMBER', y: 'BOOLEAN' } },
    { user: null, account: null },
    { disabled: { user: ['x'] } },
    { disabled: { user: ['x', 'y'] } },
    { disabled: { account: ['x'] } },
    { user: { x: 'NUMBER' }, disabled: { user: ['x'] } },
    { disabled: { user: null } },
    { disabled: ['x'] },
    { disabled: { user: [7] } },
    null,
    'types',
    { user: 'types' },
    { user: { x: 'number' } },
  ],
  stripUrlQuery: [undefined, true, false, 'yes'],
  sendEventId: [undefined, true, false, 'yes'],
  sendIp: [undefined, true, false, 1],
  preferencesApiVersion: [undefined, 'v2', 'v1', 'v3'],
};

function maps(from: string, to: string, one: string, two: string): unknown[] {
  return [
    undefined,
    [{ [from]: one, [to]: 'x' }],
    [{ [from]: two, [to]: 'x' }],
    [{ [from]: one, [to]: 'y' }],
    [
      { [from]: one, [to]: 'y' },
      { [from]: two, [to]: 'x' },
    ],
    [{}],
    [[]],
    [null],
    [{ [from]: one }],
    null,
    [],
    {},
    [{ [from]: one, [to]: 'x' }],
  ];
}

function fieldMaps(one: string, two: string): unknown[] {
  return [
    ...maps('to', 'from', one, two),
    [{ from: 'tier', to: one }],
    [{ from: 'level', to: one }],
    [{ from: 'tier', to: 'nonsense' }],
    [{ from: 'tier', to: '' }],
    'rows',
  ];
}

/** The key merges the context of a message with these constants. */
const BASE = {
  apiKey: 'key-a',
  productTagKey: 'AP-A-2',
  globalContextMap: [{ from: 'constant', to: 'c' }],
  userAttributeMap: [{ from: 'seats', to: 'x' }],
  accountAttributeMap: [{ from: 'seats', to: 'x' }],
};

test('the alternatives cover the whole schema', () => {
  expect(Object.keys(ALTERNATIVES).sort()).toEqual(Object.keys(schema.properties).sort());
});

describe.each(Object.entries(ALTERNATIVES))('%s', (key, contents) => {
  const configs = contents.map((content) => ({ ...BASE, [key]: content }));

  it('changes the results of the messages, or the next test would prove nothing', () => {
    expect(new Set(configs.map((config) => JSON.stringify(anew(config)))).size).toBeGreaterThan(1);
  });

  it('has its own entry in the cache', () => {
    for (const before of configs) {
      for (const config of configs) {
        remembered(before);
        expect([config, remembered(structuredClone(config))]).toEqual([config, anew(config)]);
      }
    }
  });
});

test('two changed keys have their own entry in the cache, too', () => {
  const one = fc
    .constantFrom(...Object.entries(ALTERNATIVES))
    .chain(([key, contents]) => fc.constantFrom(...contents).map((content) => ({ [key]: content })));
  const config = fc
    .array(one, { minLength: 1, maxLength: 4 })
    .map((parts) => Object.assign({}, BASE, ...parts) as object);
  fc.assert(
    fc.property(fc.array(config, { minLength: 2, maxLength: 6 }), (configs) => {
      for (const each of configs) expect(remembered(structuredClone(each))).toEqual(anew(each));
    }),
    { numRuns: 300 },
  );
});
