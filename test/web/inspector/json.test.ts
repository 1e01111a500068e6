import fc from 'fast-check';
import { markOfPath, pathAt, rangeOfPath, type TextRange } from '../../../src/web/inspector/json/json-places';
import { readJson, type JsonFault, type JsonNode } from '../../../src/web/inspector/json/read-json';

function findJsonFault(text: string): JsonFault | undefined {
  const read = readJson(text);
  return 'fault' in read ? read.fault : undefined;
}

function rootOf(text: string): JsonNode {
  return (readJson(text) as { root: JsonNode }).root;
}

describe('the fault of a text that is not JSON', () => {
  test.each([
    ['', 'line 1, column 1: expected a value'],
    [' \n ', 'line 2, column 2: expected a value'],
    ['{"a": 1,}', 'line 1, column 9: expected a name in double quotes'],
    ['{', 'line 1, column 2: expected a name in double quotes or }'],
    ['{"a"}', 'line 1, column 5: expected a colon'],
    ['{"a": }', 'line 1, column 7: expected a value'],
    ['{\n  "a": 1\n  "b": 2\n}', 'line 3, column 3: expected a comma or }'],
    ['{"a": 1 b', 'line 1, column 9: expected a comma or }'],
    ["{'a': 1}", 'line 1, column 2: expected a name in double quotes or }'],
    ['{a: 1}', 'line 1, column 2: expected a name in double quotes or }'],
    ['[1, 2', 'line 1, column 6: expected a comma or ]'],
    ['[1,]', 'line 1, column 4: expected a value'],
    ['[1}', 'line 1, column 3: expected a comma or ]'],
    ['{} {}', 'line 1, column 4: expected nothing more'],
    ['"a', 'line 1, column 3: expected the closing quote'],
    ['["a\nb"]', 'line 1, column 4: expected the closing quote'],
    ['"a\tb"', 'line 1, column 3: expected an escape'],
    ['"\\x"', 'line 1, column 2: expected one of'],
    ['"\\u12"', 'line 1, column 2: expected one of'],
    ['{"a": undefined}', 'line 1, column 7: expected a value'],
    ['[01]', 'line 1, column 2: expected a value'],
    ['NaN', 'line 1, column 1: expected a value'],
    ['{"a": tru}', 'line 1, column 7: expected a value'],
  ])('%j', (text, message) => {
    expect(findJsonFault(text)?.message).toContain(message);
  });

  test('quotes nothing of the text', () => {
    expect(findJsonFault('{"apiKey": s3cret}')?.message).not.toContain('s3cret');
  });

  test('of very deep JSON is found', () => {
    expect(findJsonFault('['.repeat(500_000))?.at).toBe(500_000);
  });

  test('is found exactly where the parser refuses the text', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ':',
      ',',
      '"a"',
      '"',
      '\\',
      '\\u0041',
      '1',
      '-',
      '.5',
      'e9',
      'true',
      'null',
      ' ',
      '\n',
      '\t',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const text = parts.join('');
        expect(findJsonFault(text) === undefined).toBe(isJson(text));
      }),
      { numRuns: 5_000 },
    );
    fc.assert(
      fc.property(fc.json(), fc.nat(), fc.boolean(), (json, seed, pretty) => {
        const text = pretty ? JSON.stringify(JSON.parse(json), null, 2) : json;
        expect(findJsonFault(text)).toBeUndefined();
        const at = seed % text.length;
        const cut = text.slice(0, at) + text.slice(at + 1);
        expect(findJsonFault(cut) === undefined).toBe(isJson(cut));
      }),
      { numRuns: 1_000 },
    );
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const TEXT = JSON.stringify(
  {
    type: 'identify',
    traits: {
      'crm.stage': 'won',
      crm: { stage: 'lost', note: null },
      city: 'Köln',
      list: [1, { deep: true }],
    },
    'naïve "key"': 1,
  },
  null,
  2,
);
const root = rootOf(TEXT);
const textIn = ({ from, to }: TextRange): string => TEXT.slice(from, to);

describe('a path of a JSON text', () => {
  test.each([
    ['type', '"type": "identify"'],
    ['traits.city', '"city": "Köln"'],
    ['traits.crm.stage', '"crm.stage": "won"'],
    ['traits.crm.note', '"note": null'],
    ['traits.list.0', '1'],
    ['traits.list.1.deep', '"deep": true'],
    ['naïve "key"', '"naïve \\"key\\"": 1'],
  ])('%s is found', (path, expected) => {
    expect(textIn(rangeOfPath(root, path)!)).toBe(expected);
    expect(textIn(markOfPath(root, path))).toBe(expected);
  });

  test('that is empty is the whole, marked by its bracket', () => {
    expect(textIn(rangeOfPath(root, '')!)).toBe(TEXT);
    expect(textIn(markOfPath(root, ''))).toBe('{');
  });

  test.each([
    ['missing', '{'],
    ['missing.deep', '{'],
    ['traits.missing', '"traits"'],
    ['traits.crm.missing', '"crm"'],
    ['traits.city.x', '"city"'],
    ['traits.list.7', '"list"'],
    ['traits.list.1.x', '{'],
    ['traits.', '"traits"'],
  ])('%j that leads nowhere is marked at what is around it', (path, expected) => {
    expect(rangeOfPath(root, path)).toBeUndefined();
    expect(textIn(markOfPath(root, path))).toBe(expected);
  });

  test('with a name that occurs twice is the last of them', () => {
    const text = '{"a": 1, "a": 2}';
    const { from, to } = rangeOfPath(rootOf(text), 'a')!;
    expect(text.slice(from, to)).toBe('"a": 2');
  });
});

describe('an index of a JSON text', () => {
  test.each([
    ['"Köln"', 'traits.city'],
    ['"city"', 'traits.city'],
    ['"won"', 'traits.crm.stage'],
    ['null', 'traits.crm.note'],
    [' 1,', 'traits.list.0'],
    ['true', 'traits.list.1.deep'],
    ['{\n    "crm', 'traits'],
  ])('in %j has the path %s', (part, path) => {
    expect(pathAt(root, TEXT.indexOf(part) + 1)).toBe(path);
  });

  test('between values has the path of what is around them', () => {
    expect(pathAt(root, 1)).toBe('');
    expect(pathAt(root, TEXT.length)).toBeUndefined();
    expect(pathAt(rootOf('  1'), 1)).toBeUndefined();
  });

  test.each([
    ['{"a.b": 1, "a": {"b": 2}}', '1', '2'],
    ['{"a": {"b": 2}, "a.b": 1}', '1', '2'],
    ['{"p": {"a": {"b.c": 1, "b": {"c": 2}}}}', '1', '2'],
    ['{"a": 2, "a": 1}', '1', '2'],
  ])('in %s has a path only where the path leads back to it', (text, there, hidden) => {
    const root = rootOf(text);
    const path = pathAt(root, text.indexOf(there))!;
    const { from, to } = rangeOfPath(root, path)!;
    expect(text.slice(from, to)).toContain(there);
    expect(pathAt(root, text.indexOf(hidden))).toBeUndefined();
  });

  test('in a value leads back to it', () => {
    const text = '{"a":[[10],{"b.c":{"d":20}}],"x":30}';
    for (const [value, path] of [
      ['10', 'a.0.0'],
      ['20', 'a.1.b.c.d'],
      ['30', 'x'],
    ] as const) {
      expect(pathAt(rootOf(text), text.indexOf(value))).toBe(path);
      const { from, to } = rangeOfPath(rootOf(text), path)!;
      expect(text.slice(from, to)).toContain(value);
    }
  });
});
