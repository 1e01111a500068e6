import { CONFIG_KEYS, parseConfig, type DestinationConfig } from '../../destinations/gainsight_px/index.js';
import { MASK } from '../output/printable.js';
import { countOf } from '../output/quantities.js';

/** The meaning of a configuration, in display order, without its key. */
interface SettingsMeaning {
  readonly apiKey: typeof MASK;
  readonly productTagKey: string;
  /** Base URL of the data center. */
  readonly sendsTo: string;
  /** Number of rows that map a trait to a user attribute; rows with an empty side do not count. */
  readonly userAttributes: number;
  readonly accountAttributes: number;
  /** Number of rows that set the source of a PX field; rows with an empty side do not count. */
  readonly userFields: number;
  readonly accountFields: number;
  /** Names of the constants in custom events. */
  readonly globalContext: readonly string[];
  /** Extensions that are on, as `key=value`. */
  readonly extensions: readonly string[];
  /** Keys that have no effect. */
  readonly ignored: readonly string[];
}

/**
 * Describes a configuration.
 *
 * @throws ConfigurationError `configuration_invalid`
 */
export function describeSettings(config: DestinationConfig): SettingsMeaning {
  const parsed = parseConfig(config);
  return {
    apiKey: MASK,
    productTagKey: parsed.productTagKey,
    sendsTo: `${parsed.connection.origin}/v1`,
    userAttributes: parsed.userAttributes.length,
    accountAttributes: parsed.accountAttributes.length,
    userFields: parsed.userFields.length,
    accountFields: parsed.accountFields.length,
    globalContext: Object.keys(parsed.globalContext ?? {}),
    extensions: [
      ...(parsed.mergeGlobalContext ? ['globalContextPrecedence=merge'] : []),
      ...(parsed.missingUserOnGroup === 'create' ? [] : [`missingUserOnGroup=${parsed.missingUserOnGroup}`]),
      ...parsed.consentPreferences.map(
        ({ consent, preference }) => `consentPreferences[${consent}]=${preference}`,
      ),
      ...(['user', 'account'] as const).flatMap((object) => {
        const { types = {}, disabled } = parsed.knownAttributes[object];
        return [
          ...sizeText(`attributeTypes.${object}`, Object.keys(types)),
          ...sizeText(`attributeTypes.disabled.${object}`, disabled),
        ];
      }),
      ...(parsed.pageEvents ? ['pageEvents=true'] : []),
      ...(parsed.flattenAttributes ? ['nestedAttributes=flatten'] : []),
      ...(parsed.stripUrlQuery ? ['stripUrlQuery=true'] : []),
      ...(parsed.sendEventId ? ['sendEventId=true'] : []),
      ...(parsed.sendIp ? ['sendIp=true'] : []),
      ...(parsed.connection.preferencesVersion === 'v2' ? ['preferencesApiVersion=v2'] : []),
    ],
    ignored: Object.keys(config).filter((key) => !(CONFIG_KEYS as readonly string[]).includes(key)),
  };
}

/** PX may have hundreds of attributes. */
function sizeText(key: string, { length }: readonly string[]): string[] {
  return length === 0 ? [] : [`${key}=${countOf(length, 'attribute')}`];
}
