const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
// Character codes: comparing them is several times faster than comparing one-character strings.
const ZERO = 48;
const NINE = 57;
const DASH = 45;
const COLON = 58;
const DOT = 46;
const COMMA = 44;

const MS_PER_MINUTE = 60_000;
const MS_PER_DAY = 86_400_000;
const DAYS_IN_ERA = 146_097;
/** From 1 March of the year 0. */
const DAYS_TO_1970 = 719_468;

/**
 * Epoch milliseconds of an ISO-8601 date or date-time (`YYYY-MM-DD`, then optionally a time to the minute or finer, then
 * optionally an offset); `undefined` for any other text and for an impossible day or time.
 *
 * Without an offset it is UTC. `Date.parse` would read such a date-time in the machine's time zone, and take 30 February for
 * 1 March. A fraction finer than a millisecond is cut.
 *
 * @example
 * parseIsoDate('2024-02-29T12:00:00+02:00'); // 1709200800000
 * parseIsoDate('2024-02-30');                // undefined
 */
export function parseIsoDate(text: string): number | undefined {
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 2);
  const day = digits(text, 8, 2);
  if (text.charCodeAt(4) !== DASH || text.charCodeAt(7) !== DASH || year < 0 || month < 1 || month > 12)
    return undefined;
  if (day < 1 || day > daysInMonth(year, month)) return undefined;

  const midnight = midnightUtc(year, month, day);
  if (text.length === 10) return midnight;
  const separator = text[10];
  if (separator !== 'T' && separator !== 't' && separator !== ' ') return undefined;
  const time = parseTime(text, 11);
  return time === undefined ? undefined : midnight + time;
}

/** Milliseconds since midnight, the offset already taken off; `undefined` when the rest of the text is no time. */
function parseTime(text: string, start: number): number | undefined {
  const hour = digits(text, start, 2);
  const minute = digits(text, start + 3, 2);
  if (hour < 0 || hour > 24 || text.charCodeAt(start + 2) !== COLON || minute < 0 || minute > 59)
    return undefined;
  let at = start + 5;

  let second = 0;
  let millisecond = 0;
  if (text.charCodeAt(at) === COLON) {
    second = digits(text, at + 1, 2);
    if (second < 0 || second > 59) return undefined;
    at += 3;
    const mark = text.charCodeAt(at);
    if (mark === DOT || mark === COMMA) {
      const first = at + 1;
      at = first;
      for (let weight = 100; isDigit(text.charCodeAt(at)); at += 1, weight = weight > 1 ? weight / 10 : 0) {
        millisecond += weight * (text.charCodeAt(at) - ZERO);
      }
      if (at === first) return undefined;
    }
  }
  // Midnight at the end of a day is the only time with hour 24.
  if (hour === 24 && minute + second + millisecond > 0) return undefined;

  const offset = parseOffset(text, at);
  if (offset === undefined) return undefined;
  return (hour * 60 + minute - offset) * MS_PER_MINUTE + second * 1000 + millisecond;
}

/** Minutes east of UTC: nothing or `Z` is 0, else `±hh`, `±hhmm`, `±hh:mm`, to the end of the text. */
function parseOffset(text: string, at: number): number | undefined {
  const sign = text[at];
  if (sign === undefined) return 0;
  if (sign === 'Z' || sign === 'z') return text.length === at + 1 ? 0 : undefined;
  if (sign !== '+' && sign !== '-') return undefined;

  const hours = digits(text, at + 1, 2);
  const rest = text.slice(at + 3);
  const minutes = rest === '' ? 0 : digits(rest, rest[0] === ':' ? 1 : 0, 2);
  const length = rest === '' ? 0 : rest[0] === ':' ? 3 : 2;
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || rest.length !== length) return undefined;
  return (sign === '-' ? -1 : 1) * (hours * 60 + minutes);
}

/** The number that `count` digits make; -1 when one of them is none. */
function digits(text: string, start: number, count: number): number {
  let value = 0;
  for (let at = start; at < start + count; at += 1) {
    const code = text.charCodeAt(at);
    if (!isDigit(code)) return -1;
    value = value * 10 + code - ZERO;
  }
  return value;
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE;
}

function daysInMonth(year: number, month: number): number {
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return leap ? 29 : DAYS_IN_MONTH[month - 1]!;
}

/** Days are counted from March on, so that a leap day is the last of its year; the calendar repeats every 400 years. */
function midnightUtc(year: number, month: number, day: number): number {
  const marchYear = month > 2 ? year : year - 1;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return (era * DAYS_IN_ERA + dayOfEra - DAYS_TO_1970) * MS_PER_DAY;
}
