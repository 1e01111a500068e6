/**
 * Whether a name is another one misspelt: written in another case or with other separators, or with at most two letters missing, wrong,
 * superfluous or swapped; one in a short name.
 *
 * @example
 * isNearMiss('api_key', 'apiKey'); // true
 * isNearMiss('userAtributeMap', 'userAttributeMap'); // true
 */
export function isNearMiss(name: string, meant: string): boolean {
  const [a, b] = [bare(name), bare(meant)];
  const most = b.length > SHORT ? 2 : 1;
  return Math.abs(a.length - b.length) <= most && distance(a, b) <= most;
}

const SHORT = 6;

const bare = (name: string): string => name.toLowerCase().replaceAll(/[\s_.-]/g, '');

/** Optimal string alignment: how many letters must be put in, taken out, replaced or swapped with their neighbour. */
function distance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwap ? rows[i - 2]![j - 2]! + 1 : Infinity;
      row.push(Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, replaced, swapped));
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}
