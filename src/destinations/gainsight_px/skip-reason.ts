import { isObject, type JsonObject } from '../../core/index.js';
import type { DestinationConfig } from './config/config.js';

/** The names that this destination has in a message's `integrations`, in order of precedence; hosts and SDKs write them in any case. */
export const INTEGRATION_NAMES = ['Gainsight PX', 'GAINSIGHT_PX', 'Gainsight Px Cloud (Actions)'] as const;

const OWN_NAMES: ReadonlySet<string> = new Set(INTEGRATION_NAMES.map((name) => name.toLowerCase()));
const ALL = 'all';
const LONGEST = Math.max(...[...OWN_NAMES].map((name) => name.length));

/** What an entry of `integrations` is about: this destination, all of them, or another one. */
export function integrationOf(name: string): 'own' | 'all' | undefined {
  if (name.length > LONGEST) return undefined;
  const lowerCase = name.toLowerCase();
  if (lowerCase === ALL) return 'all';
  return OWN_NAMES.has(lowerCase) ? 'own' : undefined;
}

/**
 * The `integrations` of a batch and of a message in it, as one object: the message's own keys win. Names of the same destination count as
 * the same key.
 */
export function mergeIntegrations(ofBatch: unknown, ofMessage: unknown): unknown {
  if (!isObject(ofBatch)) return ofMessage;
  if (!isObject(ofMessage)) return ofBatch;
  // Longer names are nobody's whom this is about, and a set of long texts takes time in the square of their number.
  const own = new Set(
    Object.keys(ofMessage)
      .filter((name) => name.length <= LONGEST)
      .map(keyOf),
  );
  const inherited = Object.entries(ofBatch).filter(
    ([name]) => name.length > LONGEST || !own.has(keyOf(name)),
  );
  return { ...(Object.fromEntries(inherited) as JsonObject), ...ofMessage };
}

const keyOf = (name: string): string =>
  integrationOf(name) === 'own' ? 'own destination' : name.toLowerCase();

/** Why a message is not meant for this destination: it says so itself, or its type has no counterpart in PX. */
export type SkipReason = 'switched_off' | 'type_filtered';

/** Types of the RudderStack event spec that PX has no call for; with `pageEvents`, only `alias`. */
const FILTERED_TYPES: ReadonlySet<string> = new Set(['page', 'screen', 'alias']);

/**
 * Says whether a message is to be skipped, neither delivered nor failed; `undefined`: it is not. Mapping does not ask: the commands and
 * the service do, before they map.
 *
 * `switched_off`: `false` (or the text "false") under one of this destination's names in `integrations`, or under `All` where none of these
 * names says otherwise. `type_filtered`: a `page`, `screen` or `alias` message, unless `pageEvents` makes an event of it.
 *
 * @example
 * skipReason({ type: 'track', integrations: { All: false, 'Gainsight PX': true } }, {}); // undefined
 * skipReason({ type: 'track', integrations: { all: false } }, {}); // 'switched_off'
 * skipReason({ type: 'page' }, {}); // 'type_filtered'
 */
export function skipReason(
  message: unknown,
  { pageEvents }: Pick<DestinationConfig, 'pageEvents'>,
): SkipReason | undefined {
  if (!isObject(message)) return undefined;
  const { integrations, type } = message;
  if (isObject(integrations) && isSwitchedOff(integrations)) return 'switched_off';
  return isFilteredType(type, pageEvents === true) ? 'type_filtered' : undefined;
}

const WORDS: Readonly<Record<SkipReason, string>> = {
  switched_off: 'switched off: its integrations say that it is not for this destination',
  type_filtered: 'this destination has no use for page, screen and alias messages',
};
const WITH_PAGE_EVENTS = 'this destination has no use for alias messages';

/** A reason in words. */
export function skipReasonText(
  reason: SkipReason,
  { pageEvents }: Pick<DestinationConfig, 'pageEvents'>,
): string {
  return reason === 'type_filtered' && pageEvents === true ? WITH_PAGE_EVENTS : WORDS[reason];
}

function isSwitchedOff(integrations: JsonObject): boolean {
  let allIsOff = false;
  let saysOtherwise = false;
  for (const name of Object.keys(integrations)) {
    const about = integrationOf(name);
    if (about === undefined) continue;
    const value = integrations[name];
    if (about === 'all') allIsOff ||= isOff(value);
    else if (isOff(value)) return true;
    else saysOtherwise ||= value !== null && value !== undefined;
  }
  return allIsOff && !saysOtherwise;
}

function isOff(value: unknown): boolean {
  return value === false || (typeof value === 'string' && value.trim().toLowerCase() === 'false');
}

function isFilteredType(type: unknown, pageEvents: boolean): boolean {
  // The common types need no new string.
  if (typeof type !== 'string' || type === 'track' || type === 'identify' || type === 'group') return false;
  const lowerCase = type.toLowerCase();
  return FILTERED_TYPES.has(lowerCase) && (lowerCase === 'alias' || !pageEvents);
}
