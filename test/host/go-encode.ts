import { isObject } from '../../src/core/json/json-object';

const ESCAPED = /[<>&\u2028\u2029]/g;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/**
 * Writes JSON as Go writes a decoded map: sorts keys by their bytes, escapes `<`, `>`, `&` and the two line
 * separators, and replaces lone surrogates. Every number is a float64, as in JavaScript.
 */
export function goJson(value: unknown): string {
  if (typeof value === 'string') return text(value);
  if (Array.isArray(value)) return `[${value.map(goJson).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return `{${entries.map(([key, item]) => `${text(key)}:${goJson(item)}`).join(',')}}`;
}

function text(value: string): string {
  return JSON.stringify(value.replace(LONE_SURROGATE, '\ufffd')).replace(
    ESCAPED,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Text as Go's `%v` formats a decoded JSON value. */
export function goText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return goFloat(value);
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (isObject(value)) return goJson(value);
  return value === null ? '<nil>' : String(value);
}

function goFloat(value: number): string {
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(value);
  return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

/** Writes a query as Go does: sorted by key, spaces as `+`. */
export function goQuery(query: string, params: Readonly<Record<string, unknown>>): string {
  const all = new URLSearchParams(query);
  for (const [key, value] of Object.entries(params)) all.append(key, goText(value));
  all.sort();
  return all.toString().replaceAll('%7E', '~').replaceAll('*', '%2A');
}
