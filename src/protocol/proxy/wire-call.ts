import type { RequestBody, Step } from '../../core/index.js';
import {
  callArguments,
  ID_FIELD,
  isEventRoute,
  ROUTES,
  type PxApi,
  type PxCall,
  type RouteName,
} from '../../destinations/gainsight_px/index.js';

/** A PX call without its address and key: what is called, about which object, with which body. */
export interface WireCall {
  readonly route: RouteName;
  /** The object's id, where the call updates one; a create has its id in the body. */
  readonly target?: string;
  readonly body: RequestBody;
}

/**
 * What a step of a plan calls.
 *
 * @throws RangeError for a call that no event leads to
 */
export function toWireCall({ route, ...step }: Step): WireCall {
  if (!isEventRoute(route)) throw new RangeError(`no event leads to ${route}`);
  const { id: target, body } = callArguments({ route, ...step });
  return target === undefined ? { route, body } : { route, target, body };
}

/** The call again, with the address and key of `api`. Its effect and object follow from its route. */
export function fromWireCall(api: PxApi, { route, target, body }: WireCall): PxCall {
  return api.call(route, target ?? idIn(route, body) ?? '', body);
}

/** The id in the body of a call; undefined where the body has none. */
export function idIn(route: RouteName, body: RequestBody): string | undefined {
  const id = body[ID_FIELD[ROUTES[route].about]];
  return typeof id === 'string' ? id : undefined;
}
