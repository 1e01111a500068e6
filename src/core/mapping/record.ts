import type { PlanNote } from '../plan.js';
import { isInexactId, isJunkId } from '../convert/id.js';

/** Why a value of an event is not in its plan. The list is closed. */
export type DropReason =
  /** No field and no map row reads it. */
  | 'unmapped'
  /** Null, blank, or an object with nothing in it. */
  | 'empty'
  /** Not of the field's type. */
  | 'unconvertible'
  /** Another source of the same field came first, with another value. */
  | 'shadowed'
  /** `__proto__`, `constructor` or `prototype`. */
  | 'reserved'
  /** The configuration keeps it out: `stripUrlQuery`. */
  | 'stripped'
  /** A text that programs write where they have no id (`undefined`, `null` …): many would share it. */
  | 'junkId'
  /** A number as an id that JSON readers round. */
  | 'idNotExact'
  /** A trait called like a preference, but neither true nor false. */
  | 'preferenceNotBoolean'
  /** `traits`, `context`, `properties` … that is not an object: all of it counts as absent. */
  | 'notAnObject';

/** The objects of the destination that fields are written to. */
export type MappedObject = 'user' | 'account' | 'event' | 'preferences';

/** What a field is written into: an object of the destination, and the steps of the plan whose requests send it. */
export interface PlanObject {
  readonly object: MappedObject;
  readonly steps: readonly string[];
}

/**
 * What the mapping tells while it runs, if somebody listens. It is handed to the very code that maps, so that what is explained
 * cannot differ from what is sent.
 */
export interface Recorder {
  /**
   * A field got its value; `to` is dotted, `from` a path into the event, or `config.…`, `constant`, `default: …`. `raw` is what stood there,
   * where the value was converted.
   */
  wrote(place: PlanObject, to: string, from: string, value: unknown, raw?: unknown): void;
  /** As `wrote`, for a field that had got a value from a source of lower precedence. */
  replaced(place: PlanObject, to: string, from: string, value: unknown, raw: unknown): void;
  /** A usable value lost to another source of the same field. */
  passedOver(place: PlanObject, to: string, from: string, value: unknown, raw: unknown): void;
  /** A field that had got a value is not written after all. */
  withdrawn(place: PlanObject, to: string): void;
  /** A value of the event is not in the plan. `to` is the field that it was meant for, where there is one. */
  dropped(path: string, reason: DropReason, value: unknown, to?: string): void;
  /** The plan leaves something out, whatever the destination answers. */
  noted(note: PlanNote): void;
}

/** The reason for a value that did not convert: there was none, or it was of another type. */
export function reasonUnusable(value: unknown, isId = false): DropReason {
  if (isId && isJunkId(value)) return 'junkId';
  if (isId && isInexactId(value)) return 'idNotExact';
  return value === null || value === undefined || (typeof value === 'string' && value.trim() === '')
    ? 'empty'
    : 'unconvertible';
}

/** A path into the event: root and name, joined as a reader would write them. */
export function joinPath(root: string, name: string): string {
  return root === '' ? name : `${root}.${name}`;
}
