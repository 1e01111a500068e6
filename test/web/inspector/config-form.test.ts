import schema from '../../../config.schema.json';
import { moved, renamed, withValueAt } from '../../../src/web/inspector/config/change';
import { formFields, type Control } from '../../../src/web/inspector/config/form-model';

const fields = formFields(schema);
const controlOf = (key: string): Control => fields.find((field) => field.key === key)!.control;

describe('the form', () => {
  test('has a field for each key of the schema, in its order', () => {
    expect(fields.map(({ key }) => key)).toEqual(Object.keys(schema.properties));
  });

  test('shows no key of today as JSON', () => {
    expect(fields.filter(({ control }) => JSON.stringify(control).includes('"kind":"json"'))).toEqual([]);
  });

  test('knows what is required, and what RudderStack lacks', () => {
    expect(fields.filter(({ isRequired }) => isRequired).map(({ key }) => key)).toEqual([
      'apiKey',
      'productTagKey',
    ]);
    expect(fields.filter(({ isExtension }) => !isExtension).map(({ key }) => key)).toEqual([
      'apiKey',
      'productTagKey',
      'dataCenter',
      'userAttributeMap',
      'accountAttributeMap',
      'globalContextMap',
    ]);
    expect(
      fields.filter(({ description }) => description === '' || description.startsWith('Extension')),
    ).toEqual([]);
  });

  test('shows the key as a secret', () => {
    expect(controlOf('apiKey')).toEqual({ kind: 'secret' });
  });

  test('takes its controls from the schema', () => {
    expect(controlOf('productTagKey')).toEqual({ kind: 'text' });
    expect(controlOf('pageEvents')).toEqual({ kind: 'switch' });
    expect(controlOf('nestedAttributes')).toEqual({ kind: 'choice', options: ['json', 'flatten'] });
    expect(controlOf('dataCenter')).toEqual({ kind: 'choice', options: ['US', 'EU', 'US2'] });
    const types = { kind: 'choice', options: ['STRING', 'NUMBER', 'BOOLEAN', 'DATE_TIME'] };
    expect(controlOf('userAttributeMap')).toEqual({
      kind: 'rows',
      columns: [
        { key: 'from', control: { kind: 'text' }, isRequired: false },
        { key: 'to', control: { kind: 'text' }, isRequired: false },
        { key: 'type', control: types, isRequired: false },
      ],
    });
    expect(controlOf('globalContextMap')).toMatchObject({
      columns: [{ key: 'from' }, { key: 'to', control: { kind: 'scalar' } }],
    });
    expect(controlOf('consentPreferences')).toMatchObject({
      columns: [
        { key: 'consent', isRequired: true },
        { key: 'preference', isRequired: true },
      ],
    });
    const byName = { kind: 'names', value: types };
    expect(controlOf('attributeTypes')).toMatchObject({
      kind: 'object',
      entries: [
        { key: 'user', control: byName },
        { key: 'account', control: byName },
        {
          key: 'disabled',
          control: { entries: ['user', 'account'].map((key) => ({ key, control: { kind: 'texts' } })) },
        },
      ],
    });
  });

  test.each([
    ['a type that nobody knows', { type: 'null' }],
    ['no type', { description: 'anything' }],
    ['an array of numbers', { type: 'array', items: { type: 'number' } }],
    ['an array of anything', { type: 'array' }],
    ['an object of anything', { type: 'object' }],
    ['several types', { type: ['string', 'object'] }],
    ['a reference to nothing', { $ref: '#/definitions/missing' }],
  ])('has a control for %s, too', (_, property) => {
    expect(formFields({ properties: { key: property } })).toEqual([
      {
        key: 'key',
        control: { kind: 'json' },
        isRequired: false,
        description: expect.any(String),
        isExtension: false,
      },
    ]);
  });
});

describe('a change', () => {
  const config = { apiKey: 'k', other: { kept: [1] }, map: [{ from: 'a', to: 'b', extra: true }] };

  test('keeps all else, and its order', () => {
    const changed = withValueAt(config, ['map', 0, 'to'], 'c');
    expect(changed).toEqual({ ...config, map: [{ from: 'a', to: 'c', extra: true }] });
    expect(Object.keys(changed as object)).toEqual(['apiKey', 'other', 'map']);
    expect(config.map[0]!.to).toBe('b');
  });

  test('adds what is not there', () => {
    expect(withValueAt({}, ['types', 'user', 'a'], 'STRING')).toEqual({ types: { user: { a: 'STRING' } } });
    expect(withValueAt({ types: null }, ['types', 'user'], {})).toEqual({ types: { user: {} } });
    expect(withValueAt(undefined, ['a'], 1)).toEqual({ a: 1 });
    expect(withValueAt({ rows: [1] }, ['rows', 1], 2)).toEqual({ rows: [1, 2] });
  });

  test('removes entries and rows', () => {
    expect(withValueAt(config, ['apiKey'], undefined)).toEqual({ other: config.other, map: config.map });
    expect(withValueAt(config, ['map', 0], undefined)).toEqual({ ...config, map: [] });
    expect(withValueAt({}, ['nothing'], undefined)).toEqual({});
  });

  test('of a name that is special to JavaScript changes an entry only', () => {
    const own: unknown = JSON.parse('{"__proto__":"STRING","a":1}');
    expect(JSON.stringify(withValueAt(own, ['__proto__'], 'NUMBER'))).toBe('{"__proto__":"NUMBER","a":1}');
    expect(JSON.stringify(withValueAt({}, ['__proto__'], 'NUMBER'))).toBe('{"__proto__":"NUMBER"}');
  });

  test('moves rows', () => {
    expect(moved(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b']);
    expect(moved(['a', 'b', 'c'], 0, 1)).toEqual(['b', 'a', 'c']);
  });

  test('renames an entry at its place', () => {
    expect(Object.entries(renamed({ a: 1, b: 2 }, 'a', 'c'))).toEqual([
      ['c', 1],
      ['b', 2],
    ]);
  });
});
