import { toAttributeValue, isReservedKey } from './attribute-value.js';
import { CONVERTERS, type Converter } from './convert.js';
import { splitSource } from './read-row.js';
import type { AnyRow, SourceRoot } from './table.js';

/** A row of a customer's own map: a trait's name, or a dotted path into the traits, and the attribute it becomes. */
export interface AttributeRow {
  readonly from: string;
  readonly to: string;
}

/** One way to write a target. */
export interface Target {
  /** Which target: each has a slot that remembers the best rank written so far. */
  readonly slot: number;
  /** Precedence among the sources of one target; the lowest wins. */
  readonly rank: number;
  /** Path of keys in the body. */
  readonly to: readonly string[];
  /** The same path as text. */
  readonly label: string;
  readonly convert: Converter<unknown>;
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
  const slotOf = new Map<string, number>();
  const slot = (label: string) => {
    if (!slotOf.has(label)) slotOf.set(label, slotOf.size);
    return slotOf.get(label)!;
  };

  for (const row of options.rows) {
    row.from.forEach((path, rank) => {
      const { root, name } = splitSource(path);
      const target = {
        slot: slot(row.to),
        rank,
        to: row.to.split('.'),
        label: row.to,
        convert: CONVERTERS[row.as],
      };
      builders.get(root)!.add(name, target);
    });
  }
  addAttributes(options, builders, slot);

  const sections = [...builders.values()];
  for (const section of sections) section.alsoRead(options.alsoRead);
  return { sections: sections.map((section) => section.build()), slots: slotOf.size };
}

/** Of several rows with the same target, the last that has a value wins; within a row, the exact name before the dotted path. */
function addAttributes(
  options: TableOptions,
  builders: ReadonlyMap<SourceRoot, SectionBuilder>,
  slot: (label: string) => number,
): void {
  const ranks = new Map<string, number>();
  for (const { from, to } of [...options.attributes].reverse()) {
    if (isReservedKey(to)) {
      for (const builder of builders.values()) builder.addReserved(from);
      continue;
    }
    const label = `${ATTRIBUTES}.${to}`;
    for (const builder of builders.values()) {
      const next = () => {
        const rank = ranks.get(label) ?? 0;
        ranks.set(label, rank + 1);
        return { slot: slot(label), rank, to: [ATTRIBUTES, to], label, convert: toCustomAttribute };
      };
      builder.add(from, next());
      if (from.includes('.')) builder.addNested(from.split('.'), next());
    }
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
    this.#entry(keys[0]!);
  }

  alsoRead(names: readonly string[]): void {
    for (const name of names) this.#entry(name);
  }

  build(): Section {
    return { root: this.root, entries: this.#entries, nested: this.#nested };
  }
}
