// Events and configurations are JSON nearly always; a caller's own objects may hold getters and proxies, and these may throw.
import {
  compile,
  deleteUser,
  explain,
  isDestinationError,
  process,
  setPreferences,
  type DestinationConfig,
  type DestinationError,
  type Preferences,
  type RudderMessage,
} from '../../../src/index';
import { thrownBy } from '../../fixture-runs/check-expectation';
import { BASE_CONFIG } from '../../fixture-runs/load-fixtures';

const boom = (): never => {
  throw new Error('sEcReT');
};
const getter = (key: string, more: object = {}) =>
  Object.defineProperty({ ...more }, key, { enumerable: true, get: boom });
const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};

const TRAPS: Readonly<Record<string, object>> = {
  ownKeys: new Proxy({ a: 1 }, { ownKeys: boom }),
  get: new Proxy({ a: 1 }, { get: boom }),
  getOwnPropertyDescriptor: new Proxy({ a: 1 }, { getOwnPropertyDescriptor: boom }),
  revoked: revoked(),
  'revoked array': (() => {
    const { proxy, revoke } = Proxy.revocable([], {});
    revoke();
    return proxy;
  })(),
  'kind that cannot be told': Object.defineProperty({}, Symbol.toStringTag, { get: boom }),
  'array with a getter': Object.defineProperty([], '0', { enumerable: true, get: boom }),
};

/** Each puts a value where the mapping reads it; the path is the value's. */
const PLACES: Readonly<Record<string, (value: unknown) => object>> = {
  '': (value) => value as object,
  traits: (traits) => ({ type: 'identify', userId: 'u1', traits }),
  'traits.address': (address) => ({ type: 'identify', userId: 'u1', traits: { address } }),
  'traits.mapped': (mapped) => ({ type: 'identify', userId: 'u1', traits: { mapped } }),
  'traits.deep.list.0': (value) => ({ type: 'identify', userId: 'u1', traits: { deep: { list: [value] } } }),
  'traits.userPreferences': (value) => ({
    type: 'identify',
    userId: 'u1',
    traits: { userPreferences: value },
  }),
  context: (context) => ({ type: 'identify', userId: 'u1', context }),
  'context.traits': (traits) => ({ type: 'identify', userId: 'u1', context: { traits } }),
  'context.page': (page) => ({ type: 'track', userId: 'u1', event: 'x', context: { page } }),
  'context.consentManagement': (value) => ({
    type: 'identify',
    userId: 'u1',
    context: { consentManagement: value },
  }),
  'context.consentManagement.deniedConsentIds': (value) => ({
    type: 'identify',
    userId: 'u1',
    context: { consentManagement: { deniedConsentIds: value } },
  }),
  integrations: (integrations) => ({ type: 'identify', userId: 'u1', integrations }),
  'integrations.Gainsight PX': (value) => ({
    type: 'identify',
    userId: 'u1',
    integrations: { 'Gainsight PX': value },
  }),
  properties: (properties) => ({ type: 'track', userId: 'u1', event: 'x', properties }),
  'properties.cart.items.1': (value) => ({
    type: 'track',
    userId: 'u1',
    event: 'x',
    properties: { cart: { items: [1, value] } },
  }),
  'properties.globalContext': (value) => ({
    type: 'track',
    userId: 'u1',
    event: 'x',
    properties: { globalContext: value },
  }),
};

const config: DestinationConfig = {
  ...BASE_CONFIG,
  userAttributeMap: [{ from: 'mapped', to: 'mapped' }],
  consentPreferences: [{ consent: 'a', preference: 'surveys' }],
};

/** What becomes of a message, which must be the same for `explain`: the error, or nothing when there is a plan. */
function fate(event: object): DestinationError | undefined {
  const error = thrownBy(() => process(event as RudderMessage, config));
  expect(thrownBy(() => compile(config).process(event as RudderMessage))?.code).toBe(error?.code);
  for (const explained of [
    explain(event as RudderMessage, config),
    compile(config).explain(event as RudderMessage),
  ]) {
    expect(explained.error?.code).toBe(error?.code);
    expect(explained.error?.issues).toEqual(error?.issues);
    expect(explained.plan === undefined).toBe(error !== undefined);
  }
  return error;
}

describe.each(Object.entries(PLACES))('at "%s"', (path, put) => {
  test.each(Object.entries(TRAPS))('a proxy or object of the kind "%s"', (kind, value) => {
    const error = fate(put(value));
    // Where nothing of it is read, nothing throws.
    if (error === undefined) return;
    expect(['event_unreadable', 'event_not_object', 'preference_invalid', 'type_missing']).toContain(
      error.code,
    );
    expect(error.kind).toBe('instrumentation');
    expect(`${error.message} ${JSON.stringify(error)}`).not.toContain('sEcReT');
    if (error.code === 'event_unreadable') {
      expect(error.issues).toHaveLength(1);
      expect(error.issues[0]!.path.startsWith(path)).toBe(true);
      expect(error.message).toContain(error.issues[0]!.path);
    }
    expect([kind, error.retryable]).toEqual([kind, false]);
  });
});

test.each([
  ['type', getter('type')],
  ['userId', getter('userId', { type: 'track' })],
  ['event', getter('event', { type: 'track', userId: 'u1' })],
  ['timestamp', getter('timestamp', { type: 'track', userId: 'u1', event: 'x' })],
  ['traits', getter('traits', { type: 'identify', userId: 'u1' })],
  ['traits.email', { type: 'identify', userId: 'u1', traits: getter('email') }],
  ['traits.unread', { type: 'identify', userId: 'u1', traits: getter('unread') }],
  ['traits.name', { type: 'identify', userId: 'u1', traits: getter('name') }],
  ['traits.surveys', { type: 'identify', userId: 'u1', traits: getter('surveys') }],
  ['traits.address.city', { type: 'identify', userId: 'u1', traits: { address: getter('city') } }],
  ['traits.plan', { type: 'group', userId: 'u1', groupId: 'g1', traits: getter('plan') }],
  ['properties.rows', { type: 'track', userId: 'u1', event: 'x', properties: getter('rows') }],
  [
    'properties.items.0.sku',
    { type: 'track', userId: 'u1', event: 'x', properties: { items: [getter('sku')] } },
  ],
  ['properties.a.b', { type: 'track', userId: 'u1', event: 'x', properties: { a: getter('b') } }],
  ['context.page.url', { type: 'track', userId: 'u1', event: 'x', context: { page: getter('url') } }],
  ['integrations.GAINSIGHT_PX', { type: 'identify', userId: 'u1', integrations: getter('GAINSIGHT_PX') }],
] as const)('a getter that throws is named: %s', (path, event) => {
  const error = fate(event);
  expect(error).toMatchObject({ code: 'event_unreadable', kind: 'instrumentation', status: 400 });
  expect(error!.issues).toEqual([
    { path, message: 'expected a value that can be read, found a getter or a proxy that throws' },
  ]);
});

test('a getter of a class is named, too', () => {
  class Message {
    readonly type = 'identify';
    readonly userId = 'u1';
    get traits(): object {
      return boom();
    }
  }
  expect(fate(new Message())?.issues[0]?.path).toBe('traits');
});

test.each([
  ['nothing', undefined],
  ['null', null],
  ['a text', 'sEcReT'],
  ['a symbol', Symbol('s')],
  ['a revoked proxy', revoked()],
  ['an error whose name throws', Object.defineProperty(new Error('x'), 'name', { get: boom })],
  ['an error whose name is long', Object.assign(new Error('x'), { name: 'n'.repeat(100_000) })],
  ['a proxy that claims to be everything', new Proxy({}, { has: boom, get: boom, getPrototypeOf: boom })],
])('whatever a getter throws, it becomes one of our errors: %s', (_what, thrown) => {
  const traits = Object.defineProperty({}, 'email', {
    enumerable: true,
    get: () => {
      throw thrown;
    },
  });
  expect(fate({ type: 'identify', userId: 'u1', traits })?.code).toBe('event_unreadable');
  // One that throws only once is gone when its place is looked for: then it is called a bug, and retryable.
  let first = true;
  const once = Object.defineProperty({}, 'email', {
    enumerable: true,
    get: () => {
      if (!first) return 'ada@example.com';
      first = false;
      throw thrown;
    },
  });
  const error = thrownBy(() => process({ type: 'identify', userId: 'u1', traits: once }, config));
  expect(error).toMatchObject({ kind: 'bug', code: 'internal', retryable: true });
  expect(error!.message.length).toBeLessThan(100);
});

test('an id or a flag that cannot be looked at is not usable, as any other object', () => {
  const plan = process({ type: 'track', userId: revoked(), anonymousId: 'anon', event: 'x' }, config);
  expect(plan.steps[0].request.body).toMatchObject({ identifyId: 'anon' });
  const { dropped, plan: explained } = explain(
    { type: 'track', userId: revoked(), anonymousId: 'anon', event: 'x' },
    config,
  );
  expect(explained).toEqual(plan);
  expect(dropped).toEqual([{ path: 'userId', reason: 'unconvertible', type: 'object' }]);
});

test('proxies that make new ones without end come to an end', () => {
  const endless = (): object =>
    new Proxy({ a: 1 }, { get: (_target, key) => (key === 'a' ? endless() : undefined) });
  expect(fate({ type: 'track', userId: 'u1', event: 'x', properties: endless() })?.code).toBe(
    'nested_too_deep',
  );
  // Where it threw is looked for in all of the message, and this one does not throw again.
  let first = true;
  const once = Object.defineProperty({}, 'email', {
    enumerable: true,
    get: () => (first ? ((first = false), boom()) : 'ada@example.com'),
  });
  const event = { type: 'identify', userId: 'u1', context: { device: endless() }, traits: once };
  expect(thrownBy(() => process(event, config))?.code).toBe('internal');
});

describe('configurations', () => {
  const row = (key: string) => [getter(key, { from: 'a', to: 'b' })];
  test.each([
    ['apiKey', getter('apiKey', BASE_CONFIG)],
    ['productTagKey', getter('productTagKey', BASE_CONFIG)],
    ['dataCenter', getter('dataCenter', BASE_CONFIG)],
    ['dataCenter.web', { ...BASE_CONFIG, dataCenter: getter('web') }],
    ['userAttributeMap.0.from', { ...BASE_CONFIG, userAttributeMap: row('from') }],
    ['userAttributeMap.0.type', { ...BASE_CONFIG, userAttributeMap: row('type') }],
    ['userFieldMap.0.to', { ...BASE_CONFIG, userFieldMap: row('to') }],
    ['attributeTypes.user.plan', { ...BASE_CONFIG, attributeTypes: { user: getter('plan') } }],
    ['attributeTypes.disabled.user', { ...BASE_CONFIG, attributeTypes: { disabled: getter('user') } }],
    ['globalContextMap', { ...BASE_CONFIG, globalContextMap: revoked() }],
    ['', revoked()],
    ['', new Proxy({}, { get: boom, ownKeys: boom })],
  ])('a getter or proxy that throws at "%s" is a fault', (path, raw) => {
    const broken = raw as DestinationConfig;
    const event: RudderMessage = { type: 'identify', userId: 'u1' };
    for (const run of [
      () => process(event, broken),
      () => compile(broken),
      () => deleteUser('u1', broken),
      () => setPreferences('u1', { surveys: false }, broken),
    ]) {
      const error = thrownBy(run);
      expect(error).toMatchObject({ kind: 'configuration', code: 'configuration_invalid' });
      expect(error!.issues.map((fault) => fault.path)).toEqual([path]);
      expect(error!.message).not.toContain('sEcReT');
    }
    expect(explain(event, broken).error?.code).toBe('configuration_invalid');
  });

  test('one that was remembered and then throws is a fault, too', () => {
    let throwing = false;
    const moody = Object.defineProperty({ ...BASE_CONFIG, apiKey: 'moody' }, 'sendIp', {
      enumerable: true,
      get: () => (throwing ? boom() : false),
    }) as DestinationConfig;
    const event: RudderMessage = { type: 'identify', userId: 'u1' };
    process(event, moody);
    throwing = true;
    expect(thrownBy(() => process(event, moody))?.issues.map(({ path }) => path)).toEqual(['sendIp']);
  });
});

test('preferences of a caller that throw are refused', () => {
  for (const preferences of [getter('surveys'), revoked()]) {
    const error = thrownBy(() => setPreferences('u1', preferences as Preferences, BASE_CONFIG));
    expect(error?.code).toBe('event_unreadable');
    expect(error!.issues[0]!.path).toMatch(/^preferences/);
  }
});

test('what is no error of ours is not taken for one', () => {
  const proxies = [revoked(), new Proxy({}, { has: () => true }), new Proxy({}, { get: boom })];
  for (const value of [...proxies, getter('x'), null, undefined, 'x', Symbol('s')])
    expect(isDestinationError(value)).toBe(false);
});

test('values that no JSON holds are dropped inside of arrays and objects, and never thrown', () => {
  const odd = [1n, Symbol('s'), () => 1, { toJSON: boom }, NaN, [new Date(NaN)], undefined];
  for (const value of odd) {
    expect(
      fate({ type: 'track', userId: 'u1', event: 'x', properties: { a: [{ b: value }], c: { d: [value] } } }),
    ).toBeUndefined();
    expect(
      fate({ type: 'identify', userId: 'u1', traits: { mapped: [value], address: { city: value } } }),
    ).toBeUndefined();
  }
});
