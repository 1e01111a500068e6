import { toAttributeValue, isReservedKey } from './attribute-value.js';
import { CONVERTERS, type Converter } from './convert.js';
import { splitSource } from './read-row.js';
import type { AnyRow, SourceRoot } from './table.js';

/** A row of a customer's own map: a trait's name, or a dotted path into the traits, and the attribute it becomes. */
export interface AttributeRow {
  readonly from: string;
  readonly to: string;
}

/** More sources of one target than this share the last rank. */
export const MAX_RANKS = 4096;

/** One way to write a target. */
export interface Target {
  /** Which target: each has a slot that remembers the best rank written so far. */
  readonly slot: number;
  /** Precedence among the sources of one target, below {@link MAX_RANKS}; the lowest wins. */
  readonly rank: number;
  /** The objects in the body that hold the field, from the outside in. */
  readonly within: readonly string[];
  readonly key: string;
  /** The whole path as text. */
  readonly label: string;
  readonly convert: Converter<unknown>;
  /** Whether a blank text is a value, though one that any other source goes before. */
  readonly takesBlank: boolean;
}

/** What becomes of one name of a section. */
export interface Entry {
  readonly targets: readonly Target[];
  /** Whether a map row wants it under a name that is never written. */
  readonly reserved: boolean;
}

/** An attribute whose source is a dotted path into nested traits. */
export interface NestedSource {
  readonly keys: readonly string[];
  readonly target: Target;
}

/** One walked object of the message, such as `traits`: an index from the names in it to what becomes of them. */
export interface Section {
  readonly root: SourceRoot;
  readonly entries: ReadonlyMap<string, Entry>;
  readonly nested: readonly NestedSource[];
}

/** A mapping table turned round: from the names an event may hold to the fields they feed. */
export interface CompiledTable {
  readonly sections: readonly Section[];
  /** How many targets there are. */
  readonly slots: number;
}

export interface TableOptions {
  readonly rows: readonly AnyRow[];
  /** The objects to walk, in order of precedence. */
  readonly roots: readonly SourceRoot[];
  /** Names in them that other code reads: they are not reported as unmapped. */
  readonly alsoRead: readonly string[];
  readonly attributes: readonly AttributeRow[];
}

const ATTRIBUTES = 'customAttributes';
/** A custom attribute's `Date` is written as PX writes all dates of users and accounts. */
const toCustomAttribute: Converter<unknown> = (value) => toAttributeValue(value, 'epochMs');

/**
 * Turns a table round: per walked object, an index from key to targets.
 *
 * Walking the keys an event has, and looking each up, was two to three times faster than one look-up per row of the table,
 * because events hold few of the fields that a table knows.
 */
export function compileTable(options: TableOptions): CompiledTable {
  const builders = new Map(options.roots.map((root) => [root, new SectionBuilder(root)]));
  const slots = new Slots();
  for (const row of options.rows) {
    const path = row.to.split('.');
    row.from.forEach((source, rank) => {
      const { root, name } = splitSource(source);
      builders.get(root)!.add(name, slots.target(path, rank, CONVERTERS[row.as], false));
    });
  }
  addAttributes(options, [...builders.values()], slots);

  for (const builder of builders.values()) builder.alsoRead(options.alsoRead);
  return { sections: [...builders.values()].map((builder) => builder.build()), slots: slots.count };
}

/** Of several rows with the same target, the last that has a value wins; within a row, the exact name before the dotted path. */
function addAttributes(options: TableOptions, builders: readonly SectionBuilder[], slots: Slots): void {
  const ranks = new Map<string, number>();
  for (const { from, to } of [...options.attributes].reverse()) {
    if (isReservedKey(to)) {
      for (const builder of builders) builder.addReserved(from);
      continue;
    }
    const nextTarget = (): Target => {
      const rank = ranks.get(to) ?? 0;
      ranks.set(to, rank + 1);
      return slots.target([ATTRIBUTES, to], rank, toCustomAttribute, true);
    };
    for (const builder of builders) {
      builder.add(from, nextTarget());
      if (from.includes('.')) builder.addNested(from.split('.'), nextTarget());
    }
  }
}

/** Numbers the targets of a table: all sources of one field share its slot. */
class Slots {
  readonly #byLabel = new Map<string, number>();

  target(path: readonly string[], rank: number, convert: Converter<unknown>, takesBlank: boolean): Target {
    const label = path.join('.');
    const slot = this.#byLabel.get(label) ?? this.#byLabel.size;
    this.#byLabel.set(label, slot);
    const within = path.slice(0, -1);
    return {
      slot,
      rank: Math.min(rank, MAX_RANKS - 1),
      within,
      key: path.at(-1)!,
      label,
      convert,
      takesBlank,
    };
  }

  get count(): number {
    return this.#byLabel.size;
  }
}

class SectionBuilder {
  readonly #entries = new Map<string, { targets: Target[]; reserved: boolean }>();
  readonly #nested: NestedSource[] = [];

  constructor(readonly root: SourceRoot) {}

  #entry(name: string): { targets: Target[]; reserved: boolean } {
    let entry = this.#entries.get(name);
    if (entry === undefined) this.#entries.set(name, (entry = { targets: [], reserved: false }));
    return entry;
  }

  add(name: string, target: Target): void {
    this.#entry(name).targets.push(target);
  }

  addReserved(name: string): void {
    this.#entry(name).reserved = true;
  }

  addNested(keys: readonly string[], target: Target): void {
    this.#nested.push({ keys, target });
  }

  alsoRead(names: readonly string[]): void {
    for (const name of names) this.#entry(name);
  }

  build(): Section {
    return { root: this.root, entries: this.#entries, nested: this.#nested };
  }
}
