import { isDate } from './json-object.js';
import { isBlank } from '../text/characters.js';

const LONE_SURROGATE = /\p{Cs}/u;

/**
 * What an unusable value is, in words for an error text that says what was expected; never the value itself.
 *
 * @example
 * `expected a non-blank string, found ${foundText(' ')}`; // … found a blank string
 */
export function foundText(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === '') return 'an empty string';
  if (typeof value === 'string') {
    if (isBlank(value)) return 'a blank string';
    return LONE_SURROGATE.test(value) ? 'a string with a lone surrogate' : 'another string';
  }
  return typeof value === 'number' && !Number.isFinite(value)
    ? 'a number that is not finite'
    : typeName(value);
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
