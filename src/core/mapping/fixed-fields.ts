import { deepFreeze } from '../json/json-object.js';
import type { PlanObject, Recorder } from './record.js';
import type { BodyDraft } from './walk.js';

/** The keys of `Config` whose values a field of type `V` takes. */
type ConfigKey<Config, V> = { [K in keyof Config]-?: Config[K] extends V ? K : never }[keyof Config];
type Element<V> = V extends readonly (infer E)[] ? E : never;

/**
 * A row of a mapping whose value does not come from the message: a constant, or a value of the configuration, as it is or as a list of one.
 *
 * A target that `T` does not have, and a value that does not fit it, do not compile.
 */
export type FixedRow<T, Config> = {
  [P in keyof T & string]-?:
    | { readonly to: P; readonly constant: NonNullable<T[P]> }
    | { readonly to: P; readonly config: ConfigKey<Config, NonNullable<T[P]>> }
    | { readonly to: P; readonly config: ConfigKey<Config, Element<NonNullable<T[P]>>>; readonly as: 'list' };
}[keyof T & string];

/** A fixed row of any table, for code that treats all alike. */
export type AnyFixedRow =
  | { readonly to: string; readonly constant: unknown }
  | { readonly to: string; readonly config: string; readonly as?: 'list' };

/** A body that has the field of every one of these rows. */
export type BodyWith<Rows extends readonly AnyFixedRow[]> = BodyDraft & Record<Rows[number]['to'], unknown>;

/** The fixed rows of one object of the destination, with the values that one configuration gives them. */
export class FixedFields<const Rows extends readonly AnyFixedRow[]> {
  /**
   * The values by field. A mapper names each of them in the literal that starts a body, and {@link BodyWith} fails to compile where one is
   * missing: V8 adds fields to a literal ten times faster than to a spread (Node 20).
   */
  readonly values: Readonly<Record<Rows[number]['to'], unknown>>;

  constructor(
    private readonly rows: Rows,
    config: Readonly<Record<Extract<Rows[number], { readonly config: string }>['config'], unknown>>,
  ) {
    const values: Record<string, unknown> = {};
    for (const row of rows) values[row.to] = valueOf(row, config);
    this.values = values as Record<Rows[number]['to'], unknown>;
  }

  /** Reports every field as written into `object`. */
  report(object: PlanObject, record: Recorder | undefined): void {
    if (record === undefined) return;
    for (const row of this.rows) {
      const from = 'constant' in row ? 'constant' : `config.${row.config}`;
      record.wrote(object, row.to, from, this.values[row.to as Rows[number]['to']]);
    }
  }
}

function valueOf(row: AnyFixedRow, config: object): unknown {
  if ('constant' in row) return row.constant;
  const value = (config as Readonly<Record<string, unknown>>)[row.config];
  // All bodies share the list.
  return row.as === 'list' ? deepFreeze([value]) : value;
}
