import { isObject } from '../core/index.js';

/**
 * Like `JSON.stringify`, but for JSON data of any depth. `JSON.stringify` throws at a depth of a few thousand levels, and
 * `JSON.parse` does not. So metadata of a host is returned unchanged, however deep it is.
 *
 * @example
 * stringifyJson({ a: [1, null] }); // '{"a":[1,null]}'
 */
export function stringifyJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof RangeError) return stringifyDeep(value);
    throw error;
  }
}

/** Text that is written as it is. */
class Written {
  constructor(readonly text: string) {}
}

const [COMMA, END_OF_ARRAY, END_OF_OBJECT] = [new Written(','), new Written(']'), new Written('}')];

/** The same with a stack of its own: of what is still to be written, the next on top. */
function stringifyDeep(root: unknown): string {
  const toWrite: unknown[] = [root];
  let text = '';
  while (toWrite.length > 0) {
    const next = toWrite.pop();
    if (next instanceof Written) text += next.text;
    else if (Array.isArray(next)) {
      text += '[';
      push(
        toWrite,
        next.flatMap((value: unknown) => [COMMA, value]),
        END_OF_ARRAY,
      );
    } else if (isObject(next)) {
      const entries = Object.entries(next).filter(([, value]) => value !== undefined);
      text += '{';
      push(
        toWrite,
        entries.flatMap(([key, value]) => [COMMA, new Written(`${JSON.stringify(key)}:`), value]),
        END_OF_OBJECT,
      );
    } else text += JSON.stringify(next);
  }
  return text;
}

/** The first of `parts` is a comma, which the first value does without. */
function push(toWrite: unknown[], parts: readonly unknown[], end: Written): void {
  toWrite.push(end);
  for (let at = parts.length - 1; at > 0; at -= 1) toWrite.push(parts[at]);
}
