/** Freezes a value and all that is in it. */
export function deepFreeze(value: unknown): void {
  for (const object of objectsIn(value)) Object.freeze(object);
}

/** Every object and array that can be reached from a value, the value itself included; prototypes are not followed. */
export function objectsIn(value: unknown, found = new Set<object>()): Set<object> {
  if (typeof value !== 'object' || value === null || found.has(value)) return found;
  found.add(value);
  for (const key of Reflect.ownKeys(value))
    objectsIn((value as Record<string | symbol, unknown>)[key], found);
  return found;
}
