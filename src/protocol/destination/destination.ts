import {
  ConfigurationError,
  InternalError,
  RetryableError,
  isObject,
  type JsonObject,
} from '../../core/index.js';
import {
  dataCentersIn,
  SEVERAL_DATA_CENTERS,
  withDefaults,
  type ConfigDefaults,
  type DestinationConfig,
} from '../../destinations/gainsight_px/index.js';
import { isTemplate, resolveDynamicConfig } from './dynamic-config.js';
import type { TransformEvent } from '../transform/transform-request.js';

/** The type of this destination in the host's paths and bodies. */
export const DEST_TYPE = 'gainsight_px';

/** The name of the destination definition in the host's configuration, features, job tables and statistics. */
export const DEFINITION_NAME = 'GAINSIGHT_PX';

/** The configuration for one event. */
export interface EventConfig {
  /** Not validated yet. */
  readonly config: DestinationConfig;
  /** The same without the service's defaults. */
  readonly sent: DestinationConfig;
  /** Whether it was resolved for this event alone. */
  readonly isDynamic: boolean;
}

/**
 * The configuration for an event: the destination's, with the templates of a `hasDynamicConfig` destination resolved, and with the
 * service's defaults for the keys that it does not set.
 *
 * @throws InternalError when the host sent no destination with the event
 */
export function configOf({ message, destination }: TransformEvent, defaults: ConfigDefaults): EventConfig {
  if (!isObject(destination)) {
    throw new InternalError('internal', 'the request contains no destination for this event');
  }
  const stored = destination.Config;
  const sent = destination.hasDynamicConfig === true ? resolveDynamicConfig(stored, message) : stored;
  const config = withDefaults(sent, defaults);
  return { config: config as DestinationConfig, sent: sent as DestinationConfig, isDynamic: sent !== stored };
}

/**
 * Rejects a configuration with several distinct data centers. The error is retryable, not a configuration error, for which the host
 * drops the events: somebody can correct the configuration while the host retries.
 *
 * @throws RetryableError `data_center_ambiguous`
 */
export function requireOneDataCenter(config: unknown): void {
  if (!isObject(config) || !isObject(config.dataCenter) || dataCentersIn(config.dataCenter).length < 2)
    return;
  const { path, message } = SEVERAL_DATA_CENTERS;
  throw new RetryableError('data_center_ambiguous', `${path}: ${message}`, {
    issues: [SEVERAL_DATA_CENTERS],
  });
}

/** The id of an event's destination, for the log; empty when the host sends none. */
export function destinationIdOf(destination: unknown, { destinationId }: JsonObject): string {
  const id = isObject(destination) ? destination.ID : undefined;
  return [id, destinationId].find((candidate) => typeof candidate === 'string') ?? '';
}

/**
 * Rejects a configuration whose API key is a template. At delivery the host sends only the stored configuration and no event, so the
 * template cannot be resolved.
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
      issues: [{ path: 'apiKey', message: expected }],
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
 * The `destination` of a reply to a host that uses the delivery proxy. The host sends `Config` and `version` to the proxy, as
 * `destinationConfig` and `destinationVersion` (RudderStack rudder-server v1.83, `router/worker.go`).
 */
export function destinationForProxy(destination: unknown, config: unknown): JsonObject {
  const version = isObject(destination) ? destination.version : undefined;
  return {
    ...destinationIdentity(destination),
    ...(isObject(config) ? { Config: config } : {}),
    ...(Number.isSafeInteger(version) ? { version } : {}),
  };
}
