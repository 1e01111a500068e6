import {
  ConfigurationError,
  isReservedKey,
  type AttributeRow,
  type AttributeValue,
  type ConverterName,
  type FieldRow,
  type Issue,
} from '../../../core/index.js';
import type { KnownAttributes } from '../attributes/judge-attribute.js';
import type { Connection } from '../api/px-api.js';
import { configurationError } from '../unreadable-input.js';
import type {
  AttributeMapRow,
  AttributeType,
  ConsentPreference,
  DestinationConfig,
  GlobalContextRow,
  MapRow,
  TypesByName,
} from './config.js';
import { configIssues, fieldMapIssues, isFilled } from './config-issues.js';
import { dataCenterIssues, dataCentersIn, ORIGINS, type DataCenter } from './data-center.js';

/** A configuration whose every value is there and right. */
export interface ParsedConfig {
  readonly connection: Connection;
  readonly productTagKey: string;
  readonly userAttributes: readonly AttributeRow[];
  readonly accountAttributes: readonly AttributeRow[];
  /** The customer's own sources of PX's fields. */
  readonly userFields: readonly FieldRow[];
  readonly accountFields: readonly FieldRow[];
  /** PX's custom attributes, as far as the configuration says. */
  readonly knownAttributes: { readonly user: KnownAttributes; readonly account: KnownAttributes };
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

/**
 * Parses a configuration.
 *
 * @throws ConfigurationError `configuration_invalid`, with every issue and its path, never with the value of a secret.
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
  const { disabled } = config.attributeTypes ?? {};
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
    knownAttributes: {
      user: { types: user && { ...user }, disabled: [...(disabled?.user ?? [])] },
      account: { types: account && { ...account }, disabled: [...(disabled?.account ?? [])] },
    },
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

function filledRows(rows: readonly MapRow[] | null | undefined): FieldRow[] {
  return (rows ?? []).flatMap(({ from, to }) => (isFilled(from) && isFilled(to) ? [{ from, to }] : []));
}

function attributeRows(
  rows: readonly AttributeMapRow[] | null | undefined,
  types: TypesByName | undefined,
): AttributeRow[] {
  return typedRows(rows, types).map(({ from, to, type }) =>
    type === undefined ? { from, to } : { from, to, as: CONVERTER_OF_TYPE[type] },
  );
}

/** A filled row of an attribute map. */
export interface TypedRow {
  readonly from: string;
  readonly to: string;
  /** What its values are converted to; absent: they are sent as they come. */
  readonly type?: AttributeType;
  /** Present where the type is that of `attributeTypes`, not the row's own. */
  readonly isListed?: true;
}

/** The filled rows of an attribute map. A row's own type wins over the one that the attribute is listed with. */
export function typedRows(
  rows: readonly AttributeMapRow[] | null | undefined,
  types: TypesByName | null | undefined,
): TypedRow[] {
  return (rows ?? []).flatMap(({ from, to, type }): TypedRow[] => {
    if (!isFilled(from) || !isFilled(to)) return [];
    if (type !== undefined && type !== null) return [{ from, to, type }];
    const listed = types !== undefined && types !== null && Object.hasOwn(types, to) ? types[to] : undefined;
    return [listed === undefined ? { from, to } : { from, to, type: listed, isListed: true }];
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
