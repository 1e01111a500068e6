import { isDate } from '../json-object.js';
import { parseIsoDate } from './iso-date.js';

/** What each converter gives. */
export interface Converted {
  /** Text; blank is absent. */
  text: string;
  number: number;
  /** Rounded to the nearest whole number. */
  integer: number;
  boolean: boolean;
  /** Epoch milliseconds. */
  date: number;
  gender: 'FEMALE' | 'MALE' | 'OTHER';
  /** A user's or account's id, unchanged; a number is written as text. */
  id: string;
  /** A text without the blanks around it, or a number written as text. */
  name: string;
  /** A non-blank text or a finite number, unchanged. */
  textOrNumber: string | number;
}

export type ConverterName = keyof Converted;

/** Gives `undefined` for what does not convert. */
export type Converter<T> = (value: unknown) => T | undefined;

const LONE_SURROGATE = /\p{Cs}/u;
const SHORTEST_SECONDS = 1e8;
const FIRST_MILLISECONDS = 1e11;
const LAST_MILLISECONDS = 4.1e12;

const GENDERS: Readonly<Record<string, Converted['gender']>> = {
  f: 'FEMALE',
  female: 'FEMALE',
  m: 'MALE',
  male: 'MALE',
  o: 'OTHER',
  other: 'OTHER',
  others: 'OTHER',
};

/** Whether a text holds nothing but white space. */
export function isBlank(text: string): boolean {
  // A character above the space decides most texts without trimming.
  return !(text.charCodeAt(0) > 32 && text.charCodeAt(0) < 127) && text.trim() === '';
}

function toText(value: unknown): string | undefined {
  if (typeof value === 'string') return isBlank(value) ? undefined : value;
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : undefined;
  return typeof value === 'boolean' ? String(value) : undefined;
}

function toNumber(value: unknown): number | undefined {
  if (typeof value === 'string') {
    if (isBlank(value)) return undefined;
  } else if (typeof value !== 'number') {
    return undefined;
  }
  // Adding 0 turns -0 into 0: JSON would do it silently on the way.
  const number = Number(value) + 0;
  return Number.isFinite(number) ? number : undefined;
}

function toInteger(value: unknown): number | undefined {
  const number = toNumber(value);
  return number === undefined ? undefined : Math.round(number) + 0;
}

function toBoolean(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string') return undefined;
  const text = value.toLowerCase();
  return text === 'true' ? true : text === 'false' ? false : undefined;
}

function toDate(value: unknown): number | undefined {
  if (typeof value === 'string') {
    return parseIsoDate(value) ?? fromEpoch(toNumber(value)) ?? parseIsoDate(value.trim());
  }
  if (typeof value === 'number') return fromEpoch(toNumber(value));
  return isDate(value) ? epochOf(value) : undefined;
}

/** Seconds and milliseconds are told apart by size; microseconds and small counts are neither. */
function fromEpoch(number: number | undefined): number | undefined {
  if (number === undefined) return undefined;
  const size = Math.abs(number);
  if (size >= SHORTEST_SECONDS && size < FIRST_MILLISECONDS) return Math.round(number * 1000);
  return size >= FIRST_MILLISECONDS && size <= LAST_MILLISECONDS ? Math.round(number) : undefined;
}

/** Epoch milliseconds of a `Date`; `undefined` when it is an invalid one, or only pretends to be a `Date`. */
export function epochOf(date: Date): number | undefined {
  try {
    const time = Date.prototype.getTime.call(date);
    return Number.isNaN(time) ? undefined : time;
  } catch {
    return undefined;
  }
}

function toGender(value: unknown): Converted['gender'] | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value.toLowerCase();
  return Object.hasOwn(GENDERS, text) ? GENDERS[text] : undefined;
}

function toId(value: unknown): string | undefined {
  if (typeof value === 'string') return isBlank(value) || LONE_SURROGATE.test(value) ? undefined : value;
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : undefined;
}

function toName(value: unknown): string | undefined {
  return typeof value === 'boolean' ? undefined : toText(value)?.trim();
}

function toTextOrNumber(value: unknown): string | number | undefined {
  if (typeof value === 'string') return isBlank(value) ? undefined : value;
  return typeof value === 'number' ? toNumber(value) : undefined;
}

/** The converters by name: mapping tables name them, so that the tables stay data. */
export const CONVERTERS: { readonly [C in ConverterName]: Converter<Converted[C]> } = {
  text: toText,
  number: toNumber,
  integer: toInteger,
  boolean: toBoolean,
  date: toDate,
  gender: toGender,
  id: toId,
  name: toName,
  textOrNumber: toTextOrNumber,
};
