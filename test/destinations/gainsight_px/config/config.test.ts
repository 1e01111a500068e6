import { readFileSync } from 'node:fs';
import { generateConfigValidator, VALIDATOR_FILE } from '../../../../scripts/generate-config-validator';
import { compile, explain, process, type DestinationConfig } from '../../../../src';
import { CONFIG_KEYS } from '../../../../src/destinations/gainsight_px/config/config';
import { ConfigCache } from '../../../../src/destinations/gainsight_px/config/config-cache';
import { checkError, thrownBy } from '../../../fixture-runs/check-expectation';
import { BASE_CONFIG } from '../../../fixture-runs/load-fixtures';
import schema from '../../../../config.schema.json';

const track = { type: 'track', userId: 'u1', event: 'Report Opened' };
const compiled = (config: unknown) => () => compile(config as DestinationConfig);

test('the generated validator is that of the schema', () => {
  expect(readFileSync(VALIDATOR_FILE, 'utf8')).toBe(generateConfigValidator());
});

test('the schema describes exactly the keys that are read', () => {
  expect(Object.keys(schema.properties).sort()).toEqual([...CONFIG_KEYS].sort());
});

describe('issues', () => {
  test.each([[undefined], [null], ['key'], [7], [[]], [true]])('a configuration that is %j', (config) => {
    checkError(thrownBy(compiled(config)), {
      error: { kind: 'configuration', code: 'configuration_invalid', path: '' },
    });
  });

  it('names the types of attributes, whatever an attribute is called', () => {
    const attributeTypes = { user: { plan: 'TEXT', '7': null }, account: { 'a.b/c': '' } };
    expect(thrownBy(compiled({ ...BASE_CONFIG, attributeTypes }))?.issues).toEqual(
      expect.arrayContaining(
        [
          ['attributeTypes.user.plan', 'another string'],
          ['attributeTypes.user.7', 'null'],
          ['attributeTypes.account.a.b/c', 'an empty string'],
        ].map(([path, found]) => ({
          path,
          message: `expected STRING, NUMBER, BOOLEAN or DATE_TIME, found ${found}`,
        })),
      ),
    );
  });

  it('names every fault, with its path, what was expected and the type that was found', () => {
    const config = { productTagKey: '', dataCenter: 5, userAttributeMap: [{}, { from: 7 }], sendIp: null };
    const error = thrownBy(compiled(config));
    expect(error?.issues).toEqual(
      expect.arrayContaining([
        { path: 'apiKey', message: 'expected 1 to 200 printable ASCII characters, found nothing' },
        { path: 'productTagKey', message: 'expected a non-empty string, found an empty string' },
        { path: 'userAttributeMap.1.from', message: 'expected a string, found number' },
        { path: 'sendIp', message: 'expected true or false, found null' },
      ]),
    );
    expect(error?.issues.map(({ path }) => path).sort()).toEqual(
      ['apiKey', 'productTagKey', 'dataCenter', 'userAttributeMap.1.from', 'sendIp'].sort(),
    );
    for (const { path, message } of error!.issues) expect(error!.message).toContain(`${path}: ${message}`);
  });

  it('never quotes a value', () => {
    const secret = 'key-with-ümlaut-7f3a';
    const config = {
      apiKey: secret,
      productTagKey: { [secret]: secret },
      dataCenter: { [secret]: secret },
      userAttributeMap: secret,
      globalContextMap: [secret],
      consentPreferences: [{ consent: 7, preference: secret }],
      preferencesApiVersion: secret,
    };
    const error = thrownBy(compiled(config))!;
    expect(error.issues.length).toBeGreaterThan(5);
    expect(error.message + JSON.stringify(error) + String(error.stack)).not.toContain(secret);
  });
});

describe('several data centers', () => {
  const several = { web: 'EU', ios: 'US2' };

  it('are a fault that says to store one', () => {
    expect(thrownBy(compiled({ ...BASE_CONFIG, dataCenter: several }))?.issues).toEqual([
      { path: 'dataCenter', message: expect.stringContaining('store one') },
    ]);
  });

  it('are listed beside all other issues', () => {
    const issues = thrownBy(compiled({ productTagKey: 'AP-1', dataCenter: several, sendIp: 'yes' }))?.issues;
    expect(issues?.map(({ path }) => path).sort()).toEqual(['apiKey', 'dataCenter', 'sendIp']);
  });

  test.each([[{ web: 'EU', ios: { toString: null } }], [[{ toString: null }]], [{ web: 7, ios: '7' }]])(
    'are one fault where they cannot be written as a text: %j',
    (dataCenter) => {
      const issues = thrownBy(compiled({ ...BASE_CONFIG, dataCenter }))?.issues;
      expect(issues?.map(({ path }) => path)).toEqual(['dataCenter']);
    },
  );

  it('are one fault where a value is no data center at all', () => {
    const issues = thrownBy(compiled({ ...BASE_CONFIG, dataCenter: { web: 'EU', ios: 'moon' } }))?.issues;
    expect(issues?.map(({ path }) => path)).toEqual(['dataCenter']);
  });
});

describe('compiled configurations are remembered by content', () => {
  const consenting = (preference: 'trackUsage' | 'surveys') => ({
    ...BASE_CONFIG,
    consentPreferences: [{ consent: 'analytics', preference }],
  });
  const denied = {
    type: 'identify',
    userId: 'u1',
    context: { consentManagement: { deniedConsentIds: ['analytics'] } },
  };
  const preferencesIn = (plan: ReturnType<typeof process>) => plan.steps.at(-1)!.request.body;

  it('the caller’s later changes of its object change nothing that was remembered', () => {
    const config = consenting('trackUsage');
    const destination = compile(config);
    process(denied, config);
    config.consentPreferences[0]!.preference = 'surveys';
    expect(preferencesIn(process(denied, consenting('trackUsage')))).toEqual({ trackUsage: false });
    expect(preferencesIn(process(denied, config))).toEqual({ surveys: false });
    expect(preferencesIn(destination.process(denied))).toEqual({ trackUsage: false });
  });

  it('a data center that is changed in its object is not taken for what it was', () => {
    const dataCenter: Record<string, 'EU' | 'US' | 'US2'> = { web: 'EU', ios: 'EU' };
    const config = { ...BASE_CONFIG, dataCenter };
    const originOf = (dataCenterNow: DestinationConfig['dataCenter']) =>
      new URL(process(track, { ...config, dataCenter: dataCenterNow! }).steps[0].request.endpoint).host;
    expect(originOf(dataCenter)).toBe('api-eu.aptrinsic.com');
    Object.assign(dataCenter, { web: 'US2', ios: 'US2' });
    expect(originOf(dataCenter)).toBe('api-us2.aptrinsic.com');
    expect(originOf({ web: 'EU', ios: 'EU' })).toBe('api-eu.aptrinsic.com');
    dataCenter.ios = 'US';
    expect(thrownBy(() => originOf(dataCenter))?.code).toBe('configuration_invalid');
  });

  it('types of attributes that are changed in their object are not taken for what they were', () => {
    const attributeTypes: { user: Record<string, unknown> } = { user: { tier: 'STRING' } };
    const config = { ...BASE_CONFIG, attributeTypes } as unknown as DestinationConfig;
    process(track, config);
    attributeTypes.user.tier = 'wrong';
    expect(thrownBy(() => process(track, config))?.code).toBe('configuration_invalid');
  });

  it('disabled attributes that are changed in their list are not taken for what they were', () => {
    const disabled = { user: ['tier'] };
    const userAttributeMap = [{ from: 'a', to: 'plan' }];
    const config: DestinationConfig = { ...BASE_CONFIG, userAttributeMap, attributeTypes: { disabled } };
    const identify = { type: 'identify', userId: 'u1', traits: { a: 'x' } };
    expect(explain(identify, config).warnings).toEqual([]);
    disabled.user[0] = 'plan';
    expect(explain(identify, config).warnings).toMatchObject([{ code: 'attribute_disabled' }]);
  });

  it('a changed object is not taken for what it was', () => {
    const config = { ...BASE_CONFIG, globalContextMap: [{ from: 'tier', to: 'gold' }] };
    const contextOf = () => process(track, config).steps[0].request.body?.globalContext;
    expect(contextOf()).toEqual({ tier: 'gold' });
    config.globalContextMap[0]!.to = 'silver';
    expect(contextOf()).toEqual({ tier: 'silver' });
    config.globalContextMap.pop();
    expect(contextOf()).toBeUndefined();
  });

  it('a wrong configuration is refused though one like it was right', () => {
    process(track, { ...BASE_CONFIG, userAttributeMap: [{}] });
    for (const row of [[], null, 'x', 7]) {
      const wrong = { ...BASE_CONFIG, userAttributeMap: [row] } as unknown as DestinationConfig;
      expect(thrownBy(() => process(track, wrong))?.code).toBe('configuration_invalid');
    }
  });

  describe('the cache', () => {
    const counting = (maxKeys: number) => {
      let made = 0;
      const cache = new ConfigCache(() => (made += 1), maxKeys);
      return {
        cache,
        get made() {
          return made;
        },
      };
    };
    const withKey = (apiKey: string, more = {}) => ({ ...BASE_CONFIG, apiKey, ...more });

    it('makes equal contents once, whatever else is stored with them', () => {
      const { cache } = counting(10);
      const first = cache.get(withKey('a', { dataCenter: { web: 'EU', ios: 'EU' }, globalContextMap: [] }));
      const same = { dataCenter: { ios: 'EU', web: 'EU' }, globalContextMap: [], whitelistedEvents: [1] };
      expect(cache.get(withKey('a', same))).toBe(first);
    });

    it('is bounded, and forgets the API keys of long ago', () => {
      const counter = counting(3);
      for (let index = 0; index < 1000; index += 1) counter.cache.get(withKey(`key-${index}`));
      expect(counter.cache.size).toBe(3);
      counter.cache.get(withKey('key-999'));
      expect(counter.made).toBe(1000);
    });

    it('is bounded for one API key, too', () => {
      const { cache } = counting(3);
      for (let index = 0; index < 1000; index += 1)
        cache.get(withKey('key', { productTagKey: `AP-${index}` }));
      expect(cache.size).toBeLessThanOrEqual(10);
    });

    it('does not remember failures', () => {
      let fail = true;
      const cache = new ConfigCache(() => {
        if (fail) throw new Error('no');
        return 'made';
      }, 3);
      expect(() => cache.get(BASE_CONFIG)).toThrow('no');
      fail = false;
      expect(cache.get(BASE_CONFIG)).toBe('made');
    });
  });
});

test.each([
  ['string', 'another string'],
  ['', 'an empty string'],
  [7, 'number'],
])('a type of an attribute that is %j names the types there are', (type, found) => {
  for (const object of ['user', 'account']) {
    for (const name of ['tier', 'a.b', '3', 'x/y']) {
      const error = thrownBy(compiled({ ...BASE_CONFIG, attributeTypes: { [object]: { [name]: type } } }));
      expect(error?.issues).toEqual([
        {
          path: `attributeTypes.${object}.${name}`,
          message: `expected STRING, NUMBER, BOOLEAN or DATE_TIME, found ${found}`,
        },
      ]);
    }
  }
});

test('a field map names the nearest field, and never the value', () => {
  const userFieldMap = [
    { from: 'SIGN_UP_DATE', to: 'SIGN_UP_DATE' },
    { from: 'town', to: 'city' },
    { from: 'x', to: `sEcReT${'x'.repeat(1_000_000)}` },
  ];
  const error = thrownBy(() => compile({ ...BASE_CONFIG, userFieldMap }));
  expect(error?.issues.map(({ path }) => path)).toEqual(
    userFieldMap.map((_row, index) => `userFieldMap.${index}.to`),
  );
  const [date, town, other] = error!.issues.map(({ message }) => message);
  expect(date).toBe('expected a field of a PX user, found another string; the nearest field is signUpDate');
  expect(town).toContain('location.city');
  expect(other).toMatch(/the nearest field is \S+$/);
  expect(error!.message).not.toContain('sEcReT');
});
