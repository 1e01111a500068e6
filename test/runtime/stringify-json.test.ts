import fc from 'fast-check';
import { stringifyJson } from '../../src/runtime/stringify-json';

const LEVELS = 20_000;

test.each([
  ['arrays', '['.repeat(LEVELS) + ']'.repeat(LEVELS)],
  ['objects', '{"a":'.repeat(LEVELS) + 'null' + '}'.repeat(LEVELS)],
  ['both', '[1,{"é\\n":'.repeat(LEVELS) + '"x"' + ',"b":[]}]'.repeat(LEVELS)],
])('%s nested deeper than JSON.stringify goes are written as they were read', (_what, text) => {
  const value: unknown = JSON.parse(text);
  expect(() => JSON.stringify(value)).toThrow(RangeError);
  expect(stringifyJson(value) === text).toBe(true);
});

test('whatever lies beside a deep value is written as JSON.stringify writes it', () => {
  const deepText = '['.repeat(LEVELS) + ']'.repeat(LEVELS);
  const deep: unknown = JSON.parse(deepText);
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      const beside = stringifyJson({ value, absent: undefined, deep });
      expect(beside).toBe(`{"value":${JSON.stringify(value)},"deep":${deepText}}`);
    }),
    { numRuns: 50 },
  );
});

test('what is no JSON data at all is an error as ever', () => {
  expect(() => stringifyJson({ a: 1n })).toThrow(TypeError);
});
