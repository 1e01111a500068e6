import { isObject, type JsonObject } from '../../core/index.js';

/**
 * A record with the fields of `change` over its own; neither argument is changed.
 *
 * An update keeps the fields that it does not name, as clients rely on. That `customAttributes`, `location` and its
 * `coordinates` are merged by key too, rather than replaced as a whole, is inferred.
 *
 * @example
 * mergeRecord({ plan: 'a', customAttributes: { x: 1 } }, { customAttributes: { y: 2 } });
 * // { plan: 'a', customAttributes: { x: 1, y: 2 } }
 */
export function mergeRecord(record: JsonObject, change: JsonObject): JsonObject {
  const merged = { ...record, ...change };
  for (const field of ['customAttributes', 'location', 'coordinates']) {
    const [before, after] = [record[field], change[field]];
    if (isObject(before) && isObject(after)) merged[field] = mergeRecord(before, after);
  }
  return merged;
}
