import { isObject, type JsonObject } from '../core/index.js';
import { DEFINITION_NAME } from './destination/destination.js';

/**
 * What a service for this destination alone can do. One of the two source flags must be true, or the host ends itself at its second
 * look (RudderStack rudder-server v1.83, `services/transformer/features_impl.go`).
 */
export const FEATURES = {
  routerTransform: { [DEFINITION_NAME]: true },
  regulations: [DEFINITION_NAME],
  supportSourceTransformV1: true,
  upgradedToSourceTransformV2: true,
  supportTransformerProxyV1: true,
  supportDestTransformCompactedPayloadV1: true,
} as const;

/** The destinations that the host deletes users of when a transformer lists none (the same file). */
const BUILT_IN_REGULATIONS = [
  'BRAZE',
  'AM',
  'INTERCOM',
  'CLEVERTAP',
  'AF',
  'MP',
  'GA',
  'ITERABLE',
  'ENGAGE',
  'CUSTIFY',
  'SENDGRID',
  'SPRIG',
] as const;

/** What the host takes for granted of a transformer that has no `/features` (the same file). */
export const FEATURES_OF_OLD_TRANSFORMERS: JsonObject = {
  routerTransform: { MARKETO: true, HS: true },
  regulations: ['AM'],
  supportSourceTransformV1: true,
  upgradedToSourceTransformV2: true,
};

/**
 * The features of another transformer with this destination added. All flags stay the other's: they speak for every destination, and the
 * host remembers some of them for as long as it lives.
 *
 * A list of regulations with nothing but this destination would end the deletions of all others: where there is none, the host's
 * own list is written out first.
 */
export function mergeFeatures(upstream: JsonObject): JsonObject {
  const { routerTransform, regulations } = upstream;
  const listed: readonly unknown[] =
    Array.isArray(regulations) && regulations.length > 0 ? regulations : BUILT_IN_REGULATIONS;
  return {
    ...upstream,
    routerTransform: { ...(isObject(routerTransform) ? routerTransform : {}), [DEFINITION_NAME]: true },
    regulations: listed.includes(DEFINITION_NAME) ? listed : [...listed, DEFINITION_NAME],
  };
}
