import { createHmac } from 'node:crypto';
import { isObject } from '../../core/index.js';

/** Short digests of the settings that decide what is sent, by the name that the user knows. */
export type Fingerprint = Readonly<Record<string, string>>;

/** The name of the API key in a configuration. */
const API_KEY = 'apiKey';

/** Settings and options that decide what is sent and where, by the name that the user knows; JSON values. */
export type Settings = Readonly<Record<string, unknown>>;

/** Hexadecimal digits that are kept of a digest. Of the key's only 32 bits: too few to find it out or to confirm a guess. */
const DIGITS = 32;
const DIGITS_OF_KEY = 8;

/**
 * The fingerprint of settings. A setting that is absent or empty is left out.
 *
 * @param salt random, another one for each checkpoint
 */
export function fingerprint(settings: Settings, salt: string): Fingerprint {
  return Object.fromEntries(
    Object.entries(settings)
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
