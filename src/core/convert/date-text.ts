import { digits, isDigit, parseClockTime, skipBlanks, isUtcName } from './clock-time.js';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS: ReadonlySet<string> = new Set(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']);
/** Of the names above. */
const NAME_LENGTH = 3;

/**
 * Epoch milliseconds of a date that can be read in one way only: ISO-8601, the text of JavaScript's `Date`, and the dates of mails and HTTP
 * (RFC 2822, RFC 1123); `undefined` for any other text.
 *
 * A weekday before it is ignored, even a wrong one, and so is what stands in parentheses behind it. The text is read once, from left to
 * right, without a pattern that could be tried again and again: it may be megabytes of anything.
 *
 * @example
 * parseDateText('Thu Feb 29 2024 12:00:00 GMT+0200 (Central European Time)'); // 1709200800000
 * parseDateText('Thu, 29 Feb 2024 10:00:00 GMT');                             // 1709200800000
 * parseDateText('02/03/2024');                                               // undefined
 */
export function parseDateText(text: string): number | undefined {
  const date = withoutWeekday(withoutComment(text.trim()));
  if (date === undefined) return undefined;
  return parseIsoDate(date) ?? (isDigit(date.charCodeAt(0)) ? parseMailDate(date) : parseScriptDate(date));
}

/** `29 Feb 2024 10:00:00 +0000`, with a zone. */
function parseMailDate(text: string): number | undefined {
  const day = dayAt(text, 0);
  const month = nextWord(text, day.end);
  return parseYearAndTime(text, monthAt(text, month), day.value, nextWord(text, month + NAME_LENGTH), 'mail');
}

/** `Feb 29 2024 10:00:00 GMT+0000`, with a zone. */
function parseScriptDate(text: string): number | undefined {
  const day = dayAt(text, nextWord(text, NAME_LENGTH));
  return parseYearAndTime(text, monthAt(text, 0), day.value, nextWord(text, day.end), 'javascript');
}

function parseYearAndTime(
  text: string,
  month: number,
  day: number,
  yearAt: number,
  form: 'mail' | 'javascript',
): number | undefined {
  const midnight = midnightUtc(digits(text, yearAt, 4), month, day);
  if (midnight === undefined) return undefined;
  const time = parseClockTime(text, nextWord(text, yearAt + 4), form);
  return time === undefined ? undefined : midnight + time;
}

/** A day of one or two digits; 0 when there is none. */
function dayAt(text: string, at: number): { readonly value: number; readonly end: number } {
  const two = digits(text, at, 2);
  if (two >= 0) return { value: two, end: at + 2 };
  return { value: Math.max(0, digits(text, at, 1)), end: at + 1 };
}

/** The month from 1 on; 0 when there is none. */
function monthAt(text: string, at: number): number {
  return MONTHS.indexOf(text.slice(at, at + NAME_LENGTH).toLowerCase()) + 1;
}

/** Where the next word starts; behind the end of the text when no blank comes first. */
function nextWord(text: string, at: number): number {
  const next = skipBlanks(text, at);
  return next > at ? next : text.length;
}

/** The text without a comment in parentheses at its end. */
function withoutComment(text: string): string | undefined {
  if (!text.endsWith(')')) return text;
  let open = 0;
  for (let at = text.length - 1; at >= 0; at -= 1) {
    if (text[at] === ')') open += 1;
    else if (text[at] === '(') open -= 1;
    if (open === 0) return text.slice(0, at).trimEnd();
  }
  return undefined;
}

function withoutWeekday(text: string | undefined): string | undefined {
  if (text === undefined || !WEEKDAYS.has(text.slice(0, NAME_LENGTH).toLowerCase())) return text;
  const comma = text[NAME_LENGTH] === ',';
  const end = comma ? NAME_LENGTH + 1 : NAME_LENGTH;
  const start = skipBlanks(text, end);
  return comma || start > end ? text.slice(start) : undefined;
}

const DASH = 45;
const DATE_LENGTH = 'YYYY-MM-DD'.length;

/**
 * Epoch milliseconds of an ISO-8601 date or date-time (`YYYY-MM-DD`, then optionally a time to the minute or finer, then optionally
 * an offset); `undefined` for any other text and for an impossible day or time.
 *
 * As databases write them, blanks may stand before the offset, and `UTC`, `GMT` or `UT` behind a blank in its place. Without an offset
 * it is UTC. `Date.parse` would read such a date-time in the machine's time zone, and take 30 February for 1 March. A fraction finer
 * than a millisecond is cut.
 *
 * @example
 * parseIsoDate('2024-02-29T12:00:00+02:00');  // 1709200800000
 * parseIsoDate('2024-02-29 10:00:00.0 UTC');  // 1709200800000
 * parseIsoDate('2024-02-30');                 // undefined
 */
export function parseIsoDate(text: string): number | undefined {
  if (text.charCodeAt(4) !== DASH || text.charCodeAt(7) !== DASH) return undefined;
  const midnight = midnightUtc(digits(text, 0, 4), digits(text, 5, 2), digits(text, 8, 2));
  if (midnight === undefined || text.length === DATE_LENGTH) return midnight;
  const separator = text[DATE_LENGTH];
  if (separator !== 'T' && separator !== 't' && separator !== ' ') return undefined;
  const time = parseClockTime(text, DATE_LENGTH + 1, 'iso');
  if (time !== undefined) return midnight + time;
  return isUtcName(text, DATE_LENGTH) ? midnight : undefined;
}

// The calendar that `Date` uses, without `Date`: one that is made for every event costs more than the sum.

const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const MS_PER_DAY = 86_400_000;
const DAYS_IN_ERA = 146_097;
/** From 1 March of the year 0. */
const DAYS_TO_1970 = 719_468;

/** Epoch milliseconds of a day's midnight in UTC; `undefined` when there is no such day. Months are counted from 1. */
export function midnightUtc(year: number, month: number, day: number): number | undefined {
  if (year < 0 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  // Days are counted from March on, so that a leap day is the last of its year; the calendar repeats every 400 years.
  const marchYear = month > 2 ? year : year - 1;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return (era * DAYS_IN_ERA + dayOfEra - DAYS_TO_1970) * MS_PER_DAY;
}

function daysInMonth(year: number, month: number): number {
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return leap ? 29 : DAYS_IN_MONTH[month - 1]!;
}
