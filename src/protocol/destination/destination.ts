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

/** The type of this destination as the host writes it in paths and bodies. */
export const DEST_TYPE = 'gainsight_px';

/** The name of the destination's definition: in configuration, features, job tables and statistics. */
export const DEFINITION_NAME = 'GAINSIGHT_PX';

/** The configuration that holds for one event. */
export interface EventConfig {
  /** Not validated yet. */
  readonly config: DestinationConfig;
  /** The same without the service's defaults: as the destination has it. */
  readonly sent: DestinationConfig;
  /** Whether it was made for this event alone. */
  readonly isDynamic: boolean;
}

/**
 * The configuration that holds for an event: its destination's, with the templates of a `hasDynamicConfig` destination resolved, and then
 * the service's defaults for what it leaves open.
 *
 * @throws InternalError when the host sent no destination with the event
 */
export function configOf({ message, destination }: TransformEvent, defaults: ConfigDefaults): EventConfig {
  if (!isObject(destination)) {
    throw new InternalError('internal', 'the request holds no destination for this event');
  }
  const stored = destination.Config;
  const sent = destination.hasDynamicConfig === true ? resolveDynamicConfig(stored, message) : stored;
  const config = withDefaults(sent, defaults);
  return { config: config as DestinationConfig, sent: sent as DestinationConfig, isDynamic: sent !== stored };
}

/**
 * Refuses a destination whose events could go to several data centers. A host would drop them for a wrong configuration; but this one can be
 * put right while the host tries again.
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

/** The name of an event's destination for the log: its id; empty when the host tells none. */
export function destinationIdOf(destination: unknown, { destinationId }: JsonObject): string {
  const id = isObject(destination) ? destination.ID : undefined;
  return [id, destinationId].find((candidate) => typeof candidate === 'string') ?? '';
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
