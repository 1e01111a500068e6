import { InternalError, type MessageInput, type RequestPlan } from '../../core/index.js';
import { ConfigCache } from './config/config-cache.js';
import { parseConfig } from './config/parse-config.js';
import type { ConfigInput } from './config/config.js';
import { explainMessage } from './explain/explain.js';
import type { Explanation } from './explain/explanation.js';
import { MessageMapper } from './messages/map-message.js';
import { configurationError } from './unreadable-input.js';

/** A parsed and compiled configuration, for many events of one destination. */
export interface CompiledDestination {
  /** As {@link process}. @throws InstrumentationError with the codes of {@link process}; InternalError `internal` */
  process(event: MessageInput): RequestPlan;
  /** As {@link explain}; an event that cannot be mapped gives an explanation with `error`. */
  explain(event: MessageInput): Explanation;
}

/** More destinations than one process usually serves. Each takes some tens of kilobytes. */
const CACHED_API_KEYS = 1000;
const mappers = new ConfigCache((config) => new MessageMapper(parseConfig(config)), CACHED_API_KEYS);

/**
 * Maps one RudderStack message to the requests that bring it to Gainsight PX. Pure and synchronous: it sends and changes nothing, and
 * the same input gives an equal output.
 *
 * @param event a RudderStack message of type identify, group or track; may be frozen
 * @param destinationConfig the destination's configuration as the host stores it; equal contents are compiled once
 * @throws InstrumentationError (not retryable) `event_not_object`, `event_unreadable`, `type_missing`, `type_unsupported`, `id_missing`,
 * `id_not_exact`, `group_id_missing`, `event_name_missing`, `preference_unknown`, `preference_invalid`, `nested_too_deep`
 * @throws ConfigurationError `configuration_invalid`, with every issue
 * @throws InternalError `internal`, for a fault of this project
 * @example
 * const plan = process(
 *   { type: 'track', userId: 'user-1', event: 'Signed Up', properties: { plan: 'pro' } },
 *   { apiKey: '00000000-0000-0000-0000-000000000000', productTagKey: 'AP-EXAMPLE-2' },
 * );
 * plan.steps[0].request.endpoint; // 'https://api.aptrinsic.com/v1/events/custom'
 */
export function process(event: MessageInput, destinationConfig: ConfigInput): RequestPlan {
  return mapperOf(destinationConfig).plan(event);
}

/** The look-up reads the configuration, so a getter in it may throw here. */
function mapperOf(config: unknown): MessageMapper {
  try {
    return mappers.get(config);
  } catch (thrown) {
    throw configurationError(thrown, config);
  }
}

/** `process` by a name that does not hide Node's global `process`. */
export const processMessage = process;

/**
 * Parses and compiles a configuration once, for many events.
 *
 * @throws ConfigurationError `configuration_invalid`, with every issue
 * @example
 * const destination = compile(config);
 * const plans = events.map((event) => destination.process(event));
 */
export function compile(destinationConfig: ConfigInput): CompiledDestination {
  const mapper = new MessageMapper(parseConfig(destinationConfig));
  return {
    process: (event) => mapper.plan(event),
    explain: (event) => explainMessage(mapper, event),
  };
}

/**
 * Explains the plan that `process` makes of a message: the source of each field, what was dropped and why, and what PX might refuse. It
 * runs the code of `process` with a recorder, so the two cannot differ.
 *
 * It throws nothing. When `process` would throw, the result has that error as `error`.
 *
 * @example
 * explain({ type: 'identify', userId: 'u', traits: { score: 'high' } }, config).dropped;
 * // [{ path: 'traits.score', reason: 'unconvertible', type: 'string' }]
 */
export function explain(event: MessageInput, destinationConfig: ConfigInput): Explanation {
  try {
    return explainMessage(mapperOf(destinationConfig), event);
  } catch (thrown) {
    return { error: InternalError.from(thrown), fields: [], dropped: [], warnings: [] };
  }
}

export { parseConfigDefaults, withDefaults } from './config/config-defaults.js';
export type { ConfigDefaults } from './config/config-defaults.js';
export { parseConfig, typedRows } from './config/parse-config.js';
export type { TypedRow } from './config/parse-config.js';
export { ATTRIBUTE_TYPES, CONFIG_KEYS } from './config/config.js';
export type {
  AttributeMapRow,
  AttributeType,
  AttributeTypes,
  ConfigFields,
  ConfigInput,
  ConsentPreference,
  DataCenterName,
  DestinationConfig,
  GlobalContextRow,
  MapRow,
  TypesByName,
} from './config/config.js';
export { DATA_CENTERS, ORIGINS, SEVERAL_DATA_CENTERS, dataCentersIn } from './config/data-center.js';
export type { DataCenter } from './config/data-center.js';
export type {
  DroppedValue,
  ExplainedField,
  Explanation,
  Warning,
  WarningCode,
} from './explain/explanation.js';
export { MESSAGE_TYPES } from './messages/map-message.js';
export type { MessageType } from './messages/map-message.js';
export { getSubscription, listAttributes, tryWrite } from './admin-calls/admin-calls.js';
export { isOtherEnvironment, readProducts } from './admin-calls/read-products.js';
export type { ProductTag } from './admin-calls/read-products.js';
export { compareTypes } from './attributes/compare-types.js';
export type { AttributeChange } from './attributes/compare-types.js';
export { judgeAttribute } from './attributes/judge-attribute.js';
export type { AttributeFault, AttributeFinding, KnownAttributes } from './attributes/judge-attribute.js';
export { readAttributes } from './attributes/read-attributes.js';
export type { PxAttributes } from './attributes/read-attributes.js';
export { deleteUser, denyUser } from './user-calls/erasure.js';
export { effectivePreferences, getPreferences, setPreferences } from './user-calls/preferences.js';
export {
  ACCOUNT_FIELDS,
  EVENT_FIELDS,
  EVENT_ID,
  EVENT_IP,
  EVENT_TIME,
  STANDARD_ACCOUNT_FIELDS,
  STANDARD_USER_FIELDS,
  SYNCED_EVENT_DATE,
  USER_FIELDS,
} from './fields.js';
export { PREFERENCES } from './px-objects.js';
export type { Preference, Preferences } from './px-objects.js';
export { integrationOf, skipReason, skipReasonText, mergeIntegrations } from './skip-reason.js';
export type { SkipReason } from './skip-reason.js';
export { callArguments, PxApi } from './api/px-api.js';
export type { Connection, PxCall } from './api/px-api.js';
export { KEY_HEADER, PX_API } from './api/px-answers.js';
export { findEventRoute, ID_FIELD, isEventRoute, pathTemplate, ROUTES } from './api/routes.js';
export type { EndpointPath, RouteName } from './api/routes.js';
export { ConfigCache } from './config/config-cache.js';
export { eventTimesOf } from './messages/event-time.js';
export { messageKey } from './messages/message-key.js';
export { accountLane, userLane } from './messages/identity.js';
