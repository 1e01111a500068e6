import { midnightUtc } from './calendar.js';
import { digits, isDigit, parseClockTime, skipBlanks } from './clock-time.js';
import { parseIsoDate } from './iso-date.js';

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
