import { runInNewContext } from 'node:vm';
import { toAttributeValue } from '../../src/core/mapping/attribute-value';
import { CONVERTERS, type ConverterName } from '../../src/core/mapping/convert';

const NOTHING = undefined;
const foreignDate = runInNewContext('new Date(1709208000123)') as unknown;
const pretender = { [Symbol.toStringTag]: 'Date' };

const CASES: Readonly<Record<ConverterName, readonly (readonly [input: unknown, output: unknown])[]>> = {
  text: [
    ['x', 'x'],
    [' x ', ' x '],
    ['', NOTHING],
    [' \t\n\u00a0\u2003\ufeff', NOTHING],
    ['\u200b', '\u200b'],
    [0, '0'],
    [-0, '0'],
    [1.5, '1.5'],
    [1e21, '1e+21'],
    [NaN, NOTHING],
    [Infinity, NOTHING],
    [true, 'true'],
    [false, 'false'],
    [10n, NOTHING],
    [Symbol('x'), NOTHING],
    [() => 'x', NOTHING],
    [new Date(0), NOTHING],
    [['x'], NOTHING],
    [{ toString: () => 'x' }, NOTHING],
    [null, NOTHING],
    [undefined, NOTHING],
  ],
  number: [
    [0, 0],
    [-0, 0],
    ['-0', 0],
    [1.5, 1.5],
    ['1.5', 1.5],
    [' 12 ', 12],
    ['1e3', 1000],
    ['0b11', 3],
    ['', NOTHING],
    [' ', NOTHING],
    ['1,5', NOTHING],
    ['12px', NOTHING],
    ['NaN', NOTHING],
    ['-Infinity', NOTHING],
    [NaN, NOTHING],
    [Infinity, NOTHING],
    [true, NOTHING],
    [1n, NOTHING],
    [[1], NOTHING],
    [{ valueOf: () => 1 }, NOTHING],
    [new Date(5), NOTHING],
    [null, NOTHING],
  ],
  integer: [
    [1.4, 1],
    [1.5, 2],
    [-1.6, -2],
    [-0.2, 0],
    ['41.6', 42],
    ['x', NOTHING],
    [false, NOTHING],
    [Infinity, NOTHING],
  ],
  boolean: [
    [true, true],
    [false, false],
    ['true', true],
    ['FALSE', false],
    ['True', true],
    [' true', NOTHING],
    ['yes', NOTHING],
    ['', NOTHING],
    [1, NOTHING],
    [0, NOTHING],
    [null, NOTHING],
    [[true], NOTHING],
  ],
  date: [
    [1709208000, 1709208000000],
    [1709208000123, 1709208000123],
    [1709208000123.4, 1709208000123],
    [1709208000.1234, 1709208000123],
    ['1709208000.5', 1709208000500],
    [99_999_999, NOTHING],
    [4.1e12 + 1, NOTHING],
    [-1e8, -1e11],
    [-1e11, -1e11],
    [-4.1e12 - 1, NOTHING],
    [0, NOTHING],
    [NaN, NOTHING],
    [Infinity, NOTHING],
    ['2024-02-29T12:00:00.123Z', 1709208000123],
    [' 2024-02-29 ', 1709164800000],
    ['2024-02-30', NOTHING],
    ['today', NOTHING],
    ['', NOTHING],
    [new Date(1709208000123), 1709208000123],
    [new Date(0), 0],
    [new Date(5), 5],
    [foreignDate, 1709208000123],
    [new Date(NaN), NOTHING],
    [pretender, NOTHING],
    [true, NOTHING],
    [1709208000n, NOTHING],
    [null, NOTHING],
    [{}, NOTHING],
  ],
  gender: [
    ['f', 'FEMALE'],
    ['FEMALE', 'FEMALE'],
    ['M', 'MALE'],
    ['Male', 'MALE'],
    ['o', 'OTHER'],
    ['Other', 'OTHER'],
    ['others', 'OTHER'],
    ['w', NOTHING],
    ['__proto__', NOTHING],
    ['toString', NOTHING],
    ['', NOTHING],
    [1, NOTHING],
    [true, NOTHING],
  ],
  id: [
    ['u1', 'u1'],
    [' u1 ', ' u1 '],
    ['', NOTHING],
    [' \n', NOTHING],
    ['\u0000', '\u0000'],
    [0, '0'],
    [-0, '0'],
    [1.5, '1.5'],
    [2 ** 53, '9007199254740992'],
    [NaN, NOTHING],
    [-Infinity, NOTHING],
    [true, NOTHING],
    [5n, NOTHING],
    [['u1'], NOTHING],
    [{ id: 'u1' }, NOTHING],
    [new Date(0), NOTHING],
    ['🦜', '🦜'],
    ['a\ud83e', NOTHING],
    ['\udd9c', NOTHING],
    ['\udd9c\ud83e', NOTHING],
    [null, NOTHING],
  ],
  name: [
    ['Report Opened', 'Report Opened'],
    ['  Report Opened\n', 'Report Opened'],
    [' ', NOTHING],
    [0, '0'],
    [404, '404'],
    [NaN, NOTHING],
    [true, NOTHING],
    [{}, NOTHING],
    [null, NOTHING],
  ],
  textOrNumber: [
    ['s', 's'],
    [' s ', ' s '],
    ['7', '7'],
    ['', NOTHING],
    [7, 7],
    [-0, 0],
    [NaN, NOTHING],
    [true, NOTHING],
    [{}, NOTHING],
    [null, NOTHING],
  ],
};

describe.each(Object.entries(CASES))('%s', (name, cases) => {
  test.each(cases.map(([input, output], index) => [index, input, output]))(
    'case %i',
    (_index, input, output) => {
      expect(CONVERTERS[name as ConverterName](input)).toBe(output);
    },
  );
});

describe('attribute values', () => {
  test.each([
    ['x', 'x'],
    ['', ''],
    [' ', ' '],
    [0, 0],
    [-0, 0],
    [1.5, 1.5],
    [NaN, NOTHING],
    [Infinity, NOTHING],
    [true, true],
    [false, false],
    [null, NOTHING],
    [undefined, NOTHING],
    [1n, NOTHING],
    [Symbol('x'), NOTHING],
    [() => 1, NOTHING],
    [{ a: 1 }, '{"a":1}'],
    [[], '[]'],
    [[1, { b: null }], '[1,{"b":null}]'],
    [{ big: 1n }, NOTHING],
    [{ toJSON: () => null }, NOTHING],
    [{ toJSON: () => undefined }, NOTHING],
    [
      {
        toJSON: () => {
          throw new Error('no');
        },
      },
      NOTHING,
    ],
    [new Date(NaN), NOTHING],
    [pretender, NOTHING],
  ])('case %#', (input, output) => {
    expect(toAttributeValue(input, 'iso')).toBe(output);
    expect(toAttributeValue(input, 'epochMs')).toBe(output);
  });

  test('a Date is ISO text on events and epoch milliseconds in custom attributes', () => {
    for (const date of [new Date(1709208000123), foreignDate]) {
      expect(toAttributeValue(date, 'iso')).toBe('2024-02-29T12:00:00.123Z');
      expect(toAttributeValue(date, 'epochMs')).toBe(1709208000123);
    }
    expect(toAttributeValue({ at: new Date(0) }, 'epochMs')).toBe('{"at":"1970-01-01T00:00:00.000Z"}');
  });
});
