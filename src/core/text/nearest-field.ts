import { changesBetween } from './nearest-name.js';

/** Of longer names only the end is compared: the time grows with the square of the length. */
const LONGEST = 60;

/**
 * The field in a list that a text most likely means: of those with the fewest changed letters, the first. Case and everything but letters and
 * digits do not count; of a dotted name, its last part alone may be meant.
 *
 * @example
 * nearestField('SIGN_UP_DATE', ['email', 'signUpDate']); // 'signUpDate'
 * nearestField('town.city', ['location.city', 'phone']); // 'location.city'
 */
export function nearestField(text: string, fields: readonly [string, ...string[]]): string {
  const wanted = forms(text);
  let nearest = fields[0];
  let fewest = Infinity;
  for (const field of fields) {
    for (const form of forms(field)) {
      const changes = Math.min(...wanted.map((other) => changesBetween(other, form)));
      if (changes >= fewest) continue;
      fewest = changes;
      nearest = field;
    }
  }
  return nearest;
}

/** The whole name, and its last part where that has letters. */
function forms(name: string): string[] {
  const short = name.slice(-LONGEST);
  const parts = [short, short.slice(short.lastIndexOf('.') + 1)];
  return parts.map((part) => part.toLowerCase().replace(/[^a-z0-9]/g, '')).filter((form) => form !== '');
}
