import fc from 'fast-check';
import { HAZARDOUS_IDS, JUNK_IDS } from '../destinations/gainsight_px/hazardous-ids';

/** Names that the mapping reads, names that are dangerous as keys, and any others. */
const KEY = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...namesRead()) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '__proto__',
      'constructor',
      'prototype',
      'toString',
      'hasOwnProperty',
      'length',
    ),
  },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }) },
);

function namesRead(): string[] {
  return (
    'email accountId title phone role subscriptionId sfdcContactId firstName firstname first_name lastName lastname ' +
    'last_name name createdAt created_at jobTitle employees street state country parentGroupId score numberOfVisits globalUnsubscribe gender lastSeenDate signUpDate firstVisitDate createDate ' +
    'countryName city postalCode latitude longitude userPreferences trackUsage track_usage surveys productUpdate onboardingBot ' +
    'website plan industry numberOfEmployees nps healthScore renewalDate groupId userId id date sessionId ' +
    'globalContext tier address address.plan a b page url referrer ip traits consentManagement deniedConsentIds ' +
    'timestamp a.b category search initial_search initial_referrer toJSON'
  ).split(' ');
}

/** Text for every conversion, and any other text, lone surrogates included. */
export const text = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    'x',
    '0',
    '-0',
    '1e3',
    'true',
    'FALSE',
    'null',
    'NaN',
    'f',
    'Others',
    'Ada  Lovelace',
    'Yes',
    'undefined',
    '[object Object]',
  ),
  fc.constantFrom(
    '2024-02-29',
    '2024-02-30',
    '2024-02-29T12:00:00',
    '2024-02-29T12:00:00.5+02:00',
    '2024-02-29 12:00:00 UTC',
    'Thu, 29 Feb 2024 12:00:00 GMT',
    '1970-01-01',
    '1709208000',
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ maxLength: 12 }),
);

const number = fc.oneof(
  fc.constantFrom(0, -0, 1, -1.5, 1e8, 1709208000, 1709208000123, 1709208000123456, 2 ** 53, 1e21, 5e-324),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

// `fromEntries` makes own keys of all names, `__proto__` too, as `JSON.parse` does.
const object = (value: fc.Arbitrary<unknown>, maxLength: number) =>
  fc.array(fc.tuple(KEY, value), { maxLength }).map((entries) => Object.fromEntries(entries) as object);

const leaf = fc.oneof(text, number, fc.boolean(), fc.constant(null));

/** Any JSON value, with many names and values that the mapping reads. */
export const json: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 4, arbitrary: leaf },
    { weight: 1, arbitrary: fc.array(tie('value'), { maxLength: 4 }) },
    { weight: 2, arbitrary: object(tie('value'), 8) },
  ),
})).value;

const jsonObject = object(json, 12);
const often = <T>(usual: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 4, arbitrary: usual }, { weight: 1, arbitrary: json });

/** Ids of every kind: hazardous ones, and any text. */
export const id = fc.oneof(
  fc.constantFrom(...HAZARDOUS_IDS.filter(({ length }) => length < 100), ...JUNK_IDS),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
  fc.string({ unit: fc.constantFrom(...'a./\\%;?#+ 2fFeE:@&=~u'), minLength: 1, maxLength: 8 }),
);

const context = fc.record(
  {
    traits: often(jsonObject),
    page: often(jsonObject),
    ip: json,
    sessionId: json,
    groupId: json,
    timestamp: json,
    mappedToDestination: fc.oneof(fc.constantFrom(true, 'true', false), json),
    consentManagement: often(
      fc.record({ deniedConsentIds: often(fc.subarray(['analytics', 'marketing', 'other'])) }),
    ),
  },
  { requiredKeys: [] },
);

/** A message as from an SDK, with any value at any place. */
export const message = fc.record(
  {
    type: fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom('identify', 'group', 'track', 'Track', 'page', 'Screen') },
      json,
    ),
    userId: fc.oneof({ weight: 3, arbitrary: id }, json),
    anonymousId: fc.oneof(id, json),
    groupId: fc.oneof({ weight: 3, arbitrary: id }, json),
    event: often(text),
    name: json,
    category: json,
    channel: fc.oneof(fc.constantFrom('sources', 'web'), json),
    messageId: json,
    traits: often(jsonObject),
    properties: often(jsonObject),
    context: often(context),
    integrations: often(fc.record({ 'Gainsight PX': json, GAINSIGHT_PX: json }, { requiredKeys: [] })),
    timestamp: json,
    originalTimestamp: json,
  },
  { requiredKeys: ['type', 'userId'] },
) as fc.Arbitrary<Record<string, unknown>>;

const side = fc.option(fc.oneof(KEY, fc.constantFrom('', ' ', 'a.b', 'address.plan')));
const attributeType = fc.constantFrom('STRING', 'NUMBER', 'BOOLEAN', 'DATE_TIME');
const attributeMap = fc.option(
  fc.array(fc.record({ from: side, to: side, type: fc.option(attributeType) }, { requiredKeys: [] }), {
    maxLength: 6,
  }),
);
const names = fc.option(fc.array(KEY, { maxLength: 3 }));
const disabledNames = fc.option(fc.record({ user: names, account: names }, { requiredKeys: [] }));
const typesByName = fc.option(fc.dictionary(KEY, attributeType, { maxKeys: 4 }));

/** Rows whose `to` is a field of PX: a valid row needs one. */
const fieldMap = (...fields: string[]) =>
  fc.option(
    fc.array(fc.record({ from: side, to: fc.option(fc.constantFrom('', ...fields)) }, { requiredKeys: [] }), {
      maxLength: 6,
    }),
  );

/** A valid configuration. */
export const validConfig = fc.record(
  {
    apiKey: fc.constantFrom('key-1', 'key-2'),
    productTagKey: fc.constantFrom('AP-ONE-2', 'AP-TWO-2'),
    dataCenter: fc.constantFrom('US', 'eu', 'Us2', { web: 'EU' }, { web: 'US', ios: 'us' }),
    userAttributeMap: attributeMap,
    accountAttributeMap: attributeMap,
    userFieldMap: fieldMap(
      'email',
      'firstName',
      'accountId',
      'signUpDate',
      'location.city',
      'globalUnsubscribe',
    ),
    accountFieldMap: fieldMap('name', 'parentGroupId', 'createDate', 'location.coordinates.latitude', 'nps'),
    attributeTypes: fc.option(
      fc.record({ user: typesByName, account: typesByName, disabled: disabledNames }, { requiredKeys: [] }),
    ),
    globalContextMap: fc.option(
      fc.array(fc.record({ from: side, to: fc.oneof(side, number, fc.boolean()) }, { requiredKeys: [] }), {
        maxLength: 4,
      }),
    ),
    globalContextPrecedence: fc.constantFrom('replace', 'merge'),
    missingUserOnGroup: fc.constantFrom('fail', 'create'),
    consentPreferences: fc.option(
      fc.array(
        fc.record({
          consent: fc.constantFrom('analytics', 'marketing'),
          preference: fc.constantFrom('trackUsage', 'surveys', 'guidedTours'),
        }),
        { maxLength: 3 },
      ),
    ),
    pageEvents: fc.boolean(),
    nestedAttributes: fc.constantFrom('json', 'flatten'),
    stripUrlQuery: fc.boolean(),
    sendEventId: fc.boolean(),
    sendIp: fc.boolean(),
    preferencesApiVersion: fc.constantFrom('v1', 'v2'),
    somethingElse: json,
  },
  { requiredKeys: ['apiKey', 'productTagKey'] },
) as fc.Arbitrary<Record<string, unknown>>;
