import type { RequestBody, RequestDescriptor } from '../../core/index.js';
import type { PxApi } from '../../destinations/gainsight_px/index.js';

/** The calls that an event may lead to. Erasing and denying users are never among them, whatever a host sends. */
const EVENT_ROUTES = [
  'users.update',
  'users.create',
  'accounts.update',
  'accounts.create',
  'events.create',
  'preferences.set',
] as const;
export type EventRoute = (typeof EVENT_ROUTES)[number];

/** A call of PX without URL and key: the route, the object's id and the body. */
export interface PxCall {
  readonly route: EventRoute;
  /** The id of the object that is updated; a create has its id in the body. */
  readonly target?: string;
  readonly body: RequestBody;
}

/** The updates that have their id in the body: how their URL ends, and the key of the id. */
const BODY_FORMS: Readonly<Partial<Record<EventRoute, { readonly path: string; readonly key: string }>>> = {
  'users.update': { path: '/users/update', key: 'identifyId' },
  'accounts.update': { path: '/accounts/update', key: 'id' },
  'preferences.set': { path: '/user/preferences', key: 'identifyId' },
};

/** Whether a route is a call that an event may lead to. */
export function isEventRoute(route: unknown): route is EventRoute {
  return EVENT_ROUTES.some((known) => known === route);
}

/** The call that a request makes. {@link buildCall} turns it into the same request again. */
export function readCall(route: EventRoute, { endpoint, body = {} }: RequestDescriptor): PxCall {
  const form = BODY_FORMS[route];
  if (form === undefined) return { route, body };
  if (!endpoint.endsWith(form.path)) {
    return { route, target: decodeURIComponent(endpoint.slice(endpoint.lastIndexOf('/') + 1)), body };
  }
  const { [form.key]: target, ...rest } = body;
  return { route, target: target as string, body: rest };
}

/** The request of a call, with the URL and the key of `api`. */
export function buildCall(api: PxApi, { route, target = '', body }: PxCall): RequestDescriptor {
  switch (route) {
    case 'users.update':
      return api.updateUser(target, body);
    case 'users.create':
      return api.createUser(body);
    case 'accounts.update':
      return api.updateAccount(target, body);
    case 'accounts.create':
      return api.createAccount(body);
    case 'events.create':
      return api.createEvent(body);
    case 'preferences.set':
      return api.setPreferences(target, body);
  }
}
