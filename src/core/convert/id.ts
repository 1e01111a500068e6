import { isBlank } from '../text/characters.js';

const LONE_SURROGATE = /\p{Cs}/u;
const NIL_UUID = '00000000-0000-0000-0000-000000000000';

/** An id as it is written, a placeholder included; a number as text. What many people share may still have to be erased. */
export function toIdAsWritten(value: unknown): string | undefined {
  if (typeof value === 'string') return isBlank(value) || LONE_SURROGATE.test(value) ? undefined : value;
  return typeof value === 'number' && Number.isFinite(value) && !isInexactId(value)
    ? String(value)
    : undefined;
}

/** An id of one object: no placeholder. */
export function toId(value: unknown): string | undefined {
  const id = toIdAsWritten(value);
  return id === undefined || isJunkText(id) ? undefined : id;
}

/** Whether a value is a whole number that JSON readers round: the numbers of two people can become one. */
export function isInexactId(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value);
}

/** Whether a value is a text that programs write where they have no id: many people would share it. */
export function isJunkId(value: unknown): boolean {
  return typeof value === 'string' && isJunkText(value);
}

function isJunkText(text: string): boolean {
  // By length first: hashing or comparing every id would be slower.
  switch (text.length) {
    case 3:
      return text === 'NaN';
    case 4:
      return text === 'null';
    case 9:
      return text === 'undefined';
    case 15:
      return text === '[object Object]';
    case NIL_UUID.length:
      return text === NIL_UUID;
    default:
      return false;
  }
}
