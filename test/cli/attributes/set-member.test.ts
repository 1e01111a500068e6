import fc from 'fast-check';
import { setMember } from '../../../src/cli/attributes/set-member';

const VALUE = { user: { a: 'STRING' }, account: {} };

test.each([
  ['{}', '{\n  "t": 1\n}'],
  ['{"a":1}', '{"a":1,"t":1}'],
  ['{ "a": 1 }', '{ "a": 1,"t":1 }'],
  ['{"t":{"x":[1,{"y":2}]},"a":1}', '{"t":1,"a":1}'],
  ['{"t":0,"a":1,"t":2}', '{"t":0,"a":1,"t":1}'],
  ['{\n  "a": 1\n}\n', '{\n  "a": 1,\n  "t": 1\n}\n'],
  ['{\r\n\t"a": 1\r\n}', '{\r\n\t"a": 1,\r\n\t"t": 1\r\n}'],
  ['\uFEFF{"a": 1}', '\uFEFF{"a": 1,"t":1}'],
  ['{"a": "}\\"t\\": {", "b": 1.0}', '{"a": "}\\"t\\": {", "b": 1.0,"t":1}'],
  [
    '{"2": 1, "1": 12345678901234567890, "__proto__": "\\u0041"}',
    '{"2": 1, "1": 12345678901234567890, "__proto__": "\\u0041","t":1}',
  ],
  ['{"\\u0074": 5}', '{"\\u0074": 1}'],
])('%j becomes %j', (text, expected) => {
  expect(setMember(text, [], 't', 1)).toBe(expected);
});

test('a value over several lines is indented as its neighbours', () => {
  expect(setMember('{\n    "a": [1, 2],\n    "b": 2\n}', [], 't', VALUE)).toBe(
    '{\n    "a": [1, 2],\n    "b": 2,\n    "t": {\n        "user": {\n            "a": "STRING"\n        },\n        "account": {}\n    }\n}',
  );
  expect(setMember('{\n  "Config": {\n    "t": null\n  }\n}', ['Config'], 't', { a: 1 })).toBe(
    '{\n  "Config": {\n    "t": {\n      "a": 1\n    }\n  }\n}',
  );
  expect(setMember('{\r\n  "t": 1\r\n}', [], 't', { a: 1 })).toBe('{\r\n  "t": {\r\n    "a": 1\r\n  }\r\n}');
});

test('a member of an inner object is set there, not in the outer one', () => {
  const text = '{"t":0,"Config":{"Config":{"t":5},"a":1},"z":{"t":7}}';
  expect(setMember(text, ['Config'], 't', 1)).toBe(
    '{"t":0,"Config":{"Config":{"t":5},"a":1,"t":1},"z":{"t":7}}',
  );
  expect(setMember('{"Config":{}}', ['Config'], 't', 1)).toBe('{"Config":{"t":1}}');
});

test.each([['[]'], ['1'], ['{"Config": 1}']])('%s without the object is a TypeError', (text) => {
  expect(() => setMember(text, text.startsWith('{') ? ['Config'] : [], 't', 1)).toThrow(TypeError);
});

test('whatever the object and its formatting, only the member changes', () => {
  const space = fc.constantFrom(undefined, 1, 2, 4, '\t');
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.jsonValue()),
      space,
      fc.string(),
      fc.jsonValue(),
      (object, indent, key, value) => {
        const text = JSON.stringify(object, null, indent);
        const expected = JSON.stringify({ ...object, ...Object.fromEntries([[key, value]]) });
        const after = setMember(text, [], key, value);
        expect(JSON.stringify(JSON.parse(after))).toBe(JSON.stringify(JSON.parse(expected)));
        // JSON.parse puts keys that are numbers first.
        const isOrdered = ![...Object.keys(object), key].some((name) => /^\d+$/.test(name));
        if (indent !== undefined && Object.keys(object).length > 0 && isOrdered)
          expect(after).toBe(JSON.stringify(JSON.parse(after), null, indent));
      },
    ),
    { numRuns: 300 },
  );
});

test('a text of 5 MB is not too long', () => {
  const text = JSON.stringify({ long: '\\'.repeat(5_000_000), a: 1 });
  expect(setMember(text, [], 'a', 2)).toBe(text.slice(0, -2) + '2}');
});
