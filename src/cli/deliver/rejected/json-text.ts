/**
 * The JSON text of a value that came out of `JSON.parse`, however deeply nested.
 *
 * `JSON.parse` takes any depth, `JSON.stringify` only what the stack holds: a message that is refused for its
 * depth must still be written down.
 */
export function jsonText(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if ((error as Error).name !== 'RangeError') throw error;
    return deepJsonText(value);
  }
}

interface Level {
  readonly close: ']' | '}';
  readonly rest: Iterator<readonly [key: string | undefined, value: unknown]>;
  isFirst: boolean;
}

function deepJsonText(value: unknown): string {
  const out: string[] = [];
  const levels: Level[] = [];
  const write = (inner: unknown): void => {
    if (Array.isArray(inner)) {
      out.push('[');
      levels.push({
        close: ']',
        rest: inner.map((item) => [undefined, item] as const).values(),
        isFirst: true,
      });
    } else if (typeof inner === 'object' && inner !== null) {
      out.push('{');
      levels.push({ close: '}', rest: Object.entries(inner).values(), isFirst: true });
    } else {
      out.push(JSON.stringify(inner));
    }
  };
  write(value);
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    const next = level.rest.next();
    if (next.done === true) {
      out.push(level.close);
      levels.pop();
      continue;
    }
    if (!level.isFirst) out.push(',');
    level.isFirst = false;
    const [key, inner] = next.value;
    if (key !== undefined) out.push(JSON.stringify(key), ':');
    write(inner);
  }
  return out.join('');
}
