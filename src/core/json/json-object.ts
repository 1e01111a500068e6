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

/** Freezes data and all that is in it: constants that plans and explanations share must not change in a caller's hands. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) deepFreeze(inner);
    Object.freeze(value);
  }
  return value;
}
