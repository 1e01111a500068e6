import type { Converter } from '../convert/convert.js';
import type { SourceRoot } from './table.js';

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
  /** Whether it is the id of another object: then a number that is not exact bars all later sources. */
  readonly isId: boolean;
}

/** What becomes of one name of a section. */
export interface Entry {
  readonly targets: readonly Target[];
  /** What is read from inside of its value. */
  readonly inner: readonly InnerSource[];
  /** The only target, where nothing else is to be done with the name. */
  readonly only: Target | undefined;
  /** Whether the walk tells its caller that the name was there. */
  readonly watched: boolean;
  /** Whether a map row wants it under a name that is never written. */
  readonly reserved: boolean;
  /** Whether other code reads it. */
  readonly alsoRead: boolean;
}

/** A source that is a dotted path: the keys in the value of its first name. */
export interface InnerSource {
  readonly keys: readonly string[];
  readonly target: Target;
}

/** One walked object of the message, such as `traits`: an index from the names in it to what becomes of them. */
export interface Section {
  readonly root: SourceRoot;
  readonly entries: ReadonlyMap<string, Entry>;
}

/** A mapping table turned round: from the names an event may hold to the fields they feed. */
export interface CompiledTable {
  readonly sections: readonly Section[];
  /** How many targets there are. */
  readonly slots: number;
}
