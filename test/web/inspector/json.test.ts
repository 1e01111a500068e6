import { jsonLanguage } from '@codemirror/lang-json';
import fc from 'fast-check';
import { findJsonFault } from '../../../src/web/inspector/json/json-fault';
import { hasPath, pathAt, rangeOfPath } from '../../../src/web/inspector/json/json-places';

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
    ['"a\tb"', 'line 1, column 3: expected \\t'],
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
const tree = jsonLanguage.parser.parse(TEXT);
const textAt = (path: string): string | undefined => {
  const range = rangeOfPath(tree, TEXT, path);
  return range && TEXT.slice(range.from, range.to);
};

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
    expect(textAt(path)).toBe(expected);
    expect(hasPath(tree, TEXT, path)).toBe(true);
  });

  test.each([
    ['', '{'],
    ['missing', '{'],
    ['missing.deep', '{'],
    ['traits.missing', '"traits"'],
    ['traits.crm.missing', '"crm"'],
    ['traits.city.x', '"city"'],
    ['traits.list.7', '"list"'],
    ['traits.list.1.x', '{'],
  ])('%j that leads nowhere is shown at what is around it', (path, expected) => {
    expect(textAt(path)).toBe(expected);
    expect(hasPath(tree, TEXT, path)).toBe(path === '');
  });

  test('with a name that occurs twice is the last of them', () => {
    const text = '{"a": 1, "a": 2}';
    const range = rangeOfPath(jsonLanguage.parser.parse(text), text, 'a')!;
    expect(text.slice(range.from, range.to)).toBe('"a": 2');
  });

  test('of nothing is not found', () => {
    expect(rangeOfPath(jsonLanguage.parser.parse(''), '', 'a')).toBeUndefined();
    expect(hasPath(jsonLanguage.parser.parse(''), '', 'a')).toBe(false);
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
    expect(pathAt(tree, TEXT, TEXT.indexOf(part) + 1)).toBe(path);
  });

  test('between values has the path of what is around them', () => {
    expect(pathAt(tree, TEXT, 1)).toBe('');
    expect(pathAt(jsonLanguage.parser.parse('  '), '  ', 1)).toBeUndefined();
  });

  test('in every value of any JSON leads back to it', () => {
    const text = '{"a":[[10],{"b.c":{"":20}}],"x":30}';
    const parsed = jsonLanguage.parser.parse(text);
    for (const [value, path] of [
      ['10', 'a.0.0'],
      ['20', 'a.1.b.c.'],
      ['30', 'x'],
    ] as const) {
      expect(pathAt(parsed, text, text.indexOf(value))).toBe(path);
      const range = rangeOfPath(parsed, text, path)!;
      expect(text.slice(range.from, range.to)).toContain(value);
    }
  });
});
