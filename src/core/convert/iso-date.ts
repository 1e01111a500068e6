import { midnightUtc } from './calendar.js';
import { digits, isUtcName, parseClockTime } from './clock-time.js';

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
