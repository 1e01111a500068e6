import { InstrumentationError, type RequestPlan } from '../../../core/index.js';
import { PxApi, stepOf } from '../api/px-api.js';
import { parseConfig } from '../config/parse-config.js';
import type { ConfigInput } from '../config/config.js';
import { requireIdentifyId, userLane } from '../messages/identity.js';
import { parsePreferences } from '../preferences/preferences.js';
import { PREFERENCES, type Preference, type Preferences } from '../px-objects.js';
import { mappingError } from '../unreadable-input.js';

/**
 * The plan that reads a user's preferences; the outcome of its delivery holds the answer, for {@link effectivePreferences}.
 *
 * @throws InstrumentationError `id_missing`, `id_not_exact`
 * @throws ConfigurationError `configuration_invalid`
 * @example
 * const outcome = await router.deliver(getPreferences('user-1', config));
 */
export function getPreferences(identifyId: string | number, destinationConfig: ConfigInput): RequestPlan {
  const api = new PxApi(parseConfig(destinationConfig).connection);
  const id = requireIdentifyId(identifyId);
  return {
    lanes: [userLane(id)],
    steps: [stepOf('getPreferences', api.call('preferences.get', id))],
  };
}

/**
 * The plan that sets some of a user's preferences; those not named stay as they are.
 *
 * @throws InstrumentationError `id_missing`, `id_not_exact`, `preference_unknown`, `preference_invalid`, `event_unreadable`
 * @throws ConfigurationError `configuration_invalid`
 * @example
 * const outcome = await router.deliver(setPreferences('user-1', { trackUsage: false }, config));
 */
export function setPreferences(
  identifyId: string | number,
  preferences: Preferences,
  destinationConfig: ConfigInput,
): RequestPlan {
  const api = new PxApi(parseConfig(destinationConfig).connection);
  const id = requireIdentifyId(identifyId);
  const flags = parseGiven(preferences);
  if (flags === undefined) {
    const expected = `expected at least one of ${PREFERENCES.join(', ')}`;
    throw new InstrumentationError('preference_invalid', `no preference to set: ${expected}`, {
      issues: [{ path: 'preferences', message: expected }],
    });
  }
  return {
    lanes: [userLane(id)],
    steps: [stepOf('setPreferences', api.call('preferences.set', id, flags))],
  };
}

/** What a caller hands over may have getters and proxies in it, as an event may. */
function parseGiven(preferences: unknown): Preferences | undefined {
  try {
    return parsePreferences(preferences, 'preferences');
  } catch (thrown) {
    throw mappingError(thrown, { preferences });
  }
}

/**
 * The six flags as they act: PX answers `null` for one that was never set, which means its default, true.
 *
 * Source: support article "Gainsight PX User Preferences".
 *
 * @example
 * effectivePreferences({ trackUsage: false, surveys: null }); // { trackUsage: false, surveys: true, … }
 */
export function effectivePreferences(answer: unknown): Record<Preference, boolean> {
  const flags = (typeof answer === 'object' && answer !== null ? answer : {}) as Record<string, unknown>;
  return Object.fromEntries(PREFERENCES.map((name) => [name, flags[name] !== false])) as Record<
    Preference,
    boolean
  >;
}
