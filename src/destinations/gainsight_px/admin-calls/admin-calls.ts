import type { RequestDescriptor, RequestPlan } from '../../../core/index.js';
import { KEY_HEADER } from '../api/px-answers.js';
import { PxApi, stepOf } from '../api/px-api.js';
import { ADMIN_ROUTES, type AdminRouteName, type EndpointPath } from '../api/routes.js';
import type { ConfigInput } from '../config/config.js';
import { parseConfig } from '../config/parse-config.js';
import { requireIdentifyId } from '../messages/identity.js';

/**
 * The plan that reads the subscription of the API key; `readProducts` reads its answer.
 *
 * @throws ConfigurationError `configuration_invalid`
 */
export function getSubscription(destinationConfig: ConfigInput): RequestPlan {
  return readPlan('subscription.get', destinationConfig);
}

/**
 * The plan that reads PX's custom attributes of users or accounts; `readAttributes` reads its answer. PX has no such list for events.
 *
 * @throws ConfigurationError `configuration_invalid`
 */
export function listAttributes(model: 'user' | 'account', destinationConfig: ConfigInput): RequestPlan {
  return readPlan(`attributes.${model}`, destinationConfig);
}

function readPlan(route: AdminRouteName, destinationConfig: ConfigInput): RequestPlan {
  const { origin, apiKey } = parseConfig(destinationConfig).connection;
  const request: RequestDescriptor = {
    method: 'GET',
    endpoint: `${origin}/v1${ADMIN_ROUTES[route]}`,
    endpointPath: 'admin' satisfies EndpointPath,
    headers: { [KEY_HEADER]: apiKey },
  };
  return { lanes: [], steps: [{ id: route, route, effect: 'read', request }] };
}

/**
 * The plan that shows whether the API key may write: an update of a user that does not exist. PX answers 404 to a key that may write, or 400: its
 * description (v0.1.6) says that an update never creates a user.
 *
 * @param identifyId an id that no user has: a random one
 * @throws InstrumentationError `id_missing`, `id_not_exact`
 * @throws ConfigurationError `configuration_invalid`
 */
export function tryWrite(identifyId: string, destinationConfig: ConfigInput): RequestPlan {
  const { connection, productTagKey } = parseConfig(destinationConfig);
  const body = { type: 'USER', propertyKeys: [productTagKey] };
  const call = new PxApi(connection).call('users.update', requireIdentifyId(identifyId), body);
  const done = { to: 'done' } as const;
  return { lanes: [], steps: [stepOf('tryWrite', call, { notFound: done, rejected: done })] };
}
