// How `process` copies attributes (a clone whose nested values are overwritten) must never show: whatever a program can hold, the result is
// that of a copy made value by value, as `explain` makes it.
import { runInNewContext } from 'node:vm';
import { explain, process, type DestinationConfig, type RudderMessage } from '../../../../src';
import { thrownBy } from '../../../fixture-runs/check-expectation';
import { BASE_CONFIG } from '../../../fixture-runs/load-fixtures';
import { deepFreeze, objectsIn } from '../object-graph';

type Json = Record<string, unknown>;

const bodyOf = (properties: unknown, config: object = {}): Json =>
  process(
    { type: 'track', userId: 'u1', event: 'x', properties } as RudderMessage,
    { ...BASE_CONFIG, ...config } as DestinationConfig,
  ).steps[0].request.body as Json;

/** The attributes of `process`, which are those that `explain` shows. */
function attributesOf(properties: unknown, config: object = {}): Json {
  const event = { type: 'track', userId: 'u1', event: 'x', properties };
  const { plan } = explain(event, { ...BASE_CONFIG, ...config } as DestinationConfig);
  const body = bodyOf(properties, config);
  expect(body).toStrictEqual(plan!.steps[0].request.body);
  expect(Object.keys(body.attributes as Json)).toEqual(
    Object.keys(plan!.steps[0].request.body!.attributes as Json),
  );
  return body.attributes as Json;
}

const tooDeep = (properties: unknown, config: object = {}): void => {
  expect(thrownBy(() => bodyOf(properties, config))?.code).toBe('nested_too_deep');
  const event = { type: 'track', userId: 'u1', event: 'x', properties };
  expect(explain(event, { ...BASE_CONFIG, ...config } as DestinationConfig).error?.code).toBe(
    'nested_too_deep',
  );
};

/** Own keys of any name, as `JSON.parse` makes them. */
const own = (...entries: [string, unknown][]): Json => Object.fromEntries(entries) as Json;

const FLATTEN = { nestedAttributes: 'flatten' };
const DATE = new Date('2024-02-29T12:00:00.123Z');
const ISO = '2024-02-29T12:00:00.123Z';
const foreign = runInNewContext('({ date: new Date(1709208000123), list: [1], object: { a: 1 } })') as Json;

describe.each([
  ['as it is', {}],
  ['with nested values taken apart', FLATTEN],
])('%s', (_name, config) => {
  test.each<[string, Json, Json]>([
    ['values that need nothing', { a: 'x', b: 1.5, c: false, d: '' }, { a: 'x', b: 1.5, c: false, d: '' }],
    ['minus zero', { a: -0, b: [1], c: 0 }, { a: 0, b: '[1]', c: 0 }],
    ['minus zero alone', { a: -0 }, { a: 0 }],
    ['numbers that are none', { a: NaN, b: Infinity, c: -Infinity, d: 1 }, { d: 1 }],
    ['null between others', { a: [1], b: null, c: [2] }, { a: '[1]', c: '[2]' }],
    ['undefined', { a: [1], b: undefined }, { a: '[1]' }],
    ['functions', { a: [1], b: () => 1 }, { a: '[1]' }],
    ['symbols as values', { a: [1], b: Symbol('b') }, { a: '[1]' }],
    ['BigInts', { a: [1], b: 10n, c: [10n] }, { a: '[1]' }],
    ['a Date', { a: DATE, b: 1 }, { a: ISO, b: 1 }],
    ['an invalid Date', { a: new Date(NaN), b: [1] }, { b: '[1]' }],
    ['a Date in an array', { a: [DATE] }, { a: `["${ISO}"]` }],
    ['values of another realm', { date: foreign.date, list: foreign.list }, { date: ISO, list: '[1]' }],
    ['a Date without a prototype', { a: Object.setPrototypeOf(new Date(+DATE), null) }, { a: ISO }],
    ['keys that are numbers', { 2: [1], 1: 'x', b: [2] }, { 1: 'x', 2: '[1]', b: '[2]' }],
    ['an empty list', { a: [] }, { a: '[]' }],
    [
      'a key called like a method',
      { toString: [1], hasOwnProperty: 'x' },
      { toString: '[1]', hasOwnProperty: 'x' },
    ],
    ['an object that is nothing as JSON', { a: { toJSON: () => undefined }, b: 1 }, { b: 1 }],
    ['an object that is null as JSON', { a: { toJSON: () => null }, b: 1 }, { b: 1 }],
    ['an object that is a text as JSON', { a: { toJSON: () => 'x' }, b: 1 }, { a: '"x"', b: 1 }],
    [
      'a Date with a form of its own',
      { a: Object.assign(new Date(+DATE), { toJSON: () => [1] }) },
      { a: ISO },
    ],
    [
      'an array with a form of its own',
      { a: Object.assign([1], { toJSON: () => ({ b: 2 }) }) },
      { a: '{"b":2}' },
    ],
  ])('%s', (_what, properties, due) => {
    expect(attributesOf(properties, config)).toStrictEqual(due);
  });

  it('an own __proto__ is left out, first or last, and changes no prototype', () => {
    for (const value of [{ polluted: 1 }, 'x', null, [1]]) {
      for (const properties of [
        own(['__proto__', value], ['a', [1]]),
        own(['a', [1]], ['__proto__', value]),
        own(['a', [1]], ['constructor', value], ['prototype', value]),
      ]) {
        const attributes = attributesOf(properties, config);
        expect(attributes).toStrictEqual({ a: '[1]' });
        expect(Object.getPrototypeOf(attributes)).toBe(Object.prototype);
        expect(attributes.polluted).toBeUndefined();
      }
    }
  });

  it('names that are symbols are left out', () => {
    const attributes = attributesOf({ a: [1], [Symbol('s')]: { b: 1 } }, config);
    expect(Reflect.ownKeys(attributes)).toEqual(['a']);
  });

  it('inherited values are left out, those of a prototype that somebody extended too', () => {
    const properties = Object.assign(Object.create({ inherited: { a: 1 }, zero: -0 }) as Json, { a: [1] });
    expect(attributesOf(properties, config)).toStrictEqual({ a: '[1]' });
    const extended = Object.prototype as unknown as Json;
    try {
      Object.assign(extended, { extension: { a: 1 }, zero: -0 });
      expect(Object.keys(attributesOf({ a: [1], b: 'x' }, config))).toEqual(['a', 'b']);
    } finally {
      delete extended.extension;
      delete extended.zero;
    }
  });

  it('an object without a prototype is copied', () => {
    const properties = Object.assign(Object.create(null) as Json, { a: [1], b: 'x' });
    expect(attributesOf(properties, config)).toStrictEqual({ a: '[1]', b: 'x' });
  });

  it('a deeply frozen object is copied, and may be changed in the copy', () => {
    const properties = { a: [1], b: 'x', c: [{ d: 1 }] };
    deepFreeze(properties);
    const attributes = attributesOf(properties, config);
    attributes.a = 'changed';
    expect(properties.a).toEqual([1]);
  });

  it('getters are read once, so that what is looked at is what is sent', () => {
    let reads = 0;
    const properties = {
      get a() {
        reads += 1;
        return reads === 1 ? 'text' : { shared: reads };
      },
      list: [1],
    };
    expect((bodyOf(properties, config).attributes as Json).a).toBe('text');
    expect(reads).toBe(1);
  });

  it('shares no object with the input', () => {
    const properties = { a: [{ b: [] }], c: { d: [1] }, e: DATE, f: null };
    const input = new Set(objectsIn(properties));
    for (const object of objectsIn(bodyOf(properties, config))) expect(input.has(object)).toBe(false);
  });

  it('what contains itself is refused', () => {
    const loop: Json = { name: 'x' };
    loop.loop = loop;
    const list: unknown[] = [];
    list.push(1, [list]);
    const twins: Json = {};
    Object.assign(twins, { a: twins, b: twins });
    for (const value of [loop, list, { inner: loop }, [loop], twins]) {
      tooDeep({ before: [1], value, after: null }, config);
    }
  });

  it('the same object in two places is no loop', () => {
    const shared = [1];
    expect(attributesOf({ a: shared, b: [shared, shared] }, config)).toEqual({ a: '[1]', b: '[[1],[1]]' });
  });
});

/** `levels` levels, of arrays or objects in turn as `kinds` says. */
function nested(levels: number, kinds: string, innermost: unknown = undefined): unknown {
  let value = innermost;
  for (let level = levels; level > 0; level -= 1) {
    const isArray = kinds[level % kinds.length] === '[';
    value = isArray ? (value === undefined ? [] : [value]) : value === undefined ? {} : { a: value };
  }
  return value;
}

describe('depth', () => {
  test.each(['[', '{', '[{', '[[{', '{{['])('500 levels of %s are sent, 501 are refused', (kinds) => {
    const text = JSON.stringify(nested(500, kinds, 'x'));
    expect(attributesOf({ deep: nested(500, kinds, 'x'), next: null })).toEqual({ deep: text });
    for (const levels of [501, 502, 600, 20_000]) {
      tooDeep({ deep: nested(levels, kinds, 'x') });
      tooDeep({ deep: nested(levels, kinds) });
      tooDeep({ deep: nested(levels, kinds, 'x') }, FLATTEN);
      tooDeep({ globalContext: { deep: nested(levels, kinds, 'x') } });
    }
    expect(Object.keys(attributesOf({ deep: nested(500, kinds, 'x') }, FLATTEN))).toHaveLength(1);
  });

  it('brackets in texts and names are no levels', () => {
    const brackets = '[{'.repeat(600);
    const value = { [`${brackets}"\\`]: [`\\"${brackets}`, '\\', '"', '\\\\"[[[['] };
    expect(attributesOf({ value })).toEqual({ value: JSON.stringify(value) });
  });

  it('many containers side by side are no levels', () => {
    const value = Array.from({ length: 2_000 }, () => [{}]);
    expect(attributesOf({ value })).toEqual({ value: JSON.stringify(value) });
  });

  it('what counts is what is written: an object may hide what it holds', () => {
    const hides = { inner: nested(600, '{', 1), toJSON: () => ({ short: true }) };
    expect(attributesOf({ hides })).toEqual({ hides: '{"short":true}' });
    tooDeep({ shows: { toJSON: () => nested(501, '[', 1) } });
  });

  it('taken apart, objects and the array inside of them count together', () => {
    const deep = (arrays: number) => nested(300, '{', nested(arrays, '[', 1));
    expect(Object.values(attributesOf({ deep: deep(200) }, FLATTEN))).toEqual([
      JSON.stringify(nested(200, '[', 1)),
    ]);
    tooDeep({ deep: deep(201) }, FLATTEN);
  });
});

describe('taken apart', () => {
  it('a Date in an object is ISO text, and an object with a form of its own is JSON text', () => {
    const money = { cents: 5, toJSON: () => ({ amount: '0.05' }) };
    expect(attributesOf({ order: { at: DATE, foreign: foreign.date, money } }, FLATTEN)).toEqual({
      'order.at': ISO,
      'order.foreign': ISO,
      'order.money': '{"amount":"0.05"}',
    });
  });

  it('a toJSON that is data is a name like any other', () => {
    expect(attributesOf({ order: { toJSON: 'x' } }, FLATTEN)).toEqual({ 'order.toJSON': 'x' });
  });

  it('objects without enumerable names have no attributes', () => {
    expect(attributesOf({ a: new Map([[1, 2]]), b: new Set([1]), c: /x/, d: {} }, FLATTEN)).toEqual({});
  });

  it('objects of another realm and without a prototype are objects', () => {
    const bare = Object.assign(Object.create(null) as Json, { a: 1 });
    expect(attributesOf({ x: foreign.object, bare }, FLATTEN)).toEqual({ 'x.a': 1, 'bare.a': 1 });
  });

  it('an own __proto__ further in is left out', () => {
    const order = own(['__proto__', { polluted: 1 }], ['total', 1]);
    expect(attributesOf({ order }, FLATTEN)).toEqual({ 'order.total': 1 });
  });

  it('long names above many values do not multiply the size of an event: what is left stays JSON text', () => {
    const long = 'n'.repeat(10_000);
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`k${at}`, at]));
    const body = bodyOf({ [long]: many, few: { a: 1 } }, FLATTEN);
    expect(JSON.stringify(body).length).toBeLessThan(1_500_000);
    expect(body.attributes).toEqual({ [long]: JSON.stringify(many), few: '{"a":1}' });
  });

  it('5,000 values in one object are 5,000 attributes', () => {
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`k${at}`, at]));
    expect(Object.keys(attributesOf({ many }, FLATTEN))).toHaveLength(5_000);
  });
});
