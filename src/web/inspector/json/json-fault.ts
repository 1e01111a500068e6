/** Why a text is not JSON, and where. */
export interface JsonFault {
  /** What is wrong, with line and column; it quotes nothing of the text, which may hold a key. */
  readonly message: string;
  /** Index of the first character that is wrong. */
  readonly at: number;
}

const WORD = /[^\s[\]{}:,"]+/y;
const BLANKS = /[ \t\r\n]*/y;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/**
 * Finds the first fault in a text that is not JSON: browsers each say it in their own words, some without the place.
 *
 * @returns `undefined` when the text is JSON
 * @example
 * findJsonFault('{"a": 1,}'); // { message: 'line 1, column 9: expected a name in double quotes', at: 8 }
 */
export function findJsonFault(text: string): JsonFault | undefined {
  const wrong = firstWrong(text);
  if (wrong === undefined) return undefined;
  const before = text.slice(0, wrong.at);
  const line = before.split('\n').length;
  const column = wrong.at - (before.lastIndexOf('\n') + 1) + 1;
  return { message: `line ${line}, column ${column}: ${wrong.message}`, at: wrong.at };
}

/** What may come next: a value, a value or the end of an empty array, a name, a name or the end of an empty object, or what follows a value. */
type Expected = 'value' | 'first element' | 'name' | 'first name' | 'after';

function firstWrong(text: string): JsonFault | undefined {
  const open: ('{' | '[')[] = [];
  let expected: Expected = 'value';
  let at = 0;

  for (;;) {
    at = behind(BLANKS, text, at);
    const sign = text[at];
    const container = open.at(-1);
    if (expected === 'after') {
      if (container === undefined) {
        return sign === undefined
          ? undefined
          : { at, message: 'expected nothing more: the JSON value ends before' };
      }
      if (sign === (container === '{' ? '}' : ']')) {
        open.pop();
      } else if (sign === ',') {
        expected = container === '{' ? 'name' : 'value';
      } else {
        return { at, message: `expected a comma or ${container === '{' ? '}' : ']'}` };
      }
      at += 1;
      continue;
    }
    if ((sign === '}' && expected === 'first name') || (sign === ']' && expected === 'first element')) {
      open.pop();
      expected = 'after';
      at += 1;
      continue;
    }
    if (expected === 'name' || expected === 'first name') {
      if (sign !== '"')
        return { at, message: `expected a name in double quotes${expected === 'name' ? '' : ' or }'}` };
      const name = endOfString(text, at);
      if ('message' in name) return name;
      at = behind(BLANKS, text, name.end);
      if (text[at] !== ':') return { at, message: 'expected a colon' };
      at += 1;
      expected = 'value';
      continue;
    }
    if (sign === '{' || sign === '[') {
      open.push(sign);
      expected = sign === '{' ? 'first name' : 'first element';
      at += 1;
      continue;
    }
    const end = endOfScalar(text, at);
    if ('message' in end) return end;
    at = end.end;
    expected = 'after';
  }
}

type End = { readonly end: number } | JsonFault;

function endOfScalar(text: string, at: number): End {
  if (text[at] === '"') return endOfString(text, at);
  const end = behind(WORD, text, at);
  const word = text.slice(at, end);
  if (NUMBER.test(word) || word === 'true' || word === 'false' || word === 'null') return { end };
  return {
    at,
    message: 'expected a value: an object, an array, a text in double quotes, a number, true, false or null',
  };
}

function endOfString(text: string, start: number): End {
  for (let at = start + 1; at < text.length; at += 1) {
    const sign = text[at]!;
    if (sign === '"') return { end: at + 1 };
    if (sign < ' ') {
      return {
        at,
        message:
          sign === '\n'
            ? 'expected the closing quote of the text'
            : 'expected \\t, \\u0000 … for a control character',
      };
    }
    if (sign === '\\') {
      const escape = /^(?:["\\/bfnrt]|u[\da-fA-F]{4})/.exec(text.slice(at + 1, at + 6));
      if (escape === null) return { at, message: 'expected one of \\" \\\\ \\/ \\b \\f \\n \\r \\t \\u0000' };
      at += escape[0].length;
    }
  }
  return { at: text.length, message: 'expected the closing quote of the text' };
}

/** The index behind what a sticky expression matches at `at`. */
function behind(expression: RegExp, text: string, at: number): number {
  expression.lastIndex = at;
  return at + (expression.exec(text)?.[0].length ?? 0);
}
