import {
  parseConfigDefaults,
  withDefaults,
  type ConfigDefaults,
} from '../../../../src/destinations/gainsight_px';
import { thrownBy } from '../../../fixture-runs/check-expectation';
import { BASE_CONFIG } from '../../../fixture-runs/load-fixtures';
import schema from '../../../../config.schema.json';

const faultsOf = (raw: unknown) => thrownBy(() => parseConfigDefaults(raw))?.issues;
const messageOf = (raw: unknown) => thrownBy(() => parseConfigDefaults(raw))!.message;

/** A value of every key that may have a default. */
const EVERY: ConfigDefaults = {
  dataCenter: 'EU',
  userAttributeMap: [{ from: 'tier', to: 'level', type: 'STRING' }],
  accountAttributeMap: [{ from: 'arr', to: 'arr' }],
  globalContextMap: [{ from: 'beta', to: false }],
  globalContextPrecedence: 'merge',
  missingUserOnGroup: 'skip',
  userFieldMap: [{ from: 'SIGN_UP_DATE', to: 'signUpDate' }],
  accountFieldMap: [{ from: 'CREATED', to: 'createDate' }],
  pageEvents: true,
  nestedAttributes: 'flatten',
  attributeTypes: { user: { level: 'STRING' } },
  stripUrlQuery: true,
  consentPreferences: [{ consent: 'analytics', preference: 'surveys' }],
  sendEventId: true,
  sendIp: true,
  preferencesApiVersion: 'v2',
};
const KEYS = Object.keys(schema.properties).filter((key) => key !== 'apiKey' && key !== 'productTagKey');

test('every key of the schema but the two of a destination can have a default', () => {
  expect(Object.keys(EVERY).sort()).toEqual(KEYS.sort());
  expect(parseConfigDefaults(EVERY)).toEqual(EVERY);
});

test.each(Object.entries(EVERY))(
  '%s: the default holds where nothing is sent, and nowhere else',
  (key, value) => {
    const defaults = parseConfigDefaults({ [key]: value });
    for (const config of [
      BASE_CONFIG,
      { ...BASE_CONFIG, [key]: undefined },
      { ...BASE_CONFIG, [key]: null },
    ]) {
      expect(withDefaults(config, defaults)).toEqual({ ...BASE_CONFIG, [key]: value });
    }
    // Wrong values are something that was sent, so that they are issues.
    for (const sent of ['other', 7, '', 0, false, true, [[]], [null], ['x'], { web: '' }]) {
      const config = { ...BASE_CONFIG, [key]: sent };
      expect(withDefaults(config, defaults)).toBe(config);
    }
  },
);

const ROWS = {
  userAttributeMap: ['from', 'to'],
  accountAttributeMap: ['from', 'to'],
  globalContextMap: ['from', 'to'],
  userFieldMap: ['from', 'to'],
  accountFieldMap: ['from', 'to'],
  consentPreferences: ['consent', 'preference'],
} as const;

test.each(Object.entries(ROWS))('%s without a filled row counts as not sent', (key, [one, two]) => {
  const value = EVERY[key as keyof ConfigDefaults];
  const defaults = parseConfigDefaults({ [key]: value });
  const unfilled = [
    [],
    [{}],
    [{ [one]: '', [two]: '' }],
    [{ [one]: ' ', [two]: 'x' }],
    [{ [one]: 'x' }],
    [{ [one]: 'x', [two]: null }, { [two]: 'y' }],
  ];
  for (const rows of unfilled) {
    expect(withDefaults({ ...BASE_CONFIG, [key]: rows }, defaults)).toEqual({ ...BASE_CONFIG, [key]: value });
  }
  for (const rows of [[{ [one]: 'x', [two]: 'y' }], [{}, { [one]: 'x', [two]: 'y' }], [{}, 'x']]) {
    const config = { ...BASE_CONFIG, [key]: rows };
    expect(withDefaults(config, defaults)).toBe(config);
  }
});

test('zero and false are constants that were sent', () => {
  const defaults = parseConfigDefaults({ globalContextMap: [{ from: 'a', to: 'b' }] });
  for (const to of [0, false]) {
    const config = { ...BASE_CONFIG, globalContextMap: [{ from: 'x', to }] };
    expect(withDefaults(config, defaults)).toBe(config);
  }
});

test.each([
  ['dataCenter', [{}, { web: null }], [{ web: 'US' }, { web: null, ios: 'US' }, { web: '' }]],
  [
    'attributeTypes',
    [{}, { user: {} }, { user: null, account: {} }],
    [{ user: { a: 'STRING' } }, { user: 'x' }, { account: { a: 7 } }],
  ],
] as const)('%s: an object without a value counts as not sent', (key, unfilled, filled) => {
  const value = EVERY[key];
  const defaults = parseConfigDefaults({ [key]: value });
  for (const sent of unfilled) {
    expect(withDefaults({ ...BASE_CONFIG, [key]: sent }, defaults)).toEqual({ ...BASE_CONFIG, [key]: value });
  }
  for (const sent of filled) {
    const config = { ...BASE_CONFIG, [key]: sent };
    expect(withDefaults(config, defaults)).toBe(config);
  }
});

test('several keys are merged one by one, and what was sent beside them stays', () => {
  const defaults = parseConfigDefaults({ sendIp: true, pageEvents: true, dataCenter: 'EU' });
  const config = Object.freeze({ ...BASE_CONFIG, sendIp: false, dataCenter: null, whitelist: [1] });
  expect(withDefaults(config, defaults)).toEqual({
    ...BASE_CONFIG,
    sendIp: false,
    pageEvents: true,
    dataCenter: 'EU',
    whitelist: [1],
  });
});

test('a key that a configuration only inherits was not sent', () => {
  const config = Object.assign(Object.create({ sendIp: false }) as object, BASE_CONFIG);
  expect(withDefaults(config, { sendIp: true })).toMatchObject({ sendIp: true });
});

test.each([[null], [undefined], ['text'], [7], [[]]])('what is no configuration stays so: %p', (config) => {
  expect(withDefaults(config, { sendIp: true })).toBe(config);
});

test('without defaults every configuration is the same object', () => {
  expect(parseConfigDefaults({})).toEqual({});
  expect(withDefaults(BASE_CONFIG, {})).toBe(BASE_CONFIG);
});

test('defaults that say nothing are none', () => {
  expect(parseConfigDefaults({ userAttributeMap: null, globalContextMap: [], userFieldMap: [{}] })).toEqual(
    {},
  );
});

test('the caller’s later changes change nothing', () => {
  const raw = { userAttributeMap: [{ from: 'a', to: 'b' }], dataCenter: { web: 'EU' } };
  const defaults = parseConfigDefaults(raw);
  raw.userAttributeMap[0]!.to = 'c';
  raw.dataCenter.web = 'US';
  expect(defaults).toEqual({ userAttributeMap: [{ from: 'a', to: 'b' }], dataCenter: { web: 'EU' } });
});

describe('issues', () => {
  test.each([
    [null, 'null'],
    [[], 'array'],
    ['x', 'string'],
    [7, 'number'],
  ])('no object: %j', (raw, type) => {
    expect(faultsOf(raw)).toEqual([{ path: '', message: `expected an object, found ${type}` }]);
  });

  it('lists all of them: keys of a destination, unknown keys with what they may mean, wrong values', () => {
    const raw = {
      apiKey: 'k',
      productTagKey: 'AP-1',
      pageEvent: true,
      password: 'x',
      sendIp: 'yes',
      dataCenter: { web: 'EU', ios: 'US' },
      userAttributeMap: [{ from: 5 }],
    };
    const message = 'not allowed here: every destination has a key of its own';
    expect(faultsOf(raw)).toEqual(
      expect.arrayContaining([
        { path: 'apiKey', message },
        { path: 'productTagKey', message },
        { path: 'pageEvent', message: 'not a key of the configuration: did you mean pageEvents?' },
        { path: 'password', message: 'not a key of the configuration' },
        { path: 'sendIp', message: 'expected true or false, found another string' },
        { path: 'dataCenter', message: expect.stringContaining('store one') },
        { path: 'userAttributeMap.0.from', message: 'expected a string, found number' },
      ]),
    );
    expect(faultsOf(raw)).toHaveLength(7);
    for (const { path } of faultsOf(raw)!) expect(messageOf(raw)).toContain(path);
  });

  test.each([['apikey'], ['API_KEY'], ['api_key'], ['productTagkey'], ['Apikey']])(
    'a key of a destination in another spelling is not allowed either: %s',
    (key) => {
      expect(faultsOf({ [key]: 'x' })).toEqual([
        { path: key, message: 'not allowed here: every destination has a key of its own' },
      ]);
    },
  );

  it('never quotes a value, and cuts long keys', () => {
    const secret = 'sEcReT-77ab';
    const raw = {
      apiKey: secret,
      nonsense: secret,
      sendIp: secret,
      dataCenter: secret,
      globalContextMap: [secret],
    };
    expect(messageOf(raw)).not.toContain(secret);
    expect(messageOf({ ['k'.repeat(100_000)]: 1 }).length).toBeLessThan(200);
  });

  it('an own __proto__ is a key that is not known', () => {
    expect(faultsOf(JSON.parse('{"__proto__":{"sendIp":true}}'))).toEqual([
      { path: '__proto__', message: 'not a key of the configuration' },
    ]);
  });
});
