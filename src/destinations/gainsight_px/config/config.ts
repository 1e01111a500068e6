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

/** PX's custom attributes: values are converted to the types of the enabled ones; the `type` of a row wins. */
export interface AttributeTypes {
  readonly user?: TypesByName | null;
  readonly account?: TypesByName | null;
  /** The names of the attributes that are disabled in PX. Nothing is converted for them, and `explain` warns of them. */
  readonly disabled?: {
    readonly user?: readonly string[] | null;
    readonly account?: readonly string[] | null;
  } | null;
}

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
  /** The REST API key of PX, not the product's tag key: 1 to 200 printable ASCII characters. Required. */
  readonly apiKey: string;
  /** The tag key of the product that users, accounts and events belong to (`AP-XXXXXXXXXX-2`). Required. */
  readonly productTagKey: string;
  /**
   * The data center: `US`, `EU` or `US2` in any case. Hosts store an object from source types to one of these; all must be the same.
   *
   * @default 'US'
   */
  readonly dataCenter?: DataCenterName | Readonly<Record<string, DataCenterName>>;
  /**
   * Each row writes a trait (name or dotted path) to a user's custom attribute (API name).
   *
   * @default null
   */
  readonly userAttributeMap?: readonly AttributeMapRow[] | null;
  /**
   * Each row writes a trait (name or dotted path) to an account's custom attribute (API name).
   *
   * @default null
   */
  readonly accountAttributeMap?: readonly AttributeMapRow[] | null;
  /**
   * Constants in the global context of every custom event.
   *
   * @default null
   */
  readonly globalContextMap?: readonly GlobalContextRow[] | null;
  /**
   * Whether an event's own global context replaces the constants (`replace`) or is merged over them key by key (`merge`).
   *
   * @default 'replace'
   */
  readonly globalContextPrecedence?: 'replace' | 'merge';
  /**
   * What a group message does when PX does not know its user: `create` the user, `fail` as retryable, or `skip` the link.
   *
   * @default 'create'
   */
  readonly missingUserOnGroup?: 'create' | 'fail' | 'skip';
  /**
   * Each row reads a field of a PX user (`signUpDate`, `location.city`) from one more trait, before the built-in sources.
   *
   * @default null
   */
  readonly userFieldMap?: readonly MapRow[] | null;
  /**
   * Each row reads a field of a PX account from one more trait, before the built-in sources.
   *
   * @default null
   */
  readonly accountFieldMap?: readonly MapRow[] | null;
  /**
   * Whether page and screen messages become custom events.
   *
   * @default false
   */
  readonly pageEvents?: boolean;
  /**
   * Whether a nested object of an event becomes JSON text (`json`) or attributes with dotted names (`flatten`).
   *
   * @default 'json'
   */
  readonly nestedAttributes?: 'json' | 'flatten';
  /**
   * PX's custom attributes, as `gainsight-px attributes pull` writes them.
   *
   * @default null
   */
  readonly attributeTypes?: AttributeTypes | null;
  /**
   * Whether query and fragment are cut off the URLs of events.
   *
   * @default false
   */
  readonly stripUrlQuery?: boolean;
  /**
   * Consent categories that switch a preference off when they are denied.
   *
   * @default null
   */
  readonly consentPreferences?: readonly ConsentPreference[] | null;
  /**
   * Whether an event's `messageId` is sent as `eventId`.
   *
   * @default false
   */
  readonly sendEventId?: boolean;
  /**
   * Whether `context.ip` is sent as an event's `remoteHost`.
   *
   * @default false
   */
  readonly sendIp?: boolean;
  /**
   * The API version in the path of preferences.
   *
   * @default 'v1'
   */
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
