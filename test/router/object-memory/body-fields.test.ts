import { fieldsOf, withFields } from '../../../src/router/object-memory/body-fields';

const WRITE = { alwaysSent: [], merged: ['attributes', 'location', 'location.coordinates'] };
const names = (body: object): string[] => [...fieldsOf(body as never, WRITE)!.keys()];

it('a field that is merged has one field for each of its keys, all others are one', () => {
  const body = {
    email: 'a',
    tags: ['a', { b: 1 }],
    location: { city: 'x', coordinates: { latitude: 1 } },
    attributes: {},
    other: { location: { city: 1 } },
  };
  expect(names(body)).toEqual(['email', 'tags', 'location.city', 'location.coordinates.latitude', 'other']);
});

it('keys with dots are no paths', () => {
  const body = { 'location.city': 'a', location: { 'co.ordinates': 1, city: 'b' }, 'a\\.b': 1 };
  expect(names(body)).toEqual(['location\\.city', 'location.co\\.ordinates', 'location.city', 'a\\\\\\.b']);
  expect(withFields(body, new Set(['location.city']), WRITE)).toEqual({ location: { city: 'b' } });
  expect(withFields(body, new Set(['location\\.city']), WRITE)).toEqual({ 'location.city': 'a' });
});

it('an order is a value, as are types; equal values are equal', () => {
  const textOf = (value: unknown): string => [...fieldsOf({ value } as never, WRITE)!.values()][0]!;
  const long = 'é'.repeat(100);
  const values = ['', '1', 1, true, 'true', '[]', [], ['a', 'b'], ['b', 'a'], '#', '=', null, long, [long]];
  const texts = values.map(textOf);
  expect(new Set(texts).size).toBe(values.length);
  expect(structuredClone(values).map(textOf)).toEqual(texts);
  expect(Math.max(...texts.map(({ length }) => length))).toBeLessThan(65);
});

it('a key may be named like a member of the prototype', () => {
  const body = JSON.parse('{"attributes": {"__proto__": 1, "constructor": 2}}') as Record<string, never>;
  expect(names(body)).toEqual(['attributes.__proto__', 'attributes.constructor']);
  expect(JSON.stringify(withFields(body, new Set(['attributes.__proto__']), WRITE))).toBe(
    '{"attributes":{"__proto__":1}}',
  );
});

it('long names take little memory', () => {
  const body = { ['x'.repeat(100_000)]: 1, y: 2 };
  const [long] = names(body);
  expect(long!.length).toBeLessThan(300);
  expect(withFields(body, new Set([long!]), WRITE)).toEqual({ ['x'.repeat(100_000)]: 1 });
});

it.each([['text'], [1], [null], [['a']]])('%j in place of an object is not understood', (location) => {
  expect(fieldsOf({ location } as never, WRITE)).toBeUndefined();
  expect(fieldsOf({ location: { coordinates: location } } as never, WRITE)).toBeUndefined();
});
