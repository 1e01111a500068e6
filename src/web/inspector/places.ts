import { isObject } from '../../core/index.js';
import type {
  DestinationConfig,
  ExplainedField,
  Explanation,
} from '../../destinations/gainsight_px/index.js';
import type { Place } from './highlight.js';

/** Where the value of a field comes from. */
export type FieldSource =
  /** `isDefault`: no source of the field itself has a value, so this one fills it in. */
  | { readonly in: 'event'; readonly path: string; readonly isDefault: boolean }
  | { readonly in: 'config'; readonly path: string }
  | { readonly in: 'constant' };

type Config = Partial<DestinationConfig>;

const CONFIG = 'config.';
const DEFAULT = 'default: ';

/**
 * Reads the `from` of an explained field.
 *
 * @example
 * sourceOf({ from: 'default: timestamp' }); // { in: 'event', path: 'timestamp', isDefault: true }
 */
export function sourceOf({ from }: Pick<ExplainedField, 'from'>): FieldSource {
  if (from === 'constant') return { in: 'constant' };
  if (from.startsWith(CONFIG)) return { in: 'config', path: from.slice(CONFIG.length) };
  if (from.startsWith(DEFAULT)) return { in: 'event', path: from.slice(DEFAULT.length), isDefault: true };
  return { in: 'event', path: from, isDefault: false };
}

/** The place of a field in the plan. */
export function planPlace({ object, to }: Pick<ExplainedField, 'object' | 'to'>): Place {
  return { in: 'plan', path: `${object}:${to}` };
}

/**
 * All places that belong together with one: the place itself, the fields of the plan that it feeds (or is), their sources in the
 * event, and the values and rows of the configuration that make them.
 *
 * A value inside of one that is sent as a whole belongs to the field of that one; an object that no field reads belongs to the fields that
 * read something in it.
 *
 * @param config the configuration that was explained; without it no row of a map is named
 * @example
 * placesOf(explanation, { in: 'event', path: 'traits.city' });
 * // [{ in: 'event', path: 'traits.city' }, { in: 'plan', path: 'user:location.city' }]
 */
export function placesOf(
  { fields }: Pick<Explanation, 'fields'>,
  place: Place,
  config: Config = {},
): readonly Place[] {
  const together = fieldsAt(fields, place, config).flatMap((field) => placesOfField(field, config));
  return distinct([place, ...together]);
}

/** Whether two lists of places share one. */
export function isLit(lit: readonly Place[], place: Place): boolean {
  return lit.some((other) => other.in === place.in && other.path === place.path);
}

/**
 * Whether a path names one value of a message and no other: a name may contain dots, so `a.b` is a name, and an entry `b` of `a`.
 *
 * @example
 * namesOneValue({ 'a.b': 1, a: { b: 2 } }, 'a.b'); // false
 */
export function namesOneValue(message: unknown, path: string): boolean {
  return countAt(message, path) === 1;
}

function countAt(value: unknown, path: string): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = Object.hasOwn(value, path) ? 1 : 0;
  for (let dot = path.indexOf('.'); dot !== -1; dot = path.indexOf('.', dot + 1)) {
    const name = path.slice(0, dot);
    if (!Object.hasOwn(value, name)) continue;
    count += countAt((value as Readonly<Record<string, unknown>>)[name], path.slice(dot + 1));
  }
  return count;
}

function fieldsAt(
  fields: readonly ExplainedField[],
  place: Place,
  config: Config,
): readonly ExplainedField[] {
  switch (place.in) {
    case 'plan':
      return fields.filter((field) => planPlace(field).path === place.path);
    case 'config':
      return fields.filter((field) =>
        configPaths(field, config).some(
          (path) => path === place.path || isInside(path, place.path) || isInside(place.path, path),
        ),
      );
    case 'event':
      return fieldsOfValue(fields, place.path);
  }
}

function fieldsOfValue(fields: readonly ExplainedField[], path: string): readonly ExplainedField[] {
  const sources = fields.map((field) => ({ field, from: eventPath(field) }));
  const pick = (test: (from: string) => boolean): ExplainedField[] =>
    sources.filter(({ from }) => from !== undefined && test(from)).map(({ field }) => field);
  const whole = pick((from) => from === path);
  if (whole.length > 0) return whole;
  const around = pick((from) => isInside(path, from));
  if (around.length > 0) {
    const nearest = Math.max(...around.map((field) => eventPath(field)!.length));
    return around.filter((field) => eventPath(field)!.length === nearest);
  }
  return pick((from) => isInside(from, path));
}

function placesOfField(field: ExplainedField, config: Config): Place[] {
  const path = eventPath(field);
  return [
    ...(path === undefined ? [] : [{ in: 'event', path } as const]),
    planPlace(field),
    ...configPaths(field, config).map((configPath) => ({ in: 'config', path: configPath }) as const),
  ];
}

function eventPath(field: ExplainedField): string | undefined {
  const source = sourceOf(field);
  return source.in === 'event' ? source.path : undefined;
}

const CONTEXT_KEY = 'globalContext.';
const ATTRIBUTE = 'customAttributes.';
const CONSENT = 'context.consentManagement.deniedConsentIds';

/** The values and rows of the configuration that make a field. */
function configPaths(field: ExplainedField, config: Config): string[] {
  const { object, to, from } = field;
  const source = sourceOf(field);
  if (source.in === 'config') {
    if (source.path !== 'globalContextMap') return [source.path];
    const key = to.slice(CONTEXT_KEY.length);
    return rowPath('globalContextMap', config, (row) => row.from === key) ?? [source.path];
  }
  if (object === 'preferences' && from === CONSENT) {
    return rowPath('consentPreferences', config, (row) => row.preference === to) ?? [];
  }
  if (object !== 'user' && object !== 'account') return [];
  const isAttribute = to.startsWith(ATTRIBUTE);
  const target = isAttribute ? to.slice(ATTRIBUTE.length) : to;
  const map = `${object}${isAttribute ? 'Attribute' : 'Field'}Map` as const;
  return rowPath(map, config, (row) => row.to === target && isTrait(from, row.from)) ?? [];
}

type MapKey = 'globalContextMap' | 'consentPreferences' | `${'user' | 'account'}${'Attribute' | 'Field'}Map`;
type Row = Readonly<Record<string, unknown>>;

/** The last row that fits: it wins over those before it. */
function rowPath(map: MapKey, config: Config, fits: (row: Row) => boolean): [string] | undefined {
  const rows: unknown = config[map];
  if (!Array.isArray(rows)) return undefined;
  const index = rows.findLastIndex((row: unknown) => isObject(row) && fits(row));
  return index === -1 ? undefined : [`${map}.${index}`];
}

function isTrait(path: string, name: unknown): boolean {
  return typeof name === 'string' && (path === `traits.${name}` || path === `context.traits.${name}`);
}

function isInside(path: string, outer: string): boolean {
  return path.startsWith(`${outer}.`);
}

function distinct(places: readonly Place[]): Place[] {
  const byName = new Map(places.map((place) => [`${place.in} ${place.path}`, place]));
  return [...byName.values()];
}
