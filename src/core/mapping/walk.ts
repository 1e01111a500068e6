import { isObject, type JsonObject } from '../json-object.js';
import { requireShallow } from '../limits.js';
import type { CompiledTable, Section, Target } from './compile.js';
import { joinPath, reasonUnusable, type MappedObject, type Recorder } from './record.js';
import { sourceOf, type Sources } from './sources.js';

/** A body while it is written. */
export type Draft = Record<string, unknown>;

const UNWRITTEN = 0xffff;

/**
 * Writes a table's fields of one message into `body`.
 *
 * One instance belongs to one compiled table. It keeps the ranks of the last walk's targets only to reuse their memory: nothing
 * of one event is seen by the next.
 */
export class Walker {
  readonly #table: CompiledTable;
  #ranks: Uint16Array | undefined;

  constructor(
    table: CompiledTable,
    readonly object: MappedObject,
  ) {
    this.#table = table;
  }

  /** @throws InstrumentationError `nested_too_deep` */
  walk(sources: Sources, body: Draft, record: Recorder | undefined): void {
    // Taken, not shared: a getter in an event may lead back into this walker before the walk is over.
    const ranks = this.#ranks ?? new Uint16Array(this.#table.slots);
    this.#ranks = undefined;
    ranks.fill(UNWRITTEN);
    for (const section of this.#table.sections) {
      const source = sourceOf(sources, section.root);
      if (source !== undefined) this.#walkSection(section, source, ranks, body, record);
    }
    this.#ranks = ranks;
  }

  #walkSection(
    section: Section,
    source: JsonObject,
    ranks: Uint16Array,
    body: Draft,
    record: Recorder | undefined,
  ): void {
    for (const key in source) {
      if (!Object.prototype.hasOwnProperty.call(source, key)) continue;
      const value = source[key];
      if (typeof value === 'object' && value !== null) requireShallow(value, joinPath(section.root, key));

      const entry = section.entries.get(key);
      if (entry === undefined) {
        record?.dropped(joinPath(section.root, key), value === null ? 'empty' : 'unmapped', value);
        continue;
      }
      if (entry.reserved) record?.dropped(joinPath(section.root, key), 'reserved', value);
      for (const target of entry.targets) this.#offer(target, value, section, key, ranks, body, record);
    }
    for (const { keys, target } of section.nested) {
      const value = dig(source, keys);
      if (value !== undefined) this.#offer(target, value, section, keys.join('.'), ranks, body, record);
    }
  }

  /** Writes a value unless a better source wrote already, or it does not convert. */
  #offer(
    target: Target,
    value: unknown,
    section: Section,
    name: string,
    ranks: Uint16Array,
    body: Draft,
    record: Recorder | undefined,
  ): void {
    if (target.rank < ranks[target.slot]!) {
      const converted = target.convert(value);
      if (converted !== undefined) {
        ranks[target.slot] = target.rank;
        write(body, target.to, converted);
        record?.wrote(this.object, target.label, joinPath(section.root, name), value);
      } else {
        record?.dropped(joinPath(section.root, name), reasonUnusable(value), value);
      }
    } else {
      record?.passedOver(this.object, target.label, joinPath(section.root, name), value);
    }
  }
}

function write(body: Draft, path: readonly string[], value: unknown): void {
  let object = body;
  const last = path.length - 1;
  for (let at = 0; at < last; at += 1) object = (object[path[at]!] ??= {}) as Draft;
  object[path[last]!] = value;
}

/** The value at a path of own keys through objects. */
function dig(source: JsonObject, keys: readonly string[]): unknown {
  let value: unknown = source;
  for (const key of keys) {
    if (!isObject(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}
