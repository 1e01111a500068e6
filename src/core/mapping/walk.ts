import { isObject, type JsonObject } from '../json-object.js';
import { requireShallow } from '../limits.js';
import { isBlank } from './convert.js';
import { MAX_RANKS, type CompiledTable, type Section, type Target } from './compile.js';
import { joinPath, reasonUnusable, type Place, type Recorder } from './record.js';
import { sourceOf, type Sources } from './sources.js';

/** A body while it is written. */
export type Draft = Record<string, unknown>;

/** Scores of one walk lie above those of all walks before, by the rank of their source. */
const SCORES_PER_WALK = 2 * MAX_RANKS;
/** Where scores would leave the range of small integers, which the engine keeps unboxed. */
const LAST_WALK = 2 ** 30;

/**
 * Writes a table's fields of one message into a body.
 *
 * One instance belongs to one compiled table. It keeps an array between walks only to reuse its memory: scores rise from walk to
 * walk, so that nothing of one event is seen by the next.
 */
export class Walker {
  readonly #sections: readonly Section[];
  readonly #slots: number;
  readonly #place: Place;
  #scores: Int32Array | undefined;
  #walk = 0;

  constructor(table: CompiledTable, place: Place) {
    this.#sections = table.sections;
    this.#slots = table.slots;
    this.#place = place;
  }

  /** @throws InstrumentationError `nested_too_deep` */
  walk(sources: Sources, body: Draft, record: Recorder | undefined): void {
    // Taken, not shared: a getter in an event may lead back into this walker before the walk is over.
    const scores = this.#scores ?? new Int32Array(this.#slots);
    this.#scores = undefined;
    if (this.#walk >= LAST_WALK) {
      this.#walk = 0;
      scores.fill(0);
    }
    this.#walk += SCORES_PER_WALK;
    const walk = this.#walk;
    for (const section of this.#sections) {
      const source = sourceOf(sources, section.root);
      if (source !== undefined) this.#walkSection(section, source, scores, walk, body, record);
    }
    // Not kept when another walk came between: its scores may have started anew.
    if (walk === this.#walk) this.#scores = scores;
  }

  #walkSection(
    section: Section,
    source: JsonObject,
    scores: Int32Array,
    walk: number,
    body: Draft,
    record: Recorder | undefined,
  ): void {
    for (const key in source) {
      if (!Object.prototype.hasOwnProperty.call(source, key)) continue;
      const value = source[key];
      if (typeof value === 'object' && value !== null) requireShallow(value, section.root, key);

      const entry = section.entries.get(key);
      if (entry === undefined) {
        if (record !== undefined && !isReadWithin(section, source, key)) {
          record.dropped(joinPath(section.root, key), value === null ? 'empty' : 'unmapped', value);
        }
        continue;
      }
      if (record === undefined && entry.targets.length === 1) {
        // What nearly every name comes to, without a loop: it took 8 % off an identify.
        offer(entry.targets[0]!, value, scores, walk, body);
        continue;
      }
      if (entry.reserved) record?.dropped(joinPath(section.root, key), 'reserved', value);
      for (const target of entry.targets) {
        const written = offer(target, value, scores, walk, body);
        if (record !== undefined) this.#tell(record, written, target, joinPath(section.root, key), value);
      }
    }
    for (const { keys, target } of section.nested) {
      const value = dig(source, keys);
      if (value === undefined) continue;
      const written = offer(target, value, scores, walk, body);
      if (record !== undefined)
        this.#tell(record, written, target, joinPath(section.root, keys.join('.')), value);
    }
  }

  #tell(record: Recorder, offered: Offered, target: Target, path: string, raw: unknown): void {
    const value = target.convert(raw);
    if (value === undefined) record.dropped(path, reasonUnusable(raw), raw);
    else if (offered === 'first') record.wrote(this.#place, target.label, path, value);
    else if (offered === 'better') record.replaced(this.#place, target.label, path, value);
    else record.passedOver(this.#place, target.label, path, value);
  }
}

/** What became of a value that was offered to a target. */
type Offered = 'first' | 'better' | 'not taken';

/** Writes a value unless a better source wrote already, or it does not convert. */
function offer(target: Target, raw: unknown, scores: Int32Array, walk: number, body: Draft): Offered {
  // Any score of this walk is above `walk`, and the better the source, the higher.
  const best = walk + SCORES_PER_WALK - target.rank;
  const before = scores[target.slot]!;
  if (best <= before) return 'not taken';
  const value = target.convert(raw);
  if (value === undefined) return 'not taken';
  const score = target.takesBlank && typeof value === 'string' && isBlank(value) ? best - MAX_RANKS : best;
  if (score <= before) return 'not taken';
  scores[target.slot] = score;
  write(body, target, value);
  return before > walk ? 'better' : 'first';
}

function write(body: Draft, target: Target, value: unknown): void {
  let object = body;
  for (const key of target.within) object = (object[key] ??= {}) as Draft;
  object[target.key] = value;
}

/** Whether an attribute is read from inside of the value of `key`. */
function isReadWithin(section: Section, source: JsonObject, key: string): boolean {
  return section.nested.some(({ keys }) => keys[0] === key && dig(source, keys) !== undefined);
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
