import { isObject } from '../../../core/index.js';
import { CONFIG_KEYS } from '../../../destinations/gainsight_px/index.js';

/** The keys of a configuration that have a meaning, without the API key: other keys may hold secrets of a host. */
export function knownConfig(config: unknown): Readonly<Record<string, unknown>> {
  if (!isObject(config)) return {};
  return Object.fromEntries(
    CONFIG_KEYS.filter((key) => key !== 'apiKey' && Object.hasOwn(config, key)).map((key) => [
      key,
      config[key],
    ]),
  );
}
