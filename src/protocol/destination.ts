import { ConfigurationError, InternalError, RetryableError } from '../core/errors.js';
import { isObject, type JsonObject } from '../core/json-object.js';
import { dataCentersIn } from '../destinations/gainsight_px/config.js';
import { resolveDataCenter, type DestinationConfig } from '../destinations/gainsight_px/index.js';
import { isTemplate, resolveDynamicConfig } from './dynamic-config.js';
import type { TransformEvent } from './transform-request.js';

/** The type of this destination as the host writes it in paths and bodies. */
export const DEST_TYPE = 'gainsight_px';

/** The name of the destination's definition: in configuration, features, job tables and statistics. */
export const DEFINITION_NAME = 'GAINSIGHT_PX';

/** The configuration that holds for one event. */
export interface EventConfig {
  /** Not validated yet. */
  readonly config: DestinationConfig;
  /** Whether it was made for this event alone. */
  readonly isDynamic: boolean;
}

/**
 * The configuration that holds for an event: its destination's, with the templates of a `hasDynamicConfig` destination resolved and
 * `dataCenter` reduced to the one of `metadata.sourceType` where it is stored by source type.
 *
 * @throws InternalError when the host sent no destination with the event
 * @throws RetryableError when the router, which tells no source type, sends an event of a destination whose data center depends on it: for
 * the three hours that the host tries it again, the configuration can be mended
 */
export function configOf({ message, metadata, destination }: TransformEvent): EventConfig {
  if (!isObject(destination)) {
    throw new InternalError('internal', 'the request holds no destination for this event');
  }
  const stored = destination.Config;
  const resolved = destination.hasDynamicConfig === true ? resolveDynamicConfig(stored, message) : stored;
  const { sourceType } = metadata;
  if (sourceType === undefined && isOfRouter(metadata) && hasSeveralDataCenters(resolved)) {
    throw new RetryableError(
      'unavailable',
      'the host tells no source type here, and the data center depends on it: set one dataCenter for all source types',
    );
  }
  const config = isObject(resolved)
    ? resolveDataCenter(resolved, typeof sourceType === 'string' ? sourceType : undefined)
    : resolved;
  return { config: config as DestinationConfig, isDynamic: resolved !== stored };
}

/** The processor tells the source type of each event, the router does not (RudderStack rudder-server v1.83, `router/types`). */
function isOfRouter({ transformAt }: JsonObject): boolean {
  return transformAt === 'router';
}

function hasSeveralDataCenters(config: unknown): boolean {
  return isObject(config) && dataCentersIn(config.dataCenter).length > 1;
}

/**
 * Refuses a destination whose API key depends on the event, where the event is gone by the time of the delivery: the host then sends
 * the stored configuration, and a key travels with nothing else.
 *
 * @throws ConfigurationError `configuration_invalid`
 */
export function requireStoredKey(config: unknown): void {
  if (!isObject(config) || !isTemplate(config.apiKey)) return;
  const expected = 'expected a key, found a template, which cannot be resolved at delivery';
  throw new ConfigurationError(
    'configuration_invalid',
    `invalid destination configuration: apiKey: ${expected}`,
    {
      faults: [{ path: 'apiKey', message: expected }],
    },
  );
}

/** What the host reads from the `destination` of a reply for its metrics and throttlers; without any configuration. */
export function destinationIdentity(destination: unknown): JsonObject {
  if (!isObject(destination)) return {};
  const { ID, Name, WorkspaceID, DestinationDefinition } = destination;
  const definition = isObject(DestinationDefinition) ? DestinationDefinition : {};
  return {
    ...(typeof ID === 'string' ? { ID } : {}),
    ...(typeof Name === 'string' ? { Name } : {}),
    ...(typeof WorkspaceID === 'string' ? { WorkspaceID } : {}),
    DestinationDefinition: {
      Name: typeof definition.Name === 'string' ? definition.Name : DEFINITION_NAME,
    },
  };
}

/**
 * The `destination` of a reply to a host that delivers through the proxy: it sends `Config` and `version` on as `destinationConfig` and
 * `destinationVersion` (RudderStack rudder-server v1.83, `router/worker.go`).
 */
export function destinationForProxy(destination: unknown, config: unknown): JsonObject {
  const version = isObject(destination) ? destination.version : undefined;
  return {
    ...destinationIdentity(destination),
    ...(isObject(config) ? { Config: config } : {}),
    ...(Number.isSafeInteger(version) ? { version } : {}),
  };
}
