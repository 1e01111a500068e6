import { isDate } from '../json/json-object.js';
import { epochOf } from './convert.js';

/** A value of a custom attribute, an event attribute or a global context entry. */
export type AttributeValue = string | number | boolean;

/** Names that are never written as keys: through them a prototype could be changed. */
export function isReservedKey(key: string): boolean {
  return key === '__proto__' || key === 'constructor' || key === 'prototype';
}

/** How a `Date` is written: ISO text on events, epoch milliseconds in the attributes of users and accounts. */
export type DateForm = 'iso' | 'epochMs';

/**
 * What the destination gets for a value that has no field of its own: text, a finite number and a boolean as they are, an object or array as
 * its JSON text; `undefined` for `null` and whatever JSON cannot hold. The caller has made sure that it is not nested too deep.
 */
export function toAttributeValue(value: unknown, dates: DateForm): AttributeValue | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value + 0 : undefined;
    case 'object':
      if (value === null) return undefined;
      if (isDate(value)) return dateText(value, dates);
      return jsonText(value);
    default:
      return undefined;
  }
}

function dateText(date: Date, dates: DateForm): AttributeValue | undefined {
  const epochMs = epochOf(date);
  if (epochMs === undefined || dates === 'epochMs') return epochMs;
  return new Date(epochMs).toISOString();
}

function jsonText(value: object): string | undefined {
  try {
    const text = JSON.stringify(value) as string | undefined;
    // A `toJSON` may give nothing, or null, which is never sent.
    return text === 'null' ? undefined : text;
  } catch {
    // A BigInt inside, or a `toJSON` that throws.
    return undefined;
  }
}
