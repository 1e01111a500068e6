import { isObject } from '../../core/json-object.js';

/** The names that this destination has in a message's `integrations`; the first one that is there decides. */
const NAMES = ['Gainsight PX', 'GAINSIGHT_PX'] as const;

/**
 * Whether a message says that it is not for this destination: `{"Gainsight PX": false}`, or `{"All": false}` without naming
 * this destination.
 *
 * @example
 * isSwitchedOff({ integrations: { All: false, 'Gainsight PX': true } }); // false
 */
export function isSwitchedOff(message: unknown): boolean {
  const integrations = isObject(message) ? message.integrations : undefined;
  if (!isObject(integrations)) return false;
  for (const name of NAMES) {
    const own = integrations[name];
    if (own === false) return true;
    if (own === true || isObject(own)) return false;
  }
  return integrations.All === false;
}
