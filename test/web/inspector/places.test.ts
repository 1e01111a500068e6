import { explain, type DestinationConfig } from '../../../src';
import type { Place } from '../../../src/web/inspector/highlight';
import { isLit, namesOneValue, placesOf, planPlace, sourceOf } from '../../../src/web/inspector/places';
import { loadFixtures } from '../../fixture-runs/load-fixtures';

const BASE: DestinationConfig = { apiKey: 'k', productTagKey: 'AP-1' };
const event = (path: string): Place => ({ in: 'event', path });
const plan = (path: string): Place => ({ in: 'plan', path });
const config = (path: string): Place => ({ in: 'config', path });

/** The places that belong to one, without itself. */
function linked(message: object, place: Place, settings: DestinationConfig = BASE): Place[] {
  const all = placesOf(explain(message, settings), place, settings);
  expect(all[0]).toEqual(place);
  return all.slice(1);
}

const identify = (traits: object, rest: object = {}) => ({ type: 'identify', userId: 'u', traits, ...rest });
const track = (properties: object, rest: object = {}) => ({
  type: 'track',
  userId: 'u',
  event: 'e',
  properties,
  ...rest,
});

test.each([
  ['a default field', identify({ email: 'a@b.c' }), 'traits.email', ['user:email']],
  ['a location', identify({ city: 'Paris' }), 'traits.city', ['user:location.city']],
  ['a coordinate', identify({ latitude: 1 }), 'traits.latitude', ['user:location.coordinates.latitude']],
  [
    'a standard address',
    identify({ address: { city: 'Rome' } }),
    'traits.address.city',
    ['user:location.city'],
  ],
  [
    'a name that is split',
    identify({ name: 'Ada Lovelace' }),
    'traits.name',
    ['user:firstName', 'user:lastName'],
  ],
  ['the id', identify({}), 'userId', ['user:identifyId']],
  [
    'an id that two objects have',
    identify({ surveys: false }),
    'userId',
    ['user:identifyId', 'preferences:identifyId'],
  ],
  [
    'a preference',
    identify({ userPreferences: { surveys: false } }),
    'traits.userPreferences.surveys',
    ['preferences:surveys'],
  ],
  [
    'the account of a group',
    { type: 'group', userId: 'u', groupId: 'g' },
    'groupId',
    ['account:id', 'user:accountId'],
  ],
  ['a property', track({ plan: 'pro' }), 'properties.plan', ['event:attributes.plan']],
  ['a property with a dot', track({ 'a.b': 1 }), 'properties.a.b', ['event:attributes.a.b']],
  ['a context', track({ globalContext: { x: 1 } }), 'properties.globalContext.x', ['event:globalContext.x']],
])('%s', (_what, message, path, fields) => {
  expect(linked(message, event(path)).filter((place) => place.in === 'plan')).toEqual(
    expect.arrayContaining(fields.map(plan)),
  );
  for (const field of fields) expect(linked(message, plan(field))).toContainEqual(event(path));
});

test('a default date comes from the time of the event', () => {
  const message = identify({}, { timestamp: '2024-01-01T00:00:00Z' });
  expect(linked(message, event('timestamp'))).toEqual([plan('user:signUpDate'), plan('user:createDate')]);
  expect(linked(message, plan('user:createDate'))).toEqual([event('timestamp')]);
});

test('a constant has no source', () => {
  expect(linked(identify({}), plan('user:type'))).toEqual([]);
});

test('the tag key and what holds it', () => {
  expect(linked(track({}), config('productTagKey'))).toEqual([plan('event:propertyKey')]);
  expect(linked(track({}), plan('event:propertyKey'))).toEqual([config('productTagKey')]);
});

test('the row of the global context that counts is the last of its key', () => {
  const settings = {
    ...BASE,
    globalContextMap: [
      { from: 'a', to: 1 },
      { from: 'b', to: 2 },
      { from: 'a', to: 3 },
    ],
  };
  expect(linked(track({}), plan('event:globalContext.a'), settings)).toEqual([config('globalContextMap.2')]);
  expect(linked(track({}), config('globalContextMap.1.to'), settings)).toEqual([
    plan('event:globalContext.b'),
    config('globalContextMap.1'),
  ]);
  expect(placesOf(explain(track({}), settings), plan('event:globalContext.a'))).toContainEqual(
    config('globalContextMap'),
  );
});

test('a custom attribute lights its trait and its row; a row lights both', () => {
  const settings = {
    ...BASE,
    userAttributeMap: [
      { from: 'tier', to: 'Tier' },
      { from: 'a.b', to: 'AB' },
    ],
  };
  const message = identify({ tier: 'gold', a: { b: 1 } });
  const tier = [event('traits.tier'), plan('user:customAttributes.Tier'), config('userAttributeMap.0')];
  for (const place of tier)
    expect(placesOf(explain(message, settings), place, settings)).toEqual(expect.arrayContaining(tier));
  expect(linked(message, config('userAttributeMap.1.from'), settings)).toEqual([
    event('traits.a.b'),
    plan('user:customAttributes.AB'),
    config('userAttributeMap.1'),
  ]);
});

test('a field map and consent', () => {
  const settings: DestinationConfig = {
    ...BASE,
    userFieldMap: [{ from: 'MAIL', to: 'email' }],
    consentPreferences: [{ consent: 'ads', preference: 'surveys' }],
  };
  const message = identify(
    { MAIL: 'a@b.c' },
    { context: { consentManagement: { deniedConsentIds: ['ads'] } } },
  );
  expect(linked(message, plan('user:email'), settings)).toEqual([
    event('traits.MAIL'),
    config('userFieldMap.0'),
  ]);
  expect(linked(message, plan('preferences:surveys'), settings)).toEqual([
    event('context.consentManagement.deniedConsentIds'),
    config('consentPreferences.0'),
  ]);
});

test('inside of a value that is sent as a whole, and around values that are sent one by one', () => {
  const message = track({ products: [{ price: 1 }] });
  expect(linked(message, event('properties.products.0.price'))).toEqual([
    event('properties.products'),
    plan('event:attributes.products'),
  ]);
  expect(linked(identify({ address: { city: 'Rome' } }), event('traits.address'))).toEqual([
    event('traits.address.city'),
    plan('user:location.city'),
  ]);
});

test('a dropped value belongs to nothing', () => {
  expect(linked(identify({ favouriteColour: 'green' }), event('traits.favouriteColour'))).toEqual([]);
});

test.each([
  [{ 'a.b': 1, a: { b: 2 } }, 'properties.a.b', false],
  [{ a: { b: 2 }, 'a.b': 1 }, 'properties.a.b', false],
  [{ a: { 'b.c': 1, b: { c: 2 } } }, 'properties.a.b.c', false],
  [{ 'a.b': null, a: { b: 2 } }, 'properties.a.b', false],
  [{ 'a.b': 1, a: { c: 2 } }, 'properties.a.b', true],
  [{ a: [{ b: 1 }], 'a.0': 3 }, 'properties.a.0.b', true],
  [{ a: [{ b: 1 }], 'a.0': 3 }, 'properties.a.0', false],
  [{ a: 1 }, 'properties.b', false],
  [{ toString: 1 }, 'properties.constructor', false],
])('of %j the path %s names one value: %s', (properties, path, isOne) => {
  expect(namesOneValue(track(properties), path)).toBe(isOne);
});

test('each field of each fixture lights its source, and its source lights it', () => {
  let checked = 0;
  for (const { event: message, config: raw } of loadFixtures()) {
    const settings = raw as unknown as DestinationConfig;
    const explanation = explain(message, settings);
    for (const field of explanation.fields) {
      const source = sourceOf(field);
      if (source.in !== 'event') continue;
      const end = event(source.path);
      expect(isLit(placesOf(explanation, planPlace(field), settings), end)).toBe(true);
      expect(isLit(placesOf(explanation, end, settings), planPlace(field))).toBe(true);
      checked += 1;
    }
  }
  expect(checked).toBeGreaterThan(1_000);
});
