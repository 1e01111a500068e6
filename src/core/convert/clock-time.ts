// Character codes: comparing them is several times faster than comparing one-character strings.
const ZERO = 48;
const NINE = 57;
const COLON = 58;
const DOT = 46;
const COMMA = 44;
const BLANK = 32;
const TAB = 9;

const MS_PER_MINUTE = 60_000;

/** The only zone names that mean one thing everywhere. */
const UTC_NAMES: ReadonlySet<string> = new Set(['UTC', 'GMT', 'UT', 'Z']);
const LONGEST_UTC_NAME = 3;

/**
 * What may stand behind the time: in an ISO text nothing, which means UTC, an offset, or `Z`; in the text of mails and HTTP an offset or
 * a zone; in the text of JavaScript's `Date` also `GMT` with an offset.
 */
export type TimeForm = 'iso' | 'mail' | 'javascript';

/**
 * Milliseconds since midnight UTC of a time of day that starts at `start` and ends with the text; `undefined` for anything else.
 *
 * The offset is taken off already, so the result may be negative or longer than a day. A fraction finer than a millisecond is cut.
 */
export function parseClockTime(text: string, start: number, form: TimeForm): number | undefined {
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

  const offset = at === text.length && form === 'iso' ? 0 : parseZone(text, at, form);
  if (offset === undefined) return undefined;
  return (hour * 60 + minute - offset) * MS_PER_MINUTE + second * 1000 + millisecond;
}

/** Whether the text from `at` on is a blank and a name of UTC. */
export function isUtcName(text: string, at: number): boolean {
  const name = skipBlanks(text, at);
  return name > at && text.length - name <= LONGEST_UTC_NAME && UTC_NAMES.has(text.slice(name).toUpperCase());
}

/** Minutes east of UTC of the zone that the text ends with. */
function parseZone(text: string, start: number, form: TimeForm): number | undefined {
  const at = skipBlanks(text, start);
  const sign = text[at];
  if (sign === '+' || sign === '-') return parseOffset(text, at);
  if (sign === 'Z' || sign === 'z') return text.length === at + 1 ? 0 : undefined;
  if (isUtcName(text, start)) return 0;
  if (form !== 'javascript' || text.slice(at, at + 3).toUpperCase() !== 'GMT') return undefined;
  const mark = text[at + 3];
  return mark === '+' || mark === '-' ? parseOffset(text, at + 3) : undefined;
}

/** `±hh`, `±hhmm` or `±hh:mm`, to the end of the text; an offset of nothing may say `UTC` once more, as Go writes it. */
function parseOffset(text: string, sign: number): number | undefined {
  const hours = digits(text, sign + 1, 2);
  if (hours < 0 || hours > 23) return undefined;
  let at = sign + 3;
  let minutes = 0;
  const colon = text.charCodeAt(at) === COLON;
  if (colon || isDigit(text.charCodeAt(at))) {
    if (colon) at += 1;
    minutes = digits(text, at, 2);
    if (minutes < 0 || minutes > 59) return undefined;
    at += 2;
  }
  const offset = (text[sign] === '-' ? -1 : 1) * (hours * 60 + minutes);
  return at === text.length || (offset === 0 && isUtcName(text, at)) ? offset : undefined;
}

/** The first place from `at` on that is neither a blank nor a tab. */
export function skipBlanks(text: string, at: number): number {
  let place = at;
  while (text.charCodeAt(place) === BLANK || text.charCodeAt(place) === TAB) place += 1;
  return place;
}

/** The number that `count` digits make; -1 when one of them is none. */
export function digits(text: string, start: number, count: number): number {
  let value = 0;
  for (let at = start; at < start + count; at += 1) {
    const code = text.charCodeAt(at);
    if (!isDigit(code)) return -1;
    value = value * 10 + code - ZERO;
  }
  return value;
}

export function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE;
}
