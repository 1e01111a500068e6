import { isObject, type JsonObject } from '../../../core/index.js';

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
