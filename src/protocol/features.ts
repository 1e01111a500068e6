import { isObject, type JsonObject } from '../core/index.js';
import { DEFINITION_NAME } from './destination/destination.js';

/**
 * The features of a service for this destination alone. One of the two source flags must be true, or the host exits when it reads the
 * features a second time (RudderStack rudder-server v1.83, `services/transformer/features_impl.go`).
 */
export const FEATURES = {
  routerTransform: { [DEFINITION_NAME]: true },
  regulations: [DEFINITION_NAME],
  supportSourceTransformV1: true,
  upgradedToSourceTransformV2: true,
  supportTransformerProxyV1: true,
  supportDestTransformCompactedPayloadV1: true,
} as const;

/** The destinations whose users the host deletes when a transformer lists none (the same file). */
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

/** What the host assumes when a transformer has no `/features` (the same file). */
export const FEATURES_OF_OLD_TRANSFORMERS: JsonObject = {
  routerTransform: { MARKETO: true, HS: true },
  regulations: ['AM'],
  supportSourceTransformV1: true,
  upgradedToSourceTransformV2: true,
};

/**
 * The features of another transformer with this destination added. All flags keep the other's values: they concern every destination,
 * and the host keeps some of them until it restarts.
 *
 * With only this destination in `regulations`, the host would stop deletions at all others. So an absent list is first filled with the
 * host's own.
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
