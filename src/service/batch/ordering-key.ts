import type { JsonObject } from '../../core/index.js';
import { shortName, stringifyJson } from '../../runtime/index.js';

/**
 * The key by which the host keeps jobs in order: a user of a destination of a workspace. A long one becomes a digest.
 * `undefined` when an event has no user, and so no order.
 *
 * On the router route the host's key is `metadata.userId`, on the processor route `metadata.rudderId` becomes it (RudderStack
 * rudder-server v1.83, `router/worker.go`, `processor/events_response.go`).
 *
 * @example
 * orderingKey({ workspaceId: 'w', destinationId: 'd', userId: 'a<<>>u' }); // '["w","d","a<<>>u"]'
 */
export function orderingKey(metadata: JsonObject): string | undefined {
  const { workspaceId, destinationId, userId, rudderId } = metadata;
  const user = userId ?? rudderId;
  if (typeof user !== 'string' || user === '') return undefined;
  return shortName(stringifyJson([workspaceId, destinationId, user]));
}
