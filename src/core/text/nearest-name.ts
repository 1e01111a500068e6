/**
 * The candidate that a misspelt name most likely means: the fewest letters added, left out, changed or swapped, whatever their case, and at
 * most a third of the name; `undefined` when none is as near as that.
 *
 * @example
 * nearestName('pageEvent', ['pageEvents', 'sendIp']); // 'pageEvents'
 */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  let nearest: string | undefined;
  let fewest = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of candidates) {
    // At least as many changes are needed as the lengths differ. If that is too many, the slow comparison by letters is skipped.
    if (Math.abs(candidate.length - name.length) >= fewest) continue;
    const changes = changesBetween(name.toLowerCase(), candidate.toLowerCase());
    if (changes >= fewest) continue;
    nearest = candidate;
    fewest = changes;
  }
  return nearest;
}

/** How many letters must be added, left out, changed or swapped: the optimal string alignment distance, row by row. */
export function changesBetween(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const changed = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let fewest = Math.min(changed, last[j]! + 1, row[j - 1]! + 1);
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwapped) fewest = Math.min(fewest, beforeLast[j - 2]! + 1);
      row.push(fewest);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}

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
