import type { JsonObject } from '../json/json-object.js';
import { requireShallow, requireShallowText } from '../json/depth.js';
import { isReservedKey, toAttributeValue, type AttributeValue } from '../convert/attribute-value.js';
import { joinPath, reasonUnusable, type PlanObject, type Recorder } from './record.js';

export type Attributes = Record<string, AttributeValue>;

/** Where attributes come from and go to, for explanations. */
export interface CopyPaths {
  readonly from: string;
  readonly place: PlanObject;
  readonly to: string;
  /** A name that is not copied. */
  readonly except?: string;
}

/**
 * All of an object's own values that the destination can hold as attributes, written as events hold them. An object or array becomes its JSON text.
 *
 * @throws InstrumentationError `nested_too_deep`
 */
export function copyAttributes(
  source: JsonObject,
  paths: CopyPaths,
  record: Recorder | undefined,
): Attributes {
  let values = source;
  if (record === undefined) {
    // To clone in one go and overwrite some values is several times faster than to copy key by key, and most objects allow it.
    const clone: Record<string, unknown> = { ...source };
    if (convertInPlace(clone, paths)) return clone as Attributes;
    values = clone;
  }

  const attributes: Attributes = {};
  // Faster than a loop over `Object.keys`: the engine knows where the value of such a key is.
  for (const key in values) {
    if (key === paths.except || !Object.prototype.hasOwnProperty.call(values, key)) continue;
    const raw = values[key];
    if (isReservedKey(key)) {
      record?.dropped(joinPath(paths.from, key), 'reserved', raw);
      continue;
    }
    const value = typeof raw === 'string' ? raw : toEventAttribute(raw, paths.from, key);
    if (value === undefined) {
      record?.dropped(joinPath(paths.from, key), reasonUnusable(raw), raw);
    } else {
      attributes[key] = value;
      record?.wrote(paths.place, `${paths.to}.${key}`, joinPath(paths.from, key), value, raw);
    }
  }
  return attributes;
}

/**
 * Converts the values of a clone. False when a key has to be left out: deleting it would make the object slow for all that comes later.
 * Until then every value is converted or as it was.
 */
function convertInPlace(clone: Record<string, unknown>, { from, except }: CopyPaths): boolean {
  for (const key in clone) {
    if (key === except || isReservedKey(key)) return false;
    const value = clone[key];
    switch (typeof value) {
      case 'string':
      case 'boolean':
        break;
      case 'number':
        if (!Number.isFinite(value)) return false;
        if (Object.is(value, -0) && Object.hasOwn(clone, key)) clone[key] = 0;
        break;
      case 'object': {
        // Somebody may have extended the prototype of all objects.
        if (!Object.hasOwn(clone, key)) break;
        const attribute = value === null ? undefined : toEventAttribute(value, from, key);
        if (attribute === undefined) return false;
        clone[key] = attribute;
        break;
      }
      default:
        return false;
    }
  }
  // A clone takes these along; no JSON holds them, but a caller's own object may.
  return Object.getOwnPropertySymbols(clone).length === 0;
}

/**
 * What the destination gets for a value of an event that stands at `from.key`, below `level` levels of nested objects.
 *
 * @throws InstrumentationError `nested_too_deep`
 */
export function toEventAttribute(
  raw: unknown,
  from: string,
  key: string,
  level = 0,
): AttributeValue | undefined {
  const value = toAttributeValue(raw, 'iso');
  if (typeof raw !== 'object' || raw === null) return value;
  // A value without a text may be nested without end.
  if (typeof value === 'string') requireShallowText(value, from, key, level);
  else requireShallow(raw, from, key, level);
  return value;
}
