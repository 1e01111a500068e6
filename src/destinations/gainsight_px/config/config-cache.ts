import { isObject } from '../../../core/index.js';
import { CONFIG_KEYS, type DestinationConfig } from './config.js';

interface Cached<T> {
  readonly content: DestinationConfig;
  readonly value: T;
}

/** Configurations per API key that are remembered: one key is rarely used with more. */
const VARIANTS = 4;

/**
 * Remembers what was made of a configuration, by the content of the keys that are read.
 *
 * Hosts parse a fresh configuration object for every request, so identity would never match; and the same object may be changed
 * between two calls, so identity must not be trusted. Bounded: the API keys that came first are forgotten first.
 */
export class ConfigCache<T> {
  readonly #byKey = new Map<string, Cached<T>[]>();

  constructor(
    private readonly make: (config: unknown) => T,
    private readonly maxKeys: number,
  ) {}

  /** What `make` gives for this configuration, made now or before. What it throws is not remembered. */
  get(config: unknown): T {
    const apiKey = isObject(config) ? config.apiKey : undefined;
    if (typeof apiKey !== 'string') return this.make(config);

    const variants = this.#byKey.get(apiKey);
    const hit = variants?.find(({ content }) => sameContent(config as DestinationConfig, content));
    if (hit !== undefined) return hit.value;

    const value = this.make(config);
    this.#remember(apiKey, variants ?? [], {
      content: copyContent(config as DestinationConfig),
      value,
    });
    return value;
  }

  /** How many configurations are remembered. */
  get size(): number {
    let size = 0;
    for (const variants of this.#byKey.values()) size += variants.length;
    return size;
  }

  #remember(apiKey: string, variants: readonly Cached<T>[], newest: Cached<T>): void {
    this.#byKey.delete(apiKey);
    this.#byKey.set(apiKey, [newest, ...variants].slice(0, VARIANTS));
    if (this.#byKey.size > this.maxKeys) {
      const oldest = this.#byKey.keys().next().value;
      if (oldest !== undefined) this.#byKey.delete(oldest);
    }
  }
}

/**
 * Whether two configurations mean the same. Written out key by key: a loop over the names takes four times as long, and this
 * runs for every event of a host that parses its configuration anew.
 */
function sameContent(a: DestinationConfig, b: DestinationConfig): boolean {
  return (
    a.apiKey === b.apiKey &&
    a.productTagKey === b.productTagKey &&
    (a.dataCenter === b.dataCenter || sameEntries(a.dataCenter, b.dataCenter)) &&
    sameRows(a.userAttributeMap, b.userAttributeMap, 'from', 'to', 'type') &&
    sameRows(a.accountAttributeMap, b.accountAttributeMap, 'from', 'to', 'type') &&
    sameRows(a.globalContextMap, b.globalContextMap, 'from', 'to') &&
    sameRows(a.userFieldMap, b.userFieldMap, 'from', 'to') &&
    sameRows(a.accountFieldMap, b.accountFieldMap, 'from', 'to') &&
    (a.attributeTypes === b.attributeTypes || sameAttributeTypes(a.attributeTypes, b.attributeTypes)) &&
    a.pageEvents === b.pageEvents &&
    a.nestedAttributes === b.nestedAttributes &&
    a.stripUrlQuery === b.stripUrlQuery &&
    a.globalContextPrecedence === b.globalContextPrecedence &&
    a.missingUserOnGroup === b.missingUserOnGroup &&
    sameRows(a.consentPreferences, b.consentPreferences, 'consent', 'preference') &&
    a.sendEventId === b.sendEventId &&
    a.sendIp === b.sendIp &&
    a.preferencesApiVersion === b.preferencesApiVersion
  );
}

type Rows = readonly unknown[] | null | undefined;

function sameRows(a: Rows, b: Rows, key: string, value: string, third = key): boolean {
  if (a === b) return true;
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
  for (let at = 0; at < a.length; at += 1) {
    const left: unknown = a[at];
    const right = b[at] as Readonly<Record<string, unknown>>;
    if (!isObject(left)) return false;
    if (left[key] !== right[key] || left[value] !== right[value] || left[third] !== right[third])
      return false;
  }
  return true;
}

/** Whether two flat objects have the same entries. */
function sameEntries(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key])
  );
}

function sameAttributeTypes(a: unknown, b: unknown): boolean {
  return (
    isObject(a) &&
    isObject(b) &&
    sameEntries(a.user ?? undefined, b.user ?? undefined) &&
    sameEntries(a.account ?? undefined, b.account ?? undefined) &&
    // Few have it, and it is short.
    JSON.stringify(a.disabled ?? undefined) === JSON.stringify(b.disabled ?? undefined)
  );
}

/** What is compared later, in objects of its own: the caller's may change. */
export function copyContent(config: DestinationConfig): DestinationConfig {
  const { dataCenter } = config;
  return {
    ...Object.fromEntries(CONFIG_KEYS.map((key) => [key, config[key]])),
    dataCenter: isObject(dataCenter) ? { ...dataCenter } : dataCenter,
    userAttributeMap: copyRows(config.userAttributeMap),
    accountAttributeMap: copyRows(config.accountAttributeMap),
    globalContextMap: copyRows(config.globalContextMap),
    userFieldMap: copyRows(config.userFieldMap),
    accountFieldMap: copyRows(config.accountFieldMap),
    attributeTypes: copyAttributeTypes(config.attributeTypes),
    consentPreferences: copyRows(config.consentPreferences),
  } as DestinationConfig;
}

function copyAttributeTypes(types: DestinationConfig['attributeTypes']): DestinationConfig['attributeTypes'] {
  if (types === undefined || types === null) return types;
  const { user, account, disabled } = types;
  return {
    ...(user && { user: { ...user } }),
    ...(account && { account: { ...account } }),
    ...(disabled && { disabled: JSON.parse(JSON.stringify(disabled)) as typeof disabled }),
  };
}

/** Rows as they are compared: the values in them are single ones, whatever else a row may hold is not looked at. */
function copyRows(rows: Rows): Rows {
  return Array.isArray(rows) ? rows.map((row) => ({ ...(row as object) })) : rows;
}
