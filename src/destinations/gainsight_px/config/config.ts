import {
  ConfigurationError,
  type Issue,
  isObject,
  typeName,
  type JsonObject,
  isReservedKey,
  type AttributeValue,
  type AttributeRow,
  type FieldRow,
  type ConverterName,
} from '../../../core/index.js';
import type { Connection } from '../api/px-api.js';
import { configIssues } from './config-issues.js';
import { fieldMapIssues, isFilled } from './field-map-issues.js';
import type { Preference } from '../px-objects.js';
import { configurationError } from '../messages/unreadable-input.js';

/** A row of a map as hosts store it; rows with an empty or missing side are ignored. */
export interface MapRow {
  readonly from?: string | null;
  readonly to?: string | null;
}

/** The types of PX's custom attributes (`GET /v1/admin/model/{user|account}/attributes`, API description v0.1.6). */
export const ATTRIBUTE_TYPES = ['STRING', 'NUMBER', 'BOOLEAN', 'DATE_TIME'] as const;
export type AttributeType = (typeof ATTRIBUTE_TYPES)[number];

/** A row of an attribute map. `type` is an extension: the value is converted to that type, and dropped where it does not convert. */
export interface AttributeMapRow extends MapRow {
  readonly type?: AttributeType | null;
}

/** Types of custom attributes, by their API name. */
export type TypesByName = Readonly<Record<string, AttributeType>>;

/** A constant of the global context: `from` is its key, `to` its value. */
export interface GlobalContextRow {
  readonly from?: string | null;
  readonly to?: string | number | boolean | null;
}

/** The data centers of PX, each with a base URL of its own. */
export const DATA_CENTERS = ['US', 'EU', 'US2'] as const;
export type DataCenter = (typeof DATA_CENTERS)[number];

/** How a configuration may write a data center. At run time any mixture of cases is taken. */
export type DataCenterName = DataCenter | Lowercase<DataCenter>;

/** A consent category that, when denied, switches a preference off. */
export interface ConsentPreference {
  readonly consent: string;
  readonly preference: Preference;
}

/** The keys of a configuration that have a meaning here. Each value is checked at run time, whatever the compiler knew. */
export interface ConfigFields {
  /** REST API key: 1 to 200 printable ASCII characters. */
  readonly apiKey: string;
  /** Tag key of the product that users, accounts and events belong to (`AP-XXXXXXXXXX-2`). */
  readonly productTagKey: string;
  /** `US` (default), `EU` or `US2` in any case; or, as hosts store it, an object from source types to the same one of these. */
  readonly dataCenter?: DataCenterName | Readonly<Record<string, DataCenterName>>;
  /** Trait name or dotted path → API name of a user's custom attribute. */
  readonly userAttributeMap?: readonly AttributeMapRow[] | null;
  /** Trait name or dotted path → API name of an account's custom attribute. */
  readonly accountAttributeMap?: readonly AttributeMapRow[] | null;
  /** Constants that custom events carry. */
  readonly globalContextMap?: readonly GlobalContextRow[] | null;
  /** `replace` (default): an event's own global context replaces the constants; `merge`: it is laid over them. */
  readonly globalContextPrecedence?: 'replace' | 'merge';
  /** What a group message does when PX does not know its user: `create` it (default), `fail` as retryable, or `skip` the link. */
  readonly missingUserOnGroup?: 'create' | 'fail' | 'skip';
  /** Trait name or dotted path → field of a PX user (`signUpDate`, `location.city`); goes before the built-in sources. */
  readonly userFieldMap?: readonly MapRow[] | null;
  /** Trait name or dotted path → field of a PX account; goes before the built-in sources. */
  readonly accountFieldMap?: readonly MapRow[] | null;
  /** Make custom events of page and screen messages. Default false. */
  readonly pageEvents?: boolean;
  /** Nested objects of an event become JSON text (`json`, default) or attributes with dotted names (`flatten`). */
  readonly nestedAttributes?: 'json' | 'flatten';
  /** Types of custom attributes; the `type` of a row wins. */
  readonly attributeTypes?: {
    readonly user?: TypesByName | null;
    readonly account?: TypesByName | null;
  } | null;
  /** Cut query and fragment off the URLs of events. Default false. */
  readonly stripUrlQuery?: boolean;
  /** Consent categories that, when denied, switch a preference off. */
  readonly consentPreferences?: readonly ConsentPreference[] | null;
  /** Send an event's `messageId` as `eventId`. Default false. */
  readonly sendEventId?: boolean;
  /** Send `context.ip` as an event's `remoteHost`. Default false. */
  readonly sendIp?: boolean;
  /** API version in the preferences path. Default `v1`. */
  readonly preferencesApiVersion?: 'v1' | 'v2';
}

/**
 * A destination's configuration as a host stores it. Its JSON Schema is `gainsight-px/config.schema.json`; keys that
 * {@link ConfigFields} does not name are ignored.
 *
 * A file that is imported as JSON has `string` where this type wants one of a few values: write `config as DestinationConfig`.
 */
export type DestinationConfig = ConfigFields & JsonObject;

/** What is accepted as a configuration: a literal with any further keys, or an `interface` of yours, which has no index signature. */
export type ConfigInput = DestinationConfig | ConfigFields;

/** The keys that are read; everything else of a configuration has no effect. */
export const CONFIG_KEYS = [
  'apiKey',
  'productTagKey',
  'dataCenter',
  'userAttributeMap',
  'accountAttributeMap',
  'globalContextMap',
  'globalContextPrecedence',
  'missingUserOnGroup',
  'userFieldMap',
  'accountFieldMap',
  'pageEvents',
  'nestedAttributes',
  'attributeTypes',
  'stripUrlQuery',
  'consentPreferences',
  'sendEventId',
  'sendIp',
  'preferencesApiVersion',
] as const satisfies readonly (keyof ConfigFields)[];

/** A configuration whose every value is there and right. */
export interface ParsedConfig {
  readonly connection: Connection;
  readonly productTagKey: string;
  readonly userAttributes: readonly AttributeRow[];
  readonly accountAttributes: readonly AttributeRow[];
  /** The customer's own sources of PX's fields. */
  readonly userFields: readonly FieldRow[];
  readonly accountFields: readonly FieldRow[];
  /** The custom attributes that PX has, with their types; `undefined` when the configuration does not say. */
  readonly attributeTypes: {
    readonly user: TypesByName | undefined;
    readonly account: TypesByName | undefined;
  };
  readonly globalContext: Readonly<Record<string, AttributeValue>> | undefined;
  readonly mergeGlobalContext: boolean;
  readonly missingUserOnGroup: 'create' | 'fail' | 'skip';
  readonly consentPreferences: readonly ConsentPreference[];
  readonly pageEvents: boolean;
  readonly flattenAttributes: boolean;
  readonly stripUrlQuery: boolean;
  readonly sendEventId: boolean;
  readonly sendIp: boolean;
}

/** All dates of users and accounts are epoch milliseconds, in custom attributes too. */
const CONVERTER_OF_TYPE: Readonly<Record<AttributeType, ConverterName>> = {
  STRING: 'text',
  NUMBER: 'number',
  BOOLEAN: 'boolean',
  DATE_TIME: 'date',
};

/** Source: Gainsight PX API description v0.1.6 (https://px-apidocs.gainsight.com). */
const ORIGINS: Readonly<Record<DataCenter, string>> = {
  US: 'https://api.aptrinsic.com',
  EU: 'https://api-eu.aptrinsic.com',
  US2: 'https://api-us2.aptrinsic.com',
};

/**
 * Parses a configuration.
 *
 * @throws ConfigurationError `configuration_invalid`, with every fault and its path; never with the value of a secret.
 * @example
 * parseConfig({ apiKey: '…', productTagKey: 'AP-EXAMPLE-2', dataCenter: 'eu' }).connection.origin;
 * // 'https://api-eu.aptrinsic.com'
 */
export function parseConfig(raw: unknown): ParsedConfig {
  try {
    return parse(raw);
  } catch (thrown) {
    throw configurationError(thrown, raw);
  }
}

function parse(raw: unknown): ParsedConfig {
  const issues = [...configIssues(raw), ...dataCenterIssues(raw), ...fieldMapIssues(raw)];
  if (issues.length > 0) throw invalid(issues);
  const config = raw as DestinationConfig;
  const [dataCenter = 'US'] = dataCentersIn(config.dataCenter) as DataCenter[];
  const user = config.attributeTypes?.user ?? undefined;
  const account = config.attributeTypes?.account ?? undefined;

  return {
    connection: {
      origin: ORIGINS[dataCenter],
      apiKey: config.apiKey,
      preferencesVersion: config.preferencesApiVersion ?? 'v1',
    },
    productTagKey: config.productTagKey,
    userAttributes: attributeRows(config.userAttributeMap, user),
    accountAttributes: attributeRows(config.accountAttributeMap, account),
    userFields: filledRows(config.userFieldMap),
    accountFields: filledRows(config.accountFieldMap),
    attributeTypes: { user: user && { ...user }, account: account && { ...account } },
    globalContext: globalContext(config.globalContextMap),
    mergeGlobalContext: config.globalContextPrecedence === 'merge',
    missingUserOnGroup: config.missingUserOnGroup ?? 'create',
    consentPreferences: (config.consentPreferences ?? []).map(({ consent, preference }) => ({
      consent,
      preference,
    })),
    pageEvents: config.pageEvents ?? false,
    flattenAttributes: config.nestedAttributes === 'flatten',
    stripUrlQuery: config.stripUrlQuery ?? false,
    sendEventId: config.sendEventId ?? false,
    sendIp: config.sendIp ?? false,
  };
}

function invalid(issues: readonly Issue[]): ConfigurationError {
  const list = issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ');
  return new ConfigurationError('configuration_invalid', `invalid destination configuration: ${list}`, {
    issues,
  });
}

/** What is wrong with a `dataCenter` that names several. */
export const SEVERAL_DATA_CENTERS: Issue = {
  path: 'dataCenter',
  message:
    'expected one data center, found several: store one (a host does not tell which source an event comes from)',
};

/**
 * The different data centers that a `dataCenter` names, in upper case and not validated: one of a text, those of all source types of an
 * object. A source type with null has none; what is no text counts as one by the name of its type.
 *
 * @example
 * dataCentersIn({ web: 'eu', ios: 'EU', cloud: null }); // ['EU']
 */
export function dataCentersIn(dataCenter: unknown): string[] {
  const names = isObject(dataCenter) ? Object.values(dataCenter) : [dataCenter];
  const given = names.filter((name) => name !== null && name !== undefined);
  // What is not a text is not a data center, either; an object may have a `toString` of any kind.
  return [...new Set(given.map((name) => (typeof name === 'string' ? name.toUpperCase() : typeName(name))))];
}

/** Several data centers would leave a choice that nobody can make: hosts do not tell the type of an event's source. */
function dataCenterIssues(raw: unknown): Issue[] {
  // Values that are none are issues already.
  if (!isObject(raw) || !dataCentersIn(raw.dataCenter).every((name) => Object.hasOwn(ORIGINS, name)))
    return [];
  return dataCentersIn(raw.dataCenter).length > 1 ? [SEVERAL_DATA_CENTERS] : [];
}

function filledRows(rows: readonly MapRow[] | null | undefined): FieldRow[] {
  return (rows ?? []).flatMap(({ from, to }) => (isFilled(from) && isFilled(to) ? [{ from, to }] : []));
}

/** A row's own type wins over the one that the attribute is listed with. */
function attributeRows(
  rows: readonly AttributeMapRow[] | null | undefined,
  types: TypesByName | undefined,
): AttributeRow[] {
  return (rows ?? []).flatMap(({ from, to, type }) => {
    if (!isFilled(from) || !isFilled(to)) return [];
    const own = type ?? (types !== undefined && Object.hasOwn(types, to) ? types[to] : undefined);
    return [own === undefined ? { from, to } : { from, to, as: CONVERTER_OF_TYPE[own] }];
  });
}

function globalContext(rows: readonly GlobalContextRow[] | null | undefined): ParsedConfig['globalContext'] {
  const pairs = new Map<string, AttributeValue>();
  for (const { from, to } of rows ?? []) {
    if (!isFilled(from) || isReservedKey(from)) continue;
    if (isFilled(to) || typeof to === 'boolean' || Number.isFinite(to))
      pairs.set(from, typeof to === 'number' ? to + 0 : (to as AttributeValue));
  }
  return pairs.size === 0 ? undefined : Object.fromEntries(pairs);
}
