import { isDate } from '../json/json-object.js';
import { isBlank } from '../text/characters.js';
import { parseDateText, parseIsoDate } from './date-text.js';
import { toId } from './id.js';

/** What each converter gives. */
export interface Converted {
  /** Text; blank is absent. */
  text: string;
  number: number;
  /** Rounded to the nearest whole number. */
  integer: number;
  boolean: boolean;
  /** A boolean or its word: not what may be a count or an answer. */
  trueOrFalse: boolean;
  /** Epoch milliseconds, not 0, at most {@link LAST_MILLISECONDS} away from it. */
  date: number;
  gender: 'FEMALE' | 'MALE' | 'OTHER';
  /** A user's or account's id, unchanged and no placeholder; a number is written as text. */
  id: string;
  /** A text without the blanks around it, or a number written as text. */
  name: string;
  /** A non-blank text or a finite number, unchanged. */
  textOrNumber: string | number;
}

export type ConverterName = keyof Converted;

/** Gives `undefined` for what does not convert. */
export type Converter<T> = (value: unknown) => T | undefined;

const SHORTEST_SECONDS = 1e8;
const FIRST_MILLISECONDS = 1e11;
/** Dates further from 1970 (before 1840, after 2099) are placeholders, in whatever form they come. */
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

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
  ['1', true],
  ['0', false],
  ['yes', true],
  ['no', false],
]);
const LONGEST_BOOLEAN = 'false'.length;

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
  if (typeof value === 'string')
    return value.length > LONGEST_BOOLEAN ? undefined : BOOLEANS.get(value.toLowerCase());
  // Databases write booleans so.
  return value === 1 ? true : value === 0 ? false : undefined;
}

function toTrueOrFalse(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string' || value.length > LONGEST_BOOLEAN) return undefined;
  const word = value.toLowerCase();
  return word === 'true' ? true : word === 'false' ? false : undefined;
}

function toDate(value: unknown): number | undefined {
  if (typeof value === 'string')
    return plausible(parseIsoDate(value) ?? fromEpoch(toNumber(value)) ?? parseDateText(value));
  if (typeof value === 'number') return plausible(fromEpoch(toNumber(value)));
  return isDate(value) ? plausible(epochOf(value)) : undefined;
}

/** 0 is what programs write for "no date", and so are years far from now. */
function plausible(epochMs: number | undefined): number | undefined {
  return epochMs !== undefined && epochMs !== 0 && Math.abs(epochMs) <= LAST_MILLISECONDS
    ? epochMs
    : undefined;
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
  trueOrFalse: toTrueOrFalse,
  date: toDate,
  gender: toGender,
  id: toId,
  name: toName,
  textOrNumber: toTextOrNumber,
};
