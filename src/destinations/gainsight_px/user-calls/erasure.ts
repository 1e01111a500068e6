import { InstrumentationError, typeName, type RequestPlan } from '../../../core/index.js';
import { PxApi, stepOf } from '../api/px-api.js';
import { parseConfig } from '../config/parse-config.js';
import type { ConfigInput } from '../config/config.js';
import { requireIdentifyId, userLane } from '../messages/identity.js';

/**
 * The plan that erases a user for good (`hardDelete=true`): profile and history; custom events stay, PX cannot delete them.
 * A user that PX does not know counts as erased.
 *
 * @throws InstrumentationError `id_missing`, `id_not_exact`
 * @throws ConfigurationError `configuration_invalid`
 * @example
 * const outcome = await router.deliver(deleteUser('user-1', config));
 */
export function deleteUser(identifyId: string | number, destinationConfig: ConfigInput): RequestPlan {
  const api = new PxApi(parseConfig(destinationConfig).connection);
  const id = requireIdentifyId(identifyId);
  return {
    lanes: [userLane(id)],
    steps: [stepOf('deleteUser', api.call('users.delete', id), { notFound: { to: 'done' } })],
  };
}

/**
 * The plan that puts a user on PX's denylist, or takes it off: PX ignores all events of a denied user.
 *
 * @throws InstrumentationError `id_missing`, `id_not_exact`; `preference_invalid` when `denied` is not a boolean; `id_not_allowed` for an id that no URL path can carry, as this call has no body form
 * @throws ConfigurationError `configuration_invalid`
 * @example
 * const outcome = await router.deliver(denyUser('user-1', true, config));
 */
export function denyUser(
  identifyId: string | number,
  denied: boolean,
  destinationConfig: ConfigInput,
): RequestPlan {
  const api = new PxApi(parseConfig(destinationConfig).connection);
  const id = requireIdentifyId(identifyId);
  requireBoolean(denied);
  return {
    lanes: [userLane(id)],
    steps: [stepOf('denyUser', api.call('users.deny', id, { denied }))],
  };
}

function requireBoolean(denied: unknown): void {
  if (typeof denied === 'boolean') return;
  const message = `expected true or false, found ${typeName(denied)}`;
  throw new InstrumentationError('preference_invalid', `denied: ${message}`, {
    issues: [{ path: 'denied', message }],
  });
}
