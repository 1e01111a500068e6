import { CONVERTERS, type Converted, type Converter, type ConverterName } from '../convert/convert.js';
import { isInexactId } from '../convert/id.js';
import { reasonUnusable, type PlanObject, type Recorder } from './record.js';
import { sourceOf, type Sources } from './sources.js';
import type { AnyRow, SourcePath, SourceRoot } from './table.js';

interface CompiledSource {
  readonly root: SourceRoot;
  readonly name: string;
  readonly path: string;
}

/** A row whose paths are split and whose converter is looked up: made once, read per event. */
export interface CompiledRow<T = unknown> {
  readonly to: string;
  readonly from: readonly CompiledSource[];
  readonly convert: Converter<T>;
  /** Whether the values are ids: then a number that is not exact ends the search. */
  readonly isId: boolean;
}

/** A value, and the path it came from. */
export interface FoundValue<T> {
  readonly value: T;
  readonly path: string;
}

const ROOTS: readonly SourceRoot[] = ['context.traits', 'context.page', 'context', 'traits', 'properties'];

/** Splits a source path into its root and the name in it, which may itself hold dots. */
export function splitSource(path: SourcePath): CompiledSource {
  const root = ROOTS.find((candidate) => path.startsWith(`${candidate}.`)) ?? '';
  return { root, name: root === '' ? path : path.slice(root.length + 1), path };
}

/** Compiles a row to be read with {@link findRow}: for the few fields that are looked up one by one. */
export function compileRow<C extends ConverterName>(
  row: AnyRow & { readonly as: C },
): CompiledRow<Converted[C]> {
  return {
    to: row.to,
    from: row.from.map(splitSource),
    convert: CONVERTERS[row.as],
    isId: row.as === 'id',
  };
}

/**
 * The first usable value among a row's sources, and the path it came from; `undefined` when there is none. What is passed over
 * because it does not convert is reported.
 *
 * An id that is not exact ends the search, as another source may name another object.
 */
export function findRow<T>(
  sources: Sources,
  row: CompiledRow<T>,
  record: Recorder | undefined,
): FoundValue<T> | undefined {
  for (const source of row.from) {
    const object = sourceOf(sources, source.root);
    if (object === undefined) continue;
    const raw = object[source.name];
    if (raw === undefined) continue;
    const value = row.convert(raw);
    if (value !== undefined) return { value, path: source.path };
    record?.dropped(source.path, reasonUnusable(raw, row.isId), raw, row.to);
    if (row.isId && isInexactId(raw)) return undefined;
  }
  return undefined;
}

/** The field that a row writes. */
type FieldOf = Pick<AnyRow, 'to'>;

/** Reports that a found value is written into the field of a row. */
export function reportFound(
  row: FieldOf,
  found: FoundValue<unknown>,
  object: PlanObject,
  record: Recorder | undefined,
): void {
  record?.wrote(object, row.to, found.path, found.value);
}

/** Reports that a found value fills in the field of a row, because no source of the field itself does. */
export function reportDefault(
  row: FieldOf,
  found: FoundValue<unknown>,
  object: PlanObject,
  record: Recorder | undefined,
): void {
  record?.wrote(object, row.to, `default: ${found.path}`, found.value);
}

/**
 * Reports the usable and unusable values behind the one that {@link findRow} took, in those objects where each name must be accounted for.
 * The same value once more is not reported: nothing is lost.
 */
export function reportBehind<T>(
  sources: Sources,
  row: CompiledRow<T>,
  found: FoundValue<T>,
  roots: readonly SourceRoot[],
  record: Recorder,
): void {
  const behind = row.from.slice(row.from.findIndex(({ path }) => path === found.path) + 1);
  for (const { root, name, path } of behind) {
    const raw = roots.includes(root) ? sourceOf(sources, root)?.[name] : undefined;
    if (raw === undefined) continue;
    const value = row.convert(raw);
    if (value === found.value) continue;
    record.dropped(path, value === undefined ? reasonUnusable(raw, row.isId) : 'shadowed', raw, row.to);
  }
}
