// What JSON files cannot hold: values that only a program makes, and sizes that nobody wants in a repository.
import { runInNewContext } from 'node:vm';
import { compile, explain, process, type DestinationConfig, type RudderMessage } from '../../../src/index';
import { thrownBy } from '../../fixture-runs/check-expectation';
import { BASE_CONFIG } from '../../fixture-runs/load-fixtures';

const eventOf = (event: unknown, config: object = {}) =>
  process(event as RudderMessage, { ...BASE_CONFIG, ...config } as DestinationConfig).steps[0].request.body;
const track = (properties: unknown, more = {}) => ({
  type: 'track',
  userId: 'u1',
  event: 'Report Opened',
  properties,
  ...more,
});
const identify = (traits: unknown, more = {}) => ({ type: 'identify', userId: 'u1', traits, ...more });
const group = (traits: unknown, more = {}) => ({
  type: 'group',
  userId: 'u1',
  groupId: 'g1',
  traits,
  ...more,
});
const mapped = (...names: string[]) => ({
  userAttributeMap: names.map((name) => ({ from: name, to: name })),
});

/** `{"a":{"a":…}}`, or `[[…]]`. */
function nested(levels: number, kind: 'objects' | 'arrays'): unknown {
  let value: unknown = kind === 'objects' ? {} : [];
  for (let level = 1; level < levels; level += 1) value = kind === 'objects' ? { a: value } : [value];
  return value;
}

describe('dates', () => {
  const date = new Date('2024-02-29T12:00:00.123Z');

  it('a Date is a date of a user, of an account, of an event', () => {
    expect(eventOf(identify({ signUpDate: date }))).toMatchObject({ signUpDate: 1709208000123 });
    expect(eventOf(group({ renewalDate: date }))).toMatchObject({ renewalDate: 1709208000123 });
    expect(eventOf(track({}, { timestamp: date }))).toMatchObject({ date: 1709208000123 });
    const [, create] = process(identify({}, { timestamp: date }), BASE_CONFIG).steps;
    expect(create!.request.body).toMatchObject({ signUpDate: 1709208000123, createDate: 1709208000123 });
  });

  it('a Date is ISO text in the attributes and the global context of an event', () => {
    expect(eventOf(track({ at: date, globalContext: { since: date } }))).toMatchObject({
      attributes: { at: '2024-02-29T12:00:00.123Z' },
      globalContext: { since: '2024-02-29T12:00:00.123Z' },
    });
  });

  it('a Date is epoch milliseconds in custom attributes', () => {
    expect(eventOf(identify({ renewal: date }), mapped('renewal'))).toMatchObject({
      customAttributes: { renewal: 1709208000123 },
    });
    const config = { accountAttributeMap: [{ from: 'renewal', to: 'renewal' }] };
    expect(eventOf(group({ renewal: date }), config)).toMatchObject({
      customAttributes: { renewal: 1709208000123 },
    });
  });

  it('an invalid Date is dropped everywhere', () => {
    const bad = new Date(NaN);
    expect(eventOf(identify({ signUpDate: bad, renewal: bad, title: bad }), mapped('renewal'))).toEqual({
      type: 'USER',
      propertyKeys: [BASE_CONFIG.productTagKey],
      customAttributes: {},
    });
    const body = eventOf(track({ at: bad, date: bad, globalContext: { since: bad } }, { timestamp: bad }));
    expect(body).toMatchObject({ attributes: {} });
    expect(body).not.toHaveProperty('date');
    expect(body).not.toHaveProperty('globalContext');
  });

  it('a Date is no object', () => {
    const { dropped, plan } = explain(identify(date), BASE_CONFIG);
    expect(dropped).toEqual([{ path: 'traits', reason: 'notAnObject', type: 'date' }]);
    expect(plan).toEqual(process(identify(undefined), BASE_CONFIG));
    expect(eventOf(track(date))).toMatchObject({ attributes: {} });
    expect(
      eventOf(track({ globalContext: date }, {}), { globalContextMap: [{ from: 'a', to: 'b' }] }),
    ).toMatchObject({ globalContext: { a: 'b' } });
    expect(thrownBy(() => eventOf(date))?.code).toBe('event_not_object');
    expect(thrownBy(() => eventOf(identify({ userPreferences: date })))?.code).toBe('preference_invalid');
  });
});

describe('values that JSON does not know', () => {
  const strange: Readonly<Record<string, unknown>> = {
    undefined: undefined,
    NaN: NaN,
    Infinity: -Infinity,
    BigInt: 10n,
    symbol: Symbol('x'),
    function: () => 'x',
    'an object with a BigInt inside': { big: [10n] },
    'an object that is null as JSON': { toJSON: () => null },
    'an object that is nothing as JSON': { toJSON: () => undefined },
    'an object that fails as JSON': {
      toJSON: () => {
        throw new Error('no');
      },
    },
  };

  test.each(Object.entries(strange))(
    '%s is dropped, never sent as "null" or anything else',
    (_name, value) => {
      const traits = {
        email: value,
        score: value,
        signUpDate: value,
        gender: value,
        latitude: value,
        x: value,
      };
      expect(eventOf(identify(traits), mapped('x'))).toEqual({
        type: 'USER',
        propertyKeys: [BASE_CONFIG.productTagKey],
        customAttributes: {},
      });
      const body = eventOf(track({ x: value, globalContext: { x: value } }, { timestamp: value }));
      expect(body).toStrictEqual({
        identifyId: 'u1',
        propertyKey: BASE_CONFIG.productTagKey,
        userType: 'USER',
        eventName: 'Report Opened',
        attributes: {},
      });
    },
  );

  test.each(Object.entries(strange))('%s is neither an id nor a name', (_name, value) => {
    expect(eventOf({ type: 'track', userId: value, anonymousId: 'anon', event: 'x' })).toMatchObject({
      identifyId: 'anon',
    });
    expect(thrownBy(() => eventOf({ type: 'track', userId: 'u1', event: value }))?.code).toBe(
      'event_name_missing',
    );
    expect(thrownBy(() => eventOf({ type: 'group', userId: 'u1', groupId: value }))?.code).toBe(
      'group_id_missing',
    );
    expect(thrownBy(() => eventOf({ type: value, userId: 'u1' }))?.code).toBe('type_missing');
  });

  test.each([[undefined], [null], ['track'], [7], [[{ type: 'track' }]], [() => 'track'], [10n]])(
    'no event: %s',
    (event) => {
      expect(thrownBy(() => eventOf(event))?.code).toBe('event_not_object');
      expect(explain(event as unknown as RudderMessage, BASE_CONFIG).error?.code).toBe('event_not_object');
    },
  );

  it('a value that contains itself is refused, not followed for ever', () => {
    const loop: Record<string, unknown> = {};
    loop.loop = [loop];
    for (const event of [
      track({ loop }),
      track({ globalContext: { loop } }),
      identify({ loop }),
      group({ loop }),
    ])
      expect(thrownBy(() => eventOf(event))?.code).toBe('nested_too_deep');
  });
});

describe('objects of other makes', () => {
  const message = identify(
    { title: 'x', address: { plan: 'pro' }, userPreferences: { surveys: false } },
    { integrations: { All: true }, context: { traits: { city: 'London' }, consentManagement: {} } },
  );
  const event = track(
    { cart: { items: [1] }, globalContext: { tier: 'gold' } },
    { context: { page: { url: 'u' } } },
  );
  const config: DestinationConfig = {
    ...BASE_CONFIG,
    dataCenter: { web: 'EU' },
    userAttributeMap: [{ from: 'address.plan', to: 'p' }],
  };

  it('are taken from another realm, where every instanceof fails', () => {
    for (const original of [message, event]) {
      const foreign = runInNewContext(`(${JSON.stringify([original, config])})`) as [
        RudderMessage,
        DestinationConfig,
      ];
      expect(foreign[0] instanceof Object).toBe(false);
      const plan = process(foreign[0], foreign[1]);
      expect(JSON.parse(JSON.stringify(plan))).toEqual(process(original, config));
      expect(explain(foreign[0], foreign[1]).dropped).toEqual(explain(original, config).dropped);
    }
  });

  it('are taken without a prototype', () => {
    const bare = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(bare);
      if (typeof value !== 'object' || value === null) return value;
      return Object.assign(
        Object.create(null) as object,
        Object.fromEntries(Object.entries(value).map(([k, v]) => [k, bare(v)])),
      );
    };
    for (const original of [message, event])
      expect(process(bare(original) as RudderMessage, bare(config) as DestinationConfig)).toEqual(
        process(original, config),
      );
  });

  it('give only their own values', () => {
    const traits = Object.create({ email: 'inherited@example.com', title: 'x' }) as object;
    const properties = Object.create({ plan: 'inherited' }) as object;
    expect(eventOf(identify(traits))).toEqual(eventOf(identify({})));
    expect(eventOf(track(properties))).toMatchObject({ attributes: {} });
  });

  it('give no names that are symbols', () => {
    const secret = { inner: 1 };
    const body = eventOf(track({ plan: 'pro', [Symbol('s')]: secret }));
    expect(Reflect.ownKeys(body!.attributes as object)).toEqual(['plan']);
  });
});

describe('depth', () => {
  const deepest = (kind: 'objects' | 'arrays') => nested(500, kind);

  test.each(['objects', 'arrays'] as const)('500 levels of %s are sent', (kind) => {
    const text = JSON.stringify(deepest(kind));
    expect(eventOf(track({ deep: deepest(kind) }))).toMatchObject({ attributes: { deep: text } });
    expect(eventOf(track({ globalContext: { deep: deepest(kind) } }))).toMatchObject({
      globalContext: { deep: text },
    });
    expect(eventOf(identify({ deep: deepest(kind) }), mapped('deep'))).toMatchObject({
      customAttributes: { deep: text },
    });
  });

  test.each([
    [501, 'objects'],
    [501, 'arrays'],
    [20_000, 'objects'],
    [20_000, 'arrays'],
  ] as const)('%d levels of %s are an error, never a crash', (levels, kind) => {
    const deep = nested(levels, kind);
    const events = [
      track({ deep }),
      track({ globalContext: { deep } }),
      identify({ deep }),
      identify({ email: deep }),
      identify({}, { context: { traits: { deep } } }),
      group({ deep }),
    ];
    for (const event of events) {
      expect(thrownBy(() => eventOf(event))?.code).toBe('nested_too_deep');
      expect(explain(event, BASE_CONFIG).error?.code).toBe('nested_too_deep');
    }
  });

  test.each(['objects', 'arrays'] as const)(
    '20,000 levels of %s are never a crash where nothing is read',
    (kind) => {
      const deep = nested(20_000, kind);
      const events = [
        track(deep),
        track({ globalContext: deep }),
        track({}, { context: { deep, traits: { deep }, page: deep }, traits: deep, integrations: deep }),
        track({}, { userId: deep, anonymousId: 'anon', timestamp: deep }),
        identify(
          {},
          { properties: deep, timestamp: deep, context: { consentManagement: { deniedConsentIds: deep } } },
        ),
        identify({}, { integrations: { 'Gainsight PX': { userPreferences: deep } } }),
        group({}, { context: { traits: { deep } }, groupId: deep }),
        { type: deep },
        deep,
      ];
      for (const event of events as RudderMessage[]) {
        const config = {
          ...BASE_CONFIG,
          consentPreferences: [{ consent: 'a', preference: 'surveys' as const }],
        };
        const error = thrownBy(() => process(event, config));
        expect(error?.kind ?? 'instrumentation').toBe('instrumentation');
        expect(explain(event, config).error?.code).toBe(error?.code);
      }
    },
  );
});

describe('size', () => {
  const LONG = 2 ** 22;
  test.each([
    `2024-02-29 12:00:00${' '.repeat(LONG)}x`,
    `2024-02-29 12:00:00 +0000${' '.repeat(LONG)}UTD`,
    `2024-02-29T12:00:00.${'1'.repeat(LONG)}x`,
    `Thu,${' '.repeat(LONG)}29 Feb`,
    `Thu Feb 29 2024 12:00:00 GMT+0000 ${'('.repeat(LONG)})`,
    `${'('.repeat(LONG)}${')'.repeat(LONG)}`,
    ')'.repeat(LONG),
    '() '.repeat(LONG / 2),
    'Thu, '.repeat(LONG),
    `0x${'z'.repeat(LONG)}`,
    `${'1'.repeat(LONG)}x`,
    `${' '.repeat(LONG)}x${' '.repeat(LONG)}x`,
    'true'.repeat(LONG),
    '\ud83e'.repeat(LONG),
  ])('megabytes of text are no date, no number, no flag and no name that takes long: case %#', (hostile) => {
    const traits = Object.fromEntries(
      ['signUpDate', 'createdAt', 'score', 'globalUnsubscribe', 'gender', 'surveys', 'accountId', 'name'].map(
        (name) => [name, hostile],
      ),
    );
    const body = eventOf(identify(traits, { userId: 'u1', timestamp: hostile }), {
      userAttributeMap: ['STRING', 'NUMBER', 'BOOLEAN', 'DATE_TIME'].map((type) => ({
        from: 'signUpDate',
        to: type,
        type,
      })),
    });
    expect(Object.keys(body!.customAttributes as object)).toEqual(['STRING']);
    for (const name of ['signUpDate', 'createDate', 'score', 'globalUnsubscribe', 'gender'])
      expect(body).not.toHaveProperty(name);
  });

  it('5 MB of properties are sent', () => {
    const properties: Record<string, string> = {};
    for (let index = 0; index < 5000; index += 1) properties[`property ${index}`] = 'x'.repeat(1024);
    expect(eventOf(track(properties))).toMatchObject({ attributes: properties });
    expect(eventOf(track({ all: properties }))).toMatchObject({
      attributes: { all: JSON.stringify(properties) },
    });
  });

  it('attribute names over 1,024 characters are sent, and warned of without being quoted whole', () => {
    const name = 'n'.repeat(1025);
    const { plan, warnings } = explain(track({ [name]: 1 }), BASE_CONFIG);
    expect(plan!.steps[0].request.body).toMatchObject({ attributes: { [name]: 1 } });
    expect(warnings.map(({ code }) => code)).toEqual(['attribute_name_too_long']);
    expect(JSON.stringify(warnings).length).toBeLessThan(400);
  });

  it('an id of 20,000 characters travels in the body', () => {
    const id = 'long-'.repeat(4000);
    const { endpoint, body } = process({ type: 'identify', userId: id }, BASE_CONFIG).steps[0].request;
    expect(endpoint).toBe('https://api.aptrinsic.com/v1/users/update');
    expect(body).toMatchObject({ identifyId: id });
  });

  it('a compiled destination maps as well after hundreds of thousands of messages as before', () => {
    const destination = compile({ ...BASE_CONFIG, ...mapped('plan') });
    const first = identify({ first_name: 'A', plan: 'pro', city: 'London' });
    const second = identify({ last_name: 'B', firstName: 'C' }, { context: { traits: { plan: '' } } });
    const before = [destination.process(first), destination.process(second)];
    for (let index = 0; index < 150_000; index += 1) destination.process(index % 2 === 0 ? first : second);
    expect([destination.process(first), destination.process(second)]).toEqual(before);
  });
});
