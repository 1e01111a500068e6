import { createHash } from 'node:crypto';
import { isObject, type ObjectWrite, type RequestBody } from '../../core/index.js';
import { shortName } from '../../runtime/index.js';

/** The fields of a body by name: `email`, `location.city`; with a short text in place of the value. */
export type BodyFields = ReadonlyMap<string, string>;

/** A longer value is compared by its digest. */
const LONGEST_TEXT = 64;

/**
 * The fields of a body. A field that the API merges by key gives one for each key, and none when it is empty, because merging nothing
 * changes nothing; every other value is one field, arrays and their order included.
 *
 * @returns undefined where a field that is merged does not hold an object, because nothing is known of what the API makes of that; and for a
 * body that JSON cannot hold, which is refused when it is sent
 * @example
 * fieldsOf({ email: 'a@b.c', location: { city: 'Oslo' } }, { alwaysSent: [], merged: ['location'] });
 * // Map { 'email' => '=a@b.c', 'location.city' => '=Oslo' }
 */
export function fieldsOf(body: RequestBody, { merged }: ObjectWrite): BodyFields | undefined {
  const fields = new Map<string, string>();
  try {
    return addFields(body, '', merged, fields) ? fields : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The body with the named fields alone, at their places.
 *
 * @param names of fields, as {@link fieldsOf} gives them
 */
export function withFields(body: RequestBody, names: ReadonlySet<string>, write: ObjectWrite): RequestBody {
  return keep(body, '', names, write.merged) as RequestBody;
}

function addFields(
  object: Readonly<Record<string, unknown>>,
  prefix: string,
  merged: readonly string[],
  fields: Map<string, string>,
): boolean {
  for (const [key, value] of Object.entries(object)) {
    if (value === undefined) continue;
    const name = prefix + escaped(key);
    if (!merged.includes(name)) fields.set(shortName(name), textOf(value));
    else if (!isObject(value) || !addFields(value, `${name}.`, merged, fields)) return false;
  }
  return true;
}

function keep(
  object: Readonly<Record<string, unknown>>,
  prefix: string,
  names: ReadonlySet<string>,
  merged: readonly string[],
): Readonly<Record<string, unknown>> {
  const kept = Object.entries(object).flatMap(([key, value]): [string, unknown][] => {
    const name = prefix + escaped(key);
    if (!merged.includes(name)) return names.has(shortName(name)) ? [[key, value]] : [];
    const inner = isObject(value) ? keep(value, `${name}.`, names, merged) : {};
    return Object.keys(inner).length === 0 ? [] : [[key, inner]];
  });
  return Object.fromEntries(kept);
}

/** So that the name of a nested field is not that of another one with a dot in its key. */
function escaped(key: string): string {
  return key.replace(/[\\.]/g, '\\$&');
}

/** Equal for equal values only: texts begin with `=`, digests with `#`, and the JSON text of another value with neither. */
function textOf(value: unknown): string {
  const text = typeof value === 'string' ? `=${value}` : JSON.stringify(value);
  if (text.length <= LONGEST_TEXT) return text;
  return `#${createHash('sha256').update(text, 'utf16le').digest('base64')}`;
}
