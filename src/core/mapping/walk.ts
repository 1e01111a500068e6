import { isObject, type JsonObject } from '../json/json-object.js';
import { requireShallow } from '../json/depth.js';
import { isBlank } from '../text/characters.js';
import {
  MAX_RANKS,
  type CompiledTable,
  type InnerSource,
  type Section,
  type Target,
} from './compiled-table.js';
import { isInexactId } from '../convert/id.js';
import { joinPath, reasonUnusable, type PlanObject, type Recorder } from './record.js';
import { sourceOf, type Sources } from './sources.js';

/** A body while it is written. */
export type BodyDraft = Record<string, unknown>;

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
  readonly #place: PlanObject;
  #scores: Int32Array | undefined;
  #walk = 0;

  constructor(table: CompiledTable, place: PlanObject) {
    this.#sections = table.sections;
    this.#slots = table.slots;
    this.#place = place;
  }

  /**
   * Whether one of the table's watched names was there.
   *
   * @throws InstrumentationError `nested_too_deep`
   */
  walk(sources: Sources, body: BodyDraft, record: Recorder | undefined): boolean {
    // Taken, not shared: a getter in an event may lead back into this walker before the walk is over.
    const scores = this.#scores ?? new Int32Array(this.#slots);
    this.#scores = undefined;
    if (this.#walk >= LAST_WALK) {
      this.#walk = 0;
      scores.fill(0);
    }
    this.#walk += SCORES_PER_WALK;
    const walk = this.#walk;
    let watched = false;
    for (const section of this.#sections) {
      const source = sourceOf(sources, section.root);
      if (source !== undefined && this.#walkSection(section, source, scores, walk, body, record))
        watched = true;
    }
    // Not kept when another walk came between: its scores may have started anew.
    if (walk === this.#walk) this.#scores = scores;
    return watched;
  }

  #walkSection(
    section: Section,
    source: JsonObject,
    scores: Int32Array,
    walk: number,
    body: BodyDraft,
    record: Recorder | undefined,
  ): boolean {
    let watched = false;
    for (const key in source) {
      if (!Object.prototype.hasOwnProperty.call(source, key)) continue;
      const value = source[key];
      if (typeof value === 'object' && value !== null) requireShallow(value, section.root, key);

      const entry = section.entries.get(key);
      if (entry === undefined) {
        record?.dropped(joinPath(section.root, key), value === null ? 'empty' : 'unmapped', value);
        continue;
      }
      if (record === undefined && entry.only !== undefined) {
        // What nearly every name comes to, without a loop: it took 8 % off an identify.
        offer(entry.only, value, scores, walk, body);
        continue;
      }
      if (entry.watched) watched = true;
      const path = joinPath(section.root, key);
      for (const target of entry.targets) {
        const offered = offer(target, value, scores, walk, body);
        if (record !== undefined) this.#tell(record, offered, target, path, value);
      }
      for (const { keys, target } of entry.inner) {
        const found = dig(value, keys);
        if (found === undefined) continue;
        const offered = offer(target, found, scores, walk, body);
        if (record !== undefined) this.#tell(record, offered, target, joinPath(path, keys.join('.')), found);
      }
      if (record === undefined) continue;
      if (entry.reserved) record.dropped(path, 'reserved', value);
      else if (entry.targets.length === 0 && !entry.alsoRead) tellUnread(record, entry.inner, path, value);
    }
    return watched;
  }

  #tell(record: Recorder, offered: Offered, target: Target, path: string, raw: unknown): void {
    if (offered === 'barred') record.withdrawn(this.#place, target.label);
    const value = target.convert(raw);
    if (value === undefined) record.dropped(path, reasonUnusable(raw, target.isId), raw, target.label);
    else if (offered === 'first') record.wrote(this.#place, target.label, path, value, raw);
    else if (offered === 'better') record.replaced(this.#place, target.label, path, value, raw);
    else record.passedOver(this.#place, target.label, path, value, raw);
  }
}

/** What became of a value that was offered to a target; `barred` takes back what a later source had written. */
type Offered = 'first' | 'better' | 'not taken' | 'barred';

/** Writes a value unless a better source wrote already, or it does not convert. */
function offer(target: Target, raw: unknown, scores: Int32Array, walk: number, body: BodyDraft): Offered {
  // Any score of this walk is above `walk`, and the better the source, the higher.
  const best = walk + SCORES_PER_WALK - target.rank;
  const before = scores[target.slot]!;
  if (best <= before) return 'not taken';
  const value = target.convert(raw);
  if (value === undefined) {
    if (!target.isId || !isInexactId(raw)) return 'not taken';
    scores[target.slot] = best;
    if (before <= walk) return 'not taken';
    erase(body, target);
    return 'barred';
  }
  const score = target.takesBlank && typeof value === 'string' && isBlank(value) ? best - MAX_RANKS : best;
  if (score <= before) return 'not taken';
  scores[target.slot] = score;
  write(body, target, value);
  return before > walk ? 'better' : 'first';
}

function write(body: BodyDraft, target: Target, value: unknown): void {
  let object = body;
  for (const key of target.within) object = (object[key] ??= {}) as BodyDraft;
  object[target.key] = value;
}

/** Takes back a field, which may have been barred before. */
function erase(body: BodyDraft, target: Target): void {
  let object = body;
  for (const key of target.within) object = object[key] as BodyDraft;
  Reflect.deleteProperty(object, target.key);
}

/** Tells what no source reads of a value: all of it, or the keys beside those that are read. */
function tellUnread(record: Recorder, inner: readonly InnerSource[], path: string, value: unknown): void {
  if (!isObject(value) || !inner.some(({ keys }) => dig(value, keys) !== undefined)) {
    record.dropped(path, value === null ? 'empty' : 'unmapped', value);
    return;
  }
  for (const key of Object.keys(value)) {
    const deeper = inner.filter(({ keys }) => keys[0] === key).map((source) => within(source));
    if (!deeper.some(({ keys }) => keys.length === 0))
      tellUnread(record, deeper, joinPath(path, key), value[key]);
  }
}

function within({ keys, target }: InnerSource): InnerSource {
  return { keys: keys.slice(1), target };
}

/** The value at a path of own keys through objects. */
function dig(source: unknown, keys: readonly string[]): unknown {
  let value: unknown = source;
  for (const key of keys) {
    if (!isObject(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}
