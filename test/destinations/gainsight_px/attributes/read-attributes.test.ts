import { compareTypes, readAttributes } from '../../../../src/destinations/gainsight_px/index';

const entry = (apiName: unknown, type: unknown = 'STRING', state?: unknown) => ({
  apiName,
  type,
  origin: 'CUSTOM',
  ...(state === undefined ? {} : { state }),
});

test('the enabled, the disabled and the deleted ones, sorted by code units', () => {
  const answer = [
    entry('b', 'DATE_TIME', 'ENABLED'),
    entry('a', 'NUMBER'),
    entry('Z', 'boolean', 'enabled'),
    entry('d2', 'STRING', 'DISABLED'),
    entry('d1', 'LIST', 'DISABLED'),
    entry('x', 'STRING', 'DELETED'),
  ];
  const attributes = readAttributes(answer)!;
  expect(attributes).toEqual({
    types: { Z: 'BOOLEAN', a: 'NUMBER', b: 'DATE_TIME' },
    untyped: [],
    disabled: ['d1', 'd2'],
    deleted: ['x'],
    odd: [],
    besides: [],
  });
  expect(Object.keys(attributes.types)).toEqual(['Z', 'a', 'b']);
  expect(readAttributes([...answer].reverse())).toEqual(attributes);
});

test('of several entries with one name the enabled one counts, then the disabled one', () => {
  const answer = [
    entry('a', 'STRING', 'DELETED'),
    entry('a', 'NUMBER', 'ENABLED'),
    entry('a', 'STRING', 'DISABLED'),
    entry('b', 'STRING', 'DISABLED'),
    entry('b', 'STRING', 'DELETED'),
  ];
  expect(readAttributes(answer)).toEqual({
    types: { a: 'NUMBER' },
    untyped: [],
    disabled: ['b'],
    deleted: [],
    odd: [],
    besides: [],
  });
});

test.each([
  [null, 'an entry that is not an object'],
  ['plan', 'an entry that is not an object'],
  [entry(undefined), 'an entry without apiName'],
  [entry(' '), 'an entry without apiName'],
  [entry('a', 'LIST'), '"a": its type is not one of STRING, NUMBER, BOOLEAN, DATE_TIME'],
  [entry('a', 7), '"a": its type is not one of STRING, NUMBER, BOOLEAN, DATE_TIME'],
  [entry('a', 'STRING', 'HIDDEN'), '"a": its state is not one of ENABLED, DISABLED, DELETED'],
  [entry('a', 'STRING', null), '"a": its state is not one of ENABLED, DISABLED, DELETED'],
  [entry('__proto__'), '"__proto__": a reserved name, which is never sent'],
  [entry('constructor', 'STRING', 'DISABLED'), '"constructor": a reserved name, which is never sent'],
])('%j is passed over and named', (odd, text) => {
  expect(readAttributes([odd, entry('plan')])).toMatchObject({
    types: { plan: 'STRING' },
    disabled: [],
    deleted: [],
    odd: [text],
  });
});

test('the list may lie in an object; without a single list there is none', () => {
  expect(readAttributes({ attributes: [entry('a')], errors: [] })?.types).toEqual({ a: 'STRING' });
  for (const answer of [
    {},
    { a: [], b: [] },
    { subErrors: [] },
    { attributes: [] },
    { errors: [{ message: 'no' }] },
    { a: [entry('a')], b: [entry('b')] },
    'a',
    null,
    undefined,
  ])
    expect(readAttributes(answer)).toBeUndefined();
  expect(readAttributes([])).toEqual({
    types: {},
    untyped: [],
    disabled: [],
    deleted: [],
    odd: [],
    besides: [],
  });
});

test.each([
  [[{ name: 'plan', dataType: 'STRING' }]],
  [[null]],
  [[entry('plan', 'TEXT'), entry('seats', 'INTEGER')]],
  [[entry('plan', 'STRING', 'ACTIVE')]],
  [{ attributes: [entry('plan', 'TEXT')] }],
])('a list without one entry of the documented form is not a list: %j', (answer) => {
  expect(readAttributes(answer)).toBeUndefined();
});

test.each([
  [[entry('a')], []],
  [{ attributes: [entry('a')] }, []],
  [{ attributes: [entry('a')], scrollId: 'abc', totalHits: 500 }, ['scrollId', 'totalHits']],
  [{ next: null, items: [entry('a')] }, ['next']],
])('what an object holds besides the list is named: %j', (answer, besides) => {
  expect(readAttributes(answer)).toMatchObject({ types: { a: 'STRING' }, besides });
});

test('two lists differ by what was added, removed, changed, disabled and enabled', () => {
  const before = { user: { a: 'STRING', b: 'NUMBER', c: 'STRING' }, disabled: { user: ['d'] } } as const;
  const after = {
    user: { a: 'STRING', b: 'STRING', d: 'STRING' },
    disabled: { user: ['e'], account: ['f'] },
  } as const;
  expect(compareTypes(before, after)).toEqual([
    { object: 'user', name: 'b', before: 'NUMBER', after: 'STRING' },
    { object: 'user', name: 'c', before: 'STRING' },
    { object: 'user', name: 'd', before: 'disabled', after: 'STRING' },
    { object: 'user', name: 'e', after: 'disabled' },
    { object: 'account', name: 'f', after: 'disabled' },
  ]);
  expect(compareTypes(after, after)).toEqual([]);
  expect(compareTypes({}, { user: null, disabled: null })).toEqual([]);
});

test('an enabled attribute of another type is named apart', () => {
  const answer = [
    entry('a', 'LIST', 'ENABLED'),
    entry('a', 'STRING', 'DISABLED'),
    entry('b', 'LIST'),
    entry('b'),
  ];
  expect(readAttributes(answer)).toMatchObject({ types: { b: 'STRING' }, untyped: ['a'], disabled: [] });
});
