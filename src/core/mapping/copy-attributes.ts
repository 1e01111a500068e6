import type { JsonObject } from '../json-object.js';
import { requireShallow } from '../limits.js';
import { isReservedKey, toAttributeValue, type AttributeValue } from './attribute-value.js';
import { joinPath, reasonUnusable, type Place, type Recorder } from './record.js';

export type Attributes = Record<string, AttributeValue>;

/** Where attributes come from and go to, for explanations. */
export interface CopyPaths {
  readonly from: string;
  readonly place: Place;
  readonly to: string;
  /** A name that is not copied. */
  readonly except?: string;
}

/**
 * All of an object's own values that PX can hold as attributes, written as events hold them.
 *
 * @throws InstrumentationError `nested_too_deep`
 */
export function copyAttributes(
  source: JsonObject,
  paths: CopyPaths,
  record: Recorder | undefined,
): Attributes {
  // Cloning in one go is several times faster than copying key by key, and most objects allow it.
  if (record === undefined && isPlain(source, paths.except)) return { ...source } as Attributes;

  const attributes: Attributes = {};
  for (const key of Object.keys(source)) {
    if (key === paths.except) continue;
    const raw = source[key];
    if (isReservedKey(key)) {
      record?.dropped(joinPath(paths.from, key), 'reserved', raw);
      continue;
    }
    if (typeof raw === 'object' && raw !== null) requireShallow(raw, paths.from, key);
    const value = toAttributeValue(raw, 'iso');
    if (value === undefined) {
      record?.dropped(joinPath(paths.from, key), reasonUnusable(raw), raw);
    } else {
      attributes[key] = value;
      record?.wrote(paths.place, `${paths.to}.${key}`, joinPath(paths.from, key), value);
    }
  }
  if (record !== undefined && Object.keys(attributes).length === 0)
    record.wrote(paths.place, paths.to, 'constant', {});
  return attributes;
}

/** Whether every value can be sent as it is, under its own name. */
function isPlain(source: JsonObject, except: string | undefined): boolean {
  for (const key in source) {
    const value = source[key];
    switch (typeof value) {
      case 'string':
      case 'boolean':
        break;
      case 'number':
        // -0 is left to the conversion, which writes 0.
        if (!Number.isFinite(value) || Object.is(value, -0)) return false;
        break;
      default:
        return false;
    }
    if (key === except || isReservedKey(key)) return false;
  }
  // A clone would take these along; no JSON holds them, but a caller's own object may.
  return Object.getOwnPropertySymbols(source).length === 0;
}
