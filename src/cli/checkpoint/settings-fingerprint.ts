import { createHmac } from 'node:crypto';
import { isObject } from '../../core/index.js';
import { CONFIG_KEYS, type DestinationConfig } from '../../destinations/gainsight_px/index.js';

/** Short digests of the settings that decide what is sent, by the name that the user knows. */
export type Fingerprint = Readonly<Record<string, string>>;

/** The name of the API key in a fingerprint. */
export const API_KEY = 'apiKey';

/** The values of options that decide what is sent, by their name. */
export type OptionValues = Readonly<Record<string, string | number | boolean | undefined>>;

/** Hexadecimal digits that are kept of a digest. Of the key's only 32 bits: too few to find it out or to confirm a guess. */
const DIGITS = 32;
const DIGITS_OF_KEY = 8;

/**
 * The fingerprint of a configuration and options.
 *
 * @param salt random, another one for each checkpoint
 */
export function fingerprint(
  config: Partial<DestinationConfig>,
  options: OptionValues,
  salt: string,
): Fingerprint {
  const values: [string, unknown][] = [
    ...CONFIG_KEYS.map((key): [string, unknown] => [key, config[key]]),
    ...Object.entries(options),
  ];
  return Object.fromEntries(
    values
      .filter(([, value]) => value !== undefined && value !== null && value !== '')
      .map(([name, value]) => [
        name,
        createHmac('sha256', salt)
          .update(`${name} ${canonical(value)}`)
          .digest('hex')
          .slice(0, name === API_KEY ? DIGITS_OF_KEY : DIGITS),
      ]),
  );
}

/** The names of the settings that differ. */
export function settingsDifference(now: Fingerprint, before: Fingerprint): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(now)]);
  return [...names].filter((name) => now[name] !== before[name]);
}

/** JSON that does not depend on the order of keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    isObject(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part,
  );
}
