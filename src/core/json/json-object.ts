/** A JSON object of unknown content. */
export type JsonObject = Readonly<Record<string, unknown>>;

const DATE_TAG = '[object Date]';

/** Whether a value is an object as the mapping means it: not null, not an array, not a `Date` (of any realm). */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isDate(value);
}

/** Whether a value is a `Date`, of this realm or another: `instanceof` would miss those of a worker or a test runner. */
export function isDate(value: unknown): value is Date {
  return typeof value === 'object' && value !== null && Object.prototype.toString.call(value) === DATE_TAG;
}

/** The type of a value in the words of an error text; never the value itself. A value that cannot be looked at is an object. */
export function typeName(value: unknown): string {
  if (value === null) return 'null';
  try {
    if (Array.isArray(value)) return 'array';
    if (isDate(value)) return 'date';
  } catch {
    // A proxy that is revoked, or a getter that throws.
  }
  return typeof value;
}
