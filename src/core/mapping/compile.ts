import {
  MAX_RANKS,
  type CompiledTable,
  type Entry,
  type InnerSource,
  type Section,
  type Target,
} from './compiled-table.js';
import { toAttributeValue, isReservedKey } from '../convert/attribute-value.js';
import { CONVERTERS, type Converter, type ConverterName } from '../convert/convert.js';
import { splitSource } from './read-row.js';
import type { AnyRow, SourcePath, SourceRoot } from './table.js';

/** A row of a customer's own map: a trait's name, or a dotted path into the traits, and the field that it feeds. */
export interface FieldRow {
  readonly from: string;
  readonly to: string;
}

/** A row of a customer's own map of custom attributes. */
export interface AttributeRow extends FieldRow {
  /** The attribute's type as a converter; without it any value is written as it is. */
  readonly as?: ConverterName;
}

export interface TableOptions {
  readonly rows: readonly AnyRow[];
  /** Rows that are read after all others. A dot in their sources leads into an object. */
  readonly lastRows: readonly AnyRow[];
  /** The customer's own sources of the fields in `rows`, read before all others; of several for one field, the last goes first. */
  readonly fields: readonly FieldRow[];
  readonly attributes: readonly AttributeRow[];
  /** The objects to walk, in order of precedence. */
  readonly roots: readonly SourceRoot[];
  /** Names in them that other code reads: they are not reported as unmapped. */
  readonly alsoRead: readonly string[];
  /** Names in them that other code reads only when the walk says that one was there. */
  readonly watched: readonly string[];
}

const ATTRIBUTES = 'customAttributes';
/** A custom attribute's `Date` is written as all dates of users and accounts are. */
const toCustomAttribute: Converter<unknown> = (value) => toAttributeValue(value, 'epochMs');

/**
 * Turns a table round: per walked object, an index from key to targets.
 *
 * Walking the keys an event has, and looking each up, was two to three times faster than one look-up per row of the table,
 * because events hold few of the fields that a table knows.
 */
export function compileTable(options: TableOptions): CompiledTable {
  return new TableBuilder(options).build();
}

/** Adds the sources of each target in order of precedence. */
class TableBuilder {
  readonly #builders: ReadonlyMap<SourceRoot, SectionBuilder>;
  readonly #targets = new Targets();

  constructor(private readonly options: TableOptions) {
    this.#builders = new Map(options.roots.map((root) => [root, new SectionBuilder(root)]));
  }

  build(): CompiledTable {
    const { rows, lastRows, alsoRead, watched } = this.options;
    this.#addFields();
    for (const row of rows) {
      for (const source of row.from) this.#addName(row, source);
    }
    for (const row of lastRows) {
      for (const source of row.from) this.#addPath(row, source);
    }
    this.#addAttributes();
    const sections = [...this.#builders.values()].map((builder) => builder.build(alsoRead, watched));
    return { sections, slots: this.#targets.slots };
  }

  #addFields(): void {
    const types = new Map(this.options.rows.map(({ to, as }) => [to, as]));
    for (const { from, to } of [...this.options.fields].reverse()) {
      this.#addTrait(from, () => this.#targets.ofField(to, types.get(to)!));
    }
  }

  #addAttributes(): void {
    for (const { from, to, as } of [...this.options.attributes].reverse()) {
      if (isReservedKey(to)) {
        for (const builder of this.#builders.values()) builder.addReserved(from);
      } else {
        this.#addTrait(from, () => this.#targets.ofAttribute(to, as));
      }
    }
  }

  /** A trait of a customer's row: in each object the exact name first, then the dotted path. */
  #addTrait(from: string, nextTarget: () => Target): void {
    for (const builder of this.#builders.values()) {
      builder.add(from, nextTarget());
      if (from.includes('.')) builder.addPath(from.split('.'), nextTarget());
    }
  }

  #addName({ to, as }: AnyRow, source: SourcePath): void {
    const { root, name } = splitSource(source);
    this.#builders.get(root)!.add(name, this.#targets.ofField(to, as));
  }

  /** If a customer's row reads a whole object, that object does not have its standard meaning, so no standard path reads inside it. */
  #addPath({ to, as }: AnyRow, source: SourcePath): void {
    const { fields, attributes } = this.options;
    const { root, name } = splitSource(source);
    const keys = name.split('.');
    if (keys.length > 1 && [...fields, ...attributes].some(({ from }) => from === keys[0])) return;
    this.#builders.get(root)!.addPath(keys, this.#targets.ofField(to, as));
  }
}

/** Numbers the targets of a table: all sources of one field share its slot, and each has the next rank. */
class Targets {
  readonly #slots = new Map<string, { readonly slot: number; ranks: number }>();

  ofField(to: string, as: ConverterName): Target {
    return this.#target(to.split('.'), CONVERTERS[as], { takesBlank: false, isId: as === 'id' });
  }

  ofAttribute(name: string, as: ConverterName | undefined): Target {
    const convert = as === undefined ? toCustomAttribute : CONVERTERS[as];
    return this.#target([ATTRIBUTES, name], convert, { takesBlank: true, isId: false });
  }

  #target(
    path: readonly string[],
    convert: Converter<unknown>,
    traits: Pick<Target, 'takesBlank' | 'isId'>,
  ): Target {
    const label = path.join('.');
    const field = this.#slots.get(label) ?? { slot: this.#slots.size, ranks: 0 };
    this.#slots.set(label, field);
    const rank = Math.min(field.ranks, MAX_RANKS - 1);
    field.ranks += 1;
    return {
      slot: field.slot,
      rank,
      within: path.slice(0, -1),
      key: path.at(-1)!,
      label,
      convert,
      ...traits,
    };
  }

  get slots(): number {
    return this.#slots.size;
  }
}

interface EntryDraft {
  readonly targets: Target[];
  readonly inner: InnerSource[];
  reserved: boolean;
}

class SectionBuilder {
  readonly #drafts = new Map<string, EntryDraft>();

  constructor(readonly root: SourceRoot) {}

  #draft(name: string): EntryDraft {
    let draft = this.#drafts.get(name);
    if (draft === undefined) this.#drafts.set(name, (draft = { targets: [], inner: [], reserved: false }));
    return draft;
  }

  add(name: string, target: Target): void {
    this.#draft(name).targets.push(target);
  }

  addReserved(name: string): void {
    this.#draft(name).reserved = true;
  }

  /** A path of one key is a name. */
  addPath(keys: readonly string[], target: Target): void {
    const [name, ...inner] = keys;
    if (inner.length === 0) this.add(name!, target);
    else this.#draft(name!).inner.push({ keys: inner, target });
  }

  build(alsoRead: readonly string[], watched: readonly string[]): Section {
    for (const name of [...alsoRead, ...watched]) this.#draft(name);
    const entries = new Map<string, Entry>();
    for (const [name, { targets, inner, reserved }] of this.#drafts) {
      const isWatched = watched.includes(name);
      const only = targets.length === 1 && inner.length === 0 && !isWatched ? targets[0] : undefined;
      entries.set(name, {
        targets,
        inner,
        only,
        watched: isWatched,
        reserved,
        alsoRead: alsoRead.includes(name) || isWatched,
      });
    }
    return { root: this.root, entries };
  }
}
