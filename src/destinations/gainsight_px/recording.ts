import { typeName } from '../../core/json-object.js';
import type { DropReason, Place, Recorder } from '../../core/mapping/record.js';
import type { PlanNote } from '../../core/plan.js';
import type { DroppedValue, ExplainedField } from './explain.js';

/**
 * What is read for two fields has a name from the tables or the configuration. Longer paths are not compared: a set of long texts takes time in
 * the square of their number.
 */
const LONGEST_READ_TWICE = 4_096;

/** Listens to one message's mapping, and says afterwards where each field came from and what was dropped. */
export class Recording implements Recorder {
  readonly #fields: ExplainedField[] = [];
  readonly #dropped: DroppedValue[] = [];
  readonly #seen = new Set<string>();
  readonly #notes: PlanNote[] = [];

  wrote({ object, steps }: Place, to: string, from: string, value: unknown): void {
    this.#fields.push({ object, to, from, value, steps });
  }

  replaced(place: Place, to: string, from: string, value: unknown): void {
    const at = this.#find(place, to);
    const before = this.#fields[at];
    this.#fields[at] = { object: place.object, to, from, value, steps: place.steps };
    if (before !== undefined) this.passedOver(place, to, before.from, before.value);
  }

  passedOver(place: Place, to: string, from: string, value: unknown): void {
    const winner = this.#fields[this.#find(place, to)];
    // The same value in two places is the habit of most SDKs: nothing is lost by taking one.
    if (winner?.value !== value) this.dropped(from, 'shadowed', value);
  }

  dropped(path: string, reason: DropReason, value: unknown): void {
    // Read for two fields, a value is still dropped once.
    if (path.length <= LONGEST_READ_TWICE) {
      const key = `${reason} ${path}`;
      if (this.#seen.has(key)) return;
      this.#seen.add(key);
    }
    this.#dropped.push({ path, reason, type: typeName(value) });
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

  get droppedValues(): readonly DroppedValue[] {
    return this.#dropped;
  }

  #find({ object }: Place, to: string): number {
    return this.#fields.findIndex((field) => field.to === to && field.object === object);
  }
}
