/** More processes are not remembered: a service has 64 workers at most, and each that is replaced leaves a mark. */
const MOST_MARKS = 128;

const CURSOR = /^[a-z\d]{1,20}-\d{1,15}(\.[a-z\d]{1,20}-\d{1,15}){0,127}$/;

/** The number of the last event that was shown, for each process by its name. */
export type Marks = ReadonlyMap<string, number>;

/** Whether a text can be a cursor. */
export function isCursor(text: string): boolean {
  return CURSOR.test(text);
}

/** Reads a cursor. Undefined has no marks. */
export function marksOf(cursor: string | undefined): Marks {
  if (cursor === undefined) return new Map();
  return new Map(
    cursor.split('.').map((mark): [string, number] => {
      const [name, number] = mark.split('-') as [string, string];
      return [name, Number(number)];
    }),
  );
}

/**
 * The cursor after an answer. A process that did not answer keeps its mark, so that none of its events comes twice or is missed.
 *
 * @example
 * cursorAfter(marksOf('a-3.b-7'), [{ name: 'b', last: 9 }]); // 'a-3.b-9'
 */
export function cursorAfter(
  marks: Marks,
  parts: readonly { readonly name: string; readonly last: number }[],
): string {
  const next = new Map(marks);
  for (const { name, last } of parts) {
    // Deleted first: the marks that are set last are the newest.
    next.delete(name);
    next.set(name, last);
  }
  return [...next]
    .slice(-MOST_MARKS)
    .map(([name, last]) => `${name}-${last}`)
    .join('.');
}
