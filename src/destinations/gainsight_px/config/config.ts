import type { JsonObject } from '../../../core/index.js';
import type { DataCenter } from './data-center.js';
import type { Preference } from '../px-objects.js';

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
