import { shortName } from '../../runtime/index.js';

/**
 * A map by ids of any length. The keys are short names: V8 compares long keys one by one, in quadratic time.
 */
export class IdMap<V> implements ReadonlyMap<string, V> {
  readonly #entries = new Map<string, readonly [id: string, value: V]>();

  get size(): number {
    return this.#entries.size;
  }

  get(id: string): V | undefined {
    return this.#entries.get(shortName(id))?.[1];
  }

  has(id: string): boolean {
    return this.#entries.has(shortName(id));
  }

  set(id: string, value: V): void {
    this.#entries.set(shortName(id), [id, value]);
  }

  delete(id: string): boolean {
    return this.#entries.delete(shortName(id));
  }

  clear(): void {
    this.#entries.clear();
  }

  forEach(callback: (value: V, id: string, map: ReadonlyMap<string, V>) => void): void {
    for (const [id, value] of this) callback(value, id, this);
  }

  *keys(): MapIterator<string> {
    for (const [id] of this.#entries.values()) yield id;
  }

  *values(): MapIterator<V> {
    for (const [, value] of this.#entries.values()) yield value;
  }

  *entries(): MapIterator<[string, V]> {
    for (const [id, value] of this.#entries.values()) yield [id, value];
  }

  [Symbol.iterator](): MapIterator<[string, V]> {
    return this.entries();
  }
}

/** A set of ids of any length. */
export class IdSet implements ReadonlySet<string> {
  readonly #ids = new IdMap<true>();

  get size(): number {
    return this.#ids.size;
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  add(id: string): void {
    this.#ids.set(id, true);
  }

  delete(id: string): boolean {
    return this.#ids.delete(id);
  }

  clear(): void {
    this.#ids.clear();
  }

  forEach(callback: (id: string, again: string, set: ReadonlySet<string>) => void): void {
    for (const id of this) callback(id, id, this);
  }

  keys(): SetIterator<string> {
    return this.#ids.keys();
  }

  values(): SetIterator<string> {
    return this.#ids.keys();
  }

  *entries(): SetIterator<[string, string]> {
    for (const id of this) yield [id, id];
  }

  [Symbol.iterator](): SetIterator<string> {
    return this.#ids.keys();
  }
}
