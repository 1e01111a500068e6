import type { Converted, ConverterName } from '../convert/convert.js';

/** The objects of a message that fields are read from, by their path; '' is the message itself. */
export type SourceRoot = '' | 'traits' | 'properties' | 'context' | 'context.traits' | 'context.page';

/** Where a value is read from: a root and one name in it. A wrong root does not compile. */
export type SourcePath =
  | 'userId'
  | 'anonymousId'
  | 'groupId'
  | 'event'
  | 'messageId'
  | 'timestamp'
  | 'originalTimestamp'
  | `traits.${string}`
  | `properties.${string}`
  | `context.${'ip' | 'groupId' | 'sessionId' | 'timestamp'}`
  | `context.traits.${string}`
  | `context.page.${string}`;

/** The dotted paths to the single values of `T`: `location.coordinates.latitude`. Arrays and free-form maps are no leaves. */
export type LeafPath<T> = {
  [K in keyof T & string]-?: NonNullable<T[K]> extends readonly unknown[]
    ? never
    : NonNullable<T[K]> extends object
      ? string extends keyof NonNullable<T[K]>
        ? never
        : `${K}.${LeafPath<NonNullable<T[K]>>}`
      : K;
}[keyof T & string];

/** The type at a dotted path of `T`. */
export type LeafType<T, P extends string> = P extends `${infer Head}.${infer Rest}`
  ? Head extends keyof T
    ? LeafType<NonNullable<T[Head]>, Rest>
    : never
  : P extends keyof T
    ? NonNullable<T[P]>
    : never;

type ConverterFor<V> = { [C in ConverterName]: Converted[C] extends V ? C : never }[ConverterName];

/**
 * One row of a mapping: the target field, its sources in order of precedence (the first usable wins), the converter's name.
 *
 * A target that `T` does not have, a source root that does not exist, or a converter whose result does not fit the target
 * does not compile. Rows hold no functions, so that the documentation can be generated from them.
 */
export type Row<T> = {
  [P in LeafPath<T>]: {
    readonly to: P;
    readonly from: readonly [SourcePath, ...SourcePath[]];
    readonly as: ConverterFor<LeafType<T, P>>;
  };
}[LeafPath<T>];

/** A row of any table, for code that treats all alike. */
export interface AnyRow {
  readonly to: string;
  readonly from: readonly SourcePath[];
  readonly as: ConverterName;
}
