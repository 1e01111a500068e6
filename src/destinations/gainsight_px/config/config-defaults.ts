import {
  ConfigurationError,
  isDestinationError,
  type Issue,
  isObject,
  typeName,
  type JsonObject,
  isBlank,
  nearestName,
} from '../../../core/index.js';
import { copyContent } from './config-cache.js';
import { CONFIG_KEYS, type ConfigFields, type DestinationConfig } from './config.js';
import { parseConfig } from './parse-config.js';

/** The keys that every destination has of its own. */
const OWN_KEYS = ['apiKey', 'productTagKey'] as const;

/** Values for all keys of a destination's configuration but its own two, to stand in where a destination does not say them. */
export type ConfigDefaults = Omit<ConfigFields, (typeof OWN_KEYS)[number]>;

/** The sides of a row that must be filled, by the key of the map. */
const MAPS: Readonly<Partial<Record<string, readonly [string, string]>>> = {
  userAttributeMap: ['from', 'to'],
  accountAttributeMap: ['from', 'to'],
  globalContextMap: ['from', 'to'],
  userFieldMap: ['from', 'to'],
  accountFieldMap: ['from', 'to'],
  consentPreferences: ['consent', 'preference'],
};

/** The keys whose value may be an object of values. */
const OBJECTS: ReadonlySet<string> = new Set(['dataCenter', 'attributeTypes']);

/** Longer names are cut in error texts. */
const LONGEST_KEY = 40;

/**
 * Parses defaults, into an object of their own.
 *
 * @throws ConfigurationError `configuration_invalid`, with every issue: unknown keys, wrong values, and `apiKey` and `productTagKey`,
 * which each destination must have itself
 * @example
 * parseConfigDefaults({ pageEvents: true, dataCenter: 'EU' });
 */
export function parseConfigDefaults(raw: unknown): ConfigDefaults {
  if (!isObject(raw)) {
    throw invalid([{ path: '', message: `expected an object, found ${typeName(raw)}` }]);
  }
  const issues = [...Object.keys(raw).flatMap(keyIssues), ...valueIssues(raw)];
  if (issues.length > 0) throw invalid(issues);
  const given = Object.entries(copyContent(raw as unknown as DestinationConfig));
  return Object.fromEntries(given.filter(([key, value]) => isSent(key, value)));
}

/**
 * Fills in the default of each key that a configuration does not have. A null, a map without a filled row, and an object without a value count
 * as absent. Returns the same object where nothing is to be filled in.
 *
 * @throws whatever a getter or a proxy in the configuration throws
 * @example
 * withDefaults({ apiKey: '…', productTagKey: 'AP-1', userAttributeMap: [] }, { sendIp: true }).sendIp; // true
 */
export function withDefaults(config: unknown, defaults: ConfigDefaults): unknown {
  if (!isObject(config)) return config;
  let merged: Record<string, unknown> | undefined;
  for (const [key, value] of Object.entries(defaults)) {
    if (!isSent(key, Object.hasOwn(config, key) ? config[key] : undefined))
      (merged ??= { ...config })[key] = value;
  }
  return merged ?? config;
}

function isSent(key: string, value: unknown): boolean {
  if (value === undefined || value === null) return false;
  const sides = MAPS[key];
  if (sides !== undefined && Array.isArray(value)) return !value.every((row) => isUnfilled(row, sides));
  return OBJECTS.has(key) ? isFilled(value) : true;
}

/** A row that is not an object is a fault, and so something that was sent. */
function isUnfilled(row: unknown, sides: readonly [string, string]): boolean {
  return isObject(row) && sides.some((side) => isEmpty(row[side]));
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && isBlank(value));
}

function isFilled(value: unknown): boolean {
  return isObject(value) ? Object.values(value).some(isFilled) : value !== undefined && value !== null;
}

function keyIssues(key: string): Issue[] {
  const path = key.slice(0, LONGEST_KEY);
  const nearest = nearestName(key, CONFIG_KEYS);
  if (OWN_KEYS.some((own) => own === nearest)) {
    return [{ path, message: 'not allowed here: every destination has a key of its own' }];
  }
  if (CONFIG_KEYS.some((known) => known === key)) return [];
  const hint = nearest === undefined ? '' : `: did you mean ${nearest}?`;
  return [{ path, message: `not a key of the configuration${hint}` }];
}

/** What is wrong with the values of known keys, as it would be in a destination. */
function valueIssues(raw: JsonObject): readonly Issue[] {
  try {
    parseConfig({ ...raw, apiKey: '-', productTagKey: '-' });
    return [];
  } catch (error) {
    if (isDestinationError(error)) return error.issues;
    throw error;
  }
}

function invalid(issues: readonly Issue[]): ConfigurationError {
  const list = issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ');
  return new ConfigurationError('configuration_invalid', `invalid defaults: ${list}`, { issues });
}
