import { compile, explain, type DestinationConfig } from '../../../../src';
import { BASE_CONFIG } from '../../../fixture-runs/load-fixtures';

const config: DestinationConfig = {
  ...BASE_CONFIG,
  missingUserOnGroup: 'create',
  sendEventId: true,
  sendIp: true,
  userAttributeMap: [{ from: 'address.plan', to: 'plan' }],
  accountAttributeMap: [{ from: 'tier', to: 'level' }],
  globalContextMap: [{ from: 'product', to: 'desktop' }],
  globalContextPrecedence: 'merge',
  consentPreferences: [{ consent: 'analytics', preference: 'trackUsage' }],
};

/** `step object field` → where it came from. */
function originsOf(event: Parameters<typeof explain>[0]): Record<string, string> {
  return Object.fromEntries(
    explain(event, config).fields.flatMap(({ object, to, from, steps }) =>
      steps.map((step) => [`${step} ${object} ${to}`, from]),
    ),
  );
}

test('every field of an identify message has its origin, step by step', () => {
  const user = {
    identifyId: 'userId',
    type: 'constant',
    propertyKeys: 'config.productTagKey',
    email: 'traits.email',
    firstName: 'context.traits.name',
    lastName: 'context.traits.name',
    'location.city': 'context.traits.city',
    'customAttributes.plan': 'traits.address.plan',
    signUpDate: 'traits.signUpDate',
  };
  const at = (step: string, object: string, fields: object) =>
    Object.fromEntries(
      Object.entries(fields).map(([to, from]) => [`${step} ${object} ${to}`, from as string]),
    );
  expect(
    originsOf({
      type: 'identify',
      userId: 'a/b',
      originalTimestamp: '2024-02-29T12:00:00Z',
      traits: { email: 'ada@example.com', address: { plan: 'pro' }, signUpDate: '2024-01-01' },
      context: {
        traits: { city: 'London', name: 'Ada Lovelace', userPreferences: { guided_tours: 'true' } },
        consentManagement: { deniedConsentIds: ['analytics'] },
      },
    }),
  ).toEqual({
    ...at('updateUser', 'user', user),
    ...at('createUser', 'user', { ...user, createDate: 'default: originalTimestamp' }),
    ...at('updateUserAgain', 'user', user),
    ...at('setPreferences', 'preferences', {
      identifyId: 'userId',
      guidedTours: 'context.traits.userPreferences.guided_tours',
      trackUsage: 'context.consentManagement.deniedConsentIds',
    }),
  });
});

test('every field of a group message has its origin', () => {
  expect(
    originsOf({
      type: 'group',
      anonymousId: 'anon',
      traits: { groupId: 'g1', tier: 'gold', latitude: '1' },
      timestamp: '2024-02-29T12:00:00Z',
    }),
  ).toMatchObject({
    'updateAccount account id': 'traits.groupId',
    'updateAccount account propertyKeys': 'config.productTagKey',
    'updateAccount account location.coordinates.latitude': 'traits.latitude',
    'updateAccountAgain account customAttributes.level': 'traits.tier',
    'createAccount account name': 'default: traits.groupId',
    'createAccount account createDate': 'default: timestamp',
    'linkUser user identifyId': 'anonymousId',
    'linkUser user accountId': 'traits.groupId',
    'createUser user identifyId': 'anonymousId',
    'createUser user type': 'constant',
    'createUser user signUpDate': 'default: timestamp',
    'linkUserAgain user accountId': 'traits.groupId',
  });
});

test('every field of a track message has its origin', () => {
  expect(
    originsOf({
      type: 'track',
      anonymousId: 'anon',
      event: 'Report Opened',
      messageId: 'm-1',
      properties: { sessionId: 's', 'a.b': 1, globalContext: { tier: 'gold' } },
      context: { ip: '198.51.100.7', groupId: 'g1', page: { url: 'https://app.example' } },
      timestamp: 1709208000,
    }),
  ).toEqual({
    'createEvent event identifyId': 'anonymousId',
    'createEvent event propertyKey': 'config.productTagKey',
    'createEvent event userType': 'constant',
    'createEvent event eventName': 'event',
    'createEvent event accountId': 'context.groupId',
    'createEvent event date': 'timestamp',
    'createEvent event sessionId': 'properties.sessionId',
    'createEvent event eventId': 'messageId',
    'createEvent event remoteHost': 'context.ip',
    'createEvent event url': 'context.page.url',
    'createEvent event attributes.sessionId': 'properties.sessionId',
    'createEvent event attributes.a.b': 'properties.a.b',
    'createEvent event globalContext.tier': 'properties.globalContext.tier',
    'createEvent event globalContext.product': 'config.globalContextMap',
  });
});

test('an error comes with what was seen until then', () => {
  const { plan, error, fields, dropped, warnings } = explain(
    { type: 'track', userId: {}, anonymousId: 'anon', event: ' ', properties: [] },
    config,
  );
  expect(plan).toBeUndefined();
  expect(error).toMatchObject({ kind: 'instrumentation', code: 'event_name_missing' });
  expect(fields).toContainEqual(
    expect.objectContaining({ to: 'identifyId', from: 'anonymousId', value: 'anon' }),
  );
  expect(dropped).toEqual(
    expect.arrayContaining([
      { path: 'userId', reason: 'unconvertible', type: 'object' },
      { path: 'properties', reason: 'notAnObject', type: 'array' },
    ]),
  );
  expect(warnings).toEqual([]);
});

test('a preference that is an error comes with the user that was seen', () => {
  const { error, fields } = explain(
    { type: 'identify', userId: 'u1', traits: { email: 'ada@example.com', userPreferences: { surveys: 5 } } },
    config,
  );
  expect(error?.code).toBe('preference_invalid');
  expect(fields).toContainEqual(
    expect.objectContaining({ to: 'email', from: 'traits.email', value: 'ada@example.com' }),
  );
});

test('a wrong configuration is an error in the explanation, as whatever else process would throw', () => {
  const wrong = { ...BASE_CONFIG, dataCenter: 'moon' } as unknown as DestinationConfig;
  expect(explain({ type: 'track' }, wrong)).toMatchObject({
    error: { kind: 'configuration', code: 'configuration_invalid' },
    fields: [],
    dropped: [],
    warnings: [],
  });
  expect(() => compile(wrong)).toThrow('dataCenter');
});

test('dropped values are named by path, reason and type, never by value', () => {
  const secret = 'x7f-secret';
  const { dropped } = explain(
    {
      type: 'identify',
      userId: 'u1',
      traits: { score: secret, unknown: secret, at: [secret], when: { [secret]: 1 }, gender: secret },
      context: secret,
    },
    config,
  );
  expect(dropped).toHaveLength(6);
  expect(JSON.stringify(dropped)).not.toContain(secret);
});

describe('warnings', () => {
  const trackWith = (properties: object) =>
    explain({ type: 'track', userId: 'u1', event: 'Report Opened', properties }, BASE_CONFIG).warnings;
  const many = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, index]));

  it('counts the attributes that are sent, not those that are dropped', () => {
    expect(trackWith({ ...many(50), dropped: null, globalContext: { a: 1 } })).toEqual([]);
    expect(trackWith(many(51)).map(({ code }) => code)).toEqual(['too_many_attributes']);
  });

  it('tells of every pair of names that differ by case only', () => {
    const found = trackWith({ plan: 1, Plan: 2, PLAN: 3, other: 4 });
    expect(found.map(({ code, field }) => [code, field])).toEqual([
      ['attribute_names_differ_by_case', 'attributes.Plan'],
      ['attribute_names_differ_by_case', 'attributes.PLAN'],
    ]);
  });

  it('says nothing of what is well', () => {
    expect(trackWith({ plan: 1 })).toEqual([]);
    const { warnings } = explain({ type: 'identify', userId: 'u1', traits: { email: 'a' } }, BASE_CONFIG);
    expect(warnings).toEqual([]);
  });

  it('says nothing of read-only fields that only a create defaults', () => {
    const { warnings } = explain(
      { type: 'identify', userId: 'u1', timestamp: '2024-02-29T12:00:00Z' },
      BASE_CONFIG,
    );
    expect(warnings).toEqual([]);
  });
});

test('a compiled destination explains as the function does', () => {
  const event = {
    type: 'identify',
    userId: 'u1',
    traits: { score: 'high', email: 'a', lastSeenDate: '2024-01-01' },
  };
  expect(compile(config).explain(event)).toEqual(explain(event, config));
});
