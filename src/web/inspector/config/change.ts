import { isObject } from '../../../core/index.js';

/** A place in a JSON value: names of an object, indexes of an array. */
export type Keys = readonly (string | number)[];

/**
 * A copy of a JSON value with another value at a place; `undefined` removes the entry. All else is kept, with its order.
 *
 * @example
 * withValueAt({ a: [{ b: 1 }], c: 2 }, ['a', 0, 'b'], 3); // { a: [{ b: 3 }], c: 2 }
 */
export function withValueAt(value: unknown, [key, ...rest]: Keys, next: unknown): unknown {
  if (key === undefined) return next;
  if (typeof key === 'number') {
    const elements: readonly unknown[] = Array.isArray(value) ? value : [];
    const changed = withValueAt(elements[key], rest, next);
    return elements.toSpliced(key, 1, ...(changed === undefined ? [] : [changed]));
  }
  const entries: [string, unknown][] = isObject(value) ? Object.entries(value) : [];
  const at = entries.findIndex(([name]) => name === key);
  const changed = withValueAt(entries[at]?.[1], rest, next);
  // `fromEntries`, because an assignment to `__proto__` adds no entry.
  if (changed === undefined) return Object.fromEntries(entries.filter(([name]) => name !== key));
  return Object.fromEntries(at === -1 ? [...entries, [key, changed]] : entries.with(at, [key, changed]));
}

/** A copy of an array with one element at another index. */
export function moved<Element>(elements: readonly Element[], from: number, to: number): Element[] {
  return elements.toSpliced(from, 1).toSpliced(to, 0, elements[from]!);
}

/** A copy of an object with another name for an entry, at the same place. */
export function renamed(
  value: Readonly<Record<string, unknown>>,
  from: string,
  to: string,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name === from ? to : name, entry]));
}
