import { isObject, type JsonObject } from '../json/json-object.js';
import { MAX_DEPTH, requireShallow } from '../json/depth.js';
import { isReservedKey } from '../convert/attribute-value.js';
import { toEventAttribute, type Attributes, type CopyPaths } from './copy-attributes.js';
import { joinPath, reasonUnusable, type Recorder } from './record.js';

/**
 * How many characters the names of one event may grow by. A long name above many short ones would otherwise become hundreds of times
 * the size of the event.
 */
const MOST_ADDED_CHARACTERS = 1_000_000;

/** An object that is taken apart, and what comes before the names in it. */
interface Part {
  readonly prefix: string;
  readonly object: JsonObject;
}

/**
 * As `copyAttributes`, but nested objects are taken apart: their values get dotted names (`order.total`). Arrays stay JSON text, and so
 * does an object that says itself how it is written (`toJSON`). Of several values with the same name the least nested wins, then the first.
 *
 * Once the names would grow by more than 1,000,000 characters, further objects stay JSON text.
 *
 * @throws InstrumentationError `nested_too_deep`
 * @example
 * flattenAttributes({ order: { total: 7, items: [1] } }, paths, undefined); // { 'order.total': 7, 'order.items': '[1]' }
 */
export function flattenAttributes(
  source: JsonObject,
  paths: CopyPaths,
  record: Recorder | undefined,
): Attributes {
  const flattening = new Flattening(paths, record);
  let parts: readonly Part[] = [{ prefix: '', object: source }];
  // Level by level: what is less nested is written first.
  for (let level = 0; parts.length > 0; level += 1) {
    parts = parts.flatMap((part) => flattening.write(part, level));
  }
  return flattening.attributes;
}

class Flattening {
  readonly attributes: Attributes = {};
  #added = 0;

  constructor(
    private readonly paths: CopyPaths,
    private readonly record: Recorder | undefined,
  ) {}

  /** Writes what is not an object, and gives the objects that are to be taken apart. */
  write({ prefix, object }: Part, level: number): Part[] {
    const inner: Part[] = [];
    for (const key of Object.keys(object)) {
      if (level === 0 && key === this.paths.except) continue;
      const raw = object[key];
      const name = prefix + key;
      if (isReservedKey(key)) {
        this.record?.dropped(joinPath(this.paths.from, name), 'reserved', raw);
      } else if (isObject(raw) && typeof raw.toJSON !== 'function' && this.#takesApart(raw, name)) {
        if (level >= MAX_DEPTH) requireShallow(raw, this.paths.from, name, level);
        inner.push({ prefix: `${name}.`, object: raw });
        if (Object.keys(raw).length === 0)
          this.record?.dropped(joinPath(this.paths.from, name), 'empty', raw);
      } else {
        this.#writeValue(name, raw, level);
      }
    }
    return inner;
  }

  #takesApart(object: JsonObject, name: string): boolean {
    const added = Object.keys(object).length * (name.length + 1);
    if (added === 0) return true;
    this.#added += added;
    return this.#added <= MOST_ADDED_CHARACTERS;
  }

  #writeValue(name: string, raw: unknown, level: number): void {
    const { from, place, to } = this.paths;
    const path = joinPath(from, name);
    const value = toEventAttribute(raw, from, name, level);
    if (value === undefined) {
      this.record?.dropped(path, reasonUnusable(raw), raw);
    } else if (Object.hasOwn(this.attributes, name)) {
      this.record?.passedOver(place, `${to}.${name}`, path, value, raw);
    } else {
      this.attributes[name] = value;
      this.record?.wrote(place, `${to}.${name}`, path, value, raw);
    }
  }
}
