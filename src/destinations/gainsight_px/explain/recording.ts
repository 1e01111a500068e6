import {
  isDate,
  typeName,
  type DropReason,
  type PlanObject,
  type Recorder,
  type PlanNote,
} from '../../../core/index.js';
import type { DroppedValue, ExplainedField } from './explanation.js';

/**
 * Longer names and paths are not stored in sets and maps: with many long texts these take quadratic time. Nothing is lost,
 * because a value that two fields read has a shorter path, from the tables or the configuration.
 */
const LONGEST_HASHED = 4_096;

/** A placeholder that was passed over, and the field that it was meant for. */
export interface JunkId {
  readonly path: string;
  readonly field: string;
}

/** Reasons that say only that one field does not get the value. */
const IN_THE_PLAN: ReadonlySet<DropReason> = new Set(['shadowed', 'unmapped']);

/** Listens to one message's mapping, and says afterwards where each field came from and what was dropped. */
export class Recording implements Recorder {
  readonly #fields: ExplainedField[] = [];
  /** What stood in the event, field by field. */
  readonly #raw: unknown[] = [];
  /** Where in `#fields` each field is first, as far as it was asked for: few events ask, and one may ask for 100,000. */
  readonly #places = new Map<string, number>();
  /** How many fields are in `#places`. */
  #indexed = 0;
  readonly #dropped: (DroppedValue & { readonly to: string | undefined })[] = [];
  readonly #seen = new Set<string>();
  readonly #notes: PlanNote[] = [];
  readonly #junkIds: JunkId[] = [];

  wrote({ object, steps }: PlanObject, to: string, from: string, value: unknown, raw: unknown = value): void {
    this.#fields.push({ object, to, from, value, steps });
    this.#raw.push(raw);
  }

  replaced(place: PlanObject, to: string, from: string, value: unknown, raw: unknown): void {
    const at = this.#find(place, to);
    if (at === -1) {
      this.wrote(place, to, from, value, raw);
      return;
    }
    const before = this.#fields[at]!;
    const rawBefore = this.#raw[at];
    this.#fields[at] = { object: place.object, to, from, value, steps: place.steps };
    this.#raw[at] = raw;
    this.passedOver(place, to, before.from, before.value, rawBefore);
  }

  withdrawn(place: PlanObject, to: string): void {
    const at = this.#find(place, to);
    if (at === -1) return;
    const [before] = this.#fields.splice(at, 1);
    const [raw] = this.#raw.splice(at, 1);
    this.#places.clear();
    this.#indexed = 0;
    this.dropped(before!.from, 'shadowed', raw, to);
  }

  passedOver(place: PlanObject, to: string, from: string, value: unknown, raw: unknown): void {
    const winner = this.#fields[this.#find(place, to)];
    // The same value in two places is the habit of most SDKs: nothing is lost by taking one.
    if (winner?.value !== value) this.dropped(from, 'shadowed', raw, to);
  }

  dropped(path: string, reason: DropReason, value: unknown, to?: string): void {
    // Read for two fields, a value is still dropped once.
    if (path.length <= LONGEST_HASHED) {
      const key = `${reason} ${path}`;
      if (this.#seen.has(key)) return;
      this.#seen.add(key);
    }
    this.#dropped.push({ path, reason, type: typeName(value), to });
    if (reason === 'junkId' && to !== undefined) this.#junkIds.push({ path, field: to });
  }

  noted(note: PlanNote): void {
    this.#notes.push(note);
  }

  get notes(): readonly PlanNote[] {
    return this.#notes;
  }

  get fields(): readonly ExplainedField[] {
    return this.#fields;
  }

  /** A value that feeds another field than the one it was dropped for is in the plan. */
  get droppedValues(): readonly DroppedValue[] {
    const fedBy = new Map<string, Set<string>>();
    // Most events have nothing of which it must be known.
    const fields = this.#dropped.some(({ reason }) => IN_THE_PLAN.has(reason)) ? this.#fields : [];
    for (const { from, to } of fields) {
      if (from.length <= LONGEST_HASHED) fedBy.set(from, (fedBy.get(from) ?? new Set()).add(to));
    }
    const isSent = (path: string, to: string | undefined): boolean =>
      [...(fedBy.get(path) ?? [])].some((field) => field !== to);
    return this.#dropped
      .filter(({ path, reason, to }) => !IN_THE_PLAN.has(reason) || !isSent(path, to))
      .map(({ path, reason, type }) => ({ path, reason, type }));
  }

  /** The fields whose value is, holds or was a number that JSON readers round. */
  get inexactFields(): readonly ExplainedField[] {
    return this.#fields.filter((field, at) => isInexact(field.value, this.#raw[at]));
  }

  get junkIds(): readonly JunkId[] {
    return this.#junkIds;
  }

  #indexFields(): void {
    for (; this.#indexed < this.#fields.length; this.#indexed += 1) {
      const { object, to } = this.#fields[this.#indexed]!;
      const key = `${object} ${to}`;
      if (to.length <= LONGEST_HASHED && !this.#places.has(key)) this.#places.set(key, this.#indexed);
    }
  }

  #find({ object }: PlanObject, to: string): number {
    this.#indexFields();
    if (to.length <= LONGEST_HASHED) return this.#places.get(`${object} ${to}`) ?? -1;
    return this.#fields.findIndex((field) => field.to === to && field.object === object);
  }
}

function isInexact(value: unknown, raw: unknown): boolean {
  if (isBeyondSafe(value) || isBeyondSafe(raw)) return true;
  // An object or array was written as its JSON text, which is what can be walked safely.
  return typeof value === 'string' && typeof raw === 'object' && !isDate(raw) && holdsBeyondSafe(value);
}

function holdsBeyondSafe(json: string): boolean {
  let found = false;
  JSON.parse(json, (_key, inner: unknown) => {
    found ||= isBeyondSafe(inner);
    return inner;
  });
  return found;
}

function isBeyondSafe(value: unknown): boolean {
  return typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER;
}
