import type { Effect, Method, StepObject } from '../../../core/index.js';

/** The PX calls that a plan can make. */
export type RouteName =
  | 'users.update'
  | 'users.create'
  | 'users.delete'
  | 'users.deny'
  | 'accounts.update'
  | 'accounts.create'
  | 'events.create'
  | 'preferences.get'
  | 'preferences.set';

/** The PX calls that read the settings of the subscription. */
export type AdminRouteName = 'subscription.get' | 'attributes.user' | 'attributes.account';

/** PX groups its limits by this; hosts use it as a throttling label. It is not part of the URL. */
export type EndpointPath = 'users' | 'accounts' | 'events' | 'preferences' | 'admin';

type Call = `${Method} /${string}`;

/** One PX call. Its paths lie below the API's version. */
interface PxRoute {
  readonly endpointPath: EndpointPath;
  readonly effect: Effect;
  /** The object that the call reads or writes; for an event, the user who did it. */
  readonly about: StepObject['kind'];
  /** The call with the id in its path. Absent where the body always has the id. */
  readonly byPath?: Call;
  /** The call with the id in its body. */
  readonly byBody?: Call;
  /** Whether an event may lead to this call. Erasing and denying users are left out, whatever a host is made to send. */
  readonly ofEvents?: true;
}

/**
 * All PX calls. Source of methods, paths and statuses: Gainsight PX API description v0.1.6 (https://px-apidocs.gainsight.com).
 *
 * An update, a read or a deletion answers 404 when there is no such object, a create 400 when there is one.
 */
export const ROUTES: Readonly<Record<RouteName, PxRoute>> = {
  // 204
  'users.update': {
    endpointPath: 'users',
    effect: 'upsert',
    about: 'user',
    byPath: 'PUT /users/{id}',
    byBody: 'PUT /users/update',
    ofEvents: true,
  },
  // 201
  'users.create': {
    endpointPath: 'users',
    effect: 'upsert',
    about: 'user',
    byBody: 'POST /users',
    ofEvents: true,
  },
  // 200 or 204. Erases for good: the default would keep the record for seven days.
  'users.delete': {
    endpointPath: 'users',
    effect: 'delete',
    about: 'user',
    byPath: 'DELETE /users/{id}?hardDelete=true',
    byBody: 'DELETE /users/delete?hardDelete=true',
  },
  // 200 or 204
  'users.deny': {
    endpointPath: 'users',
    effect: 'upsert',
    about: 'user',
    byPath: 'PUT /users/denylist/{id}',
  },
  // 204
  'accounts.update': {
    endpointPath: 'accounts',
    effect: 'upsert',
    about: 'account',
    byPath: 'PUT /accounts/{id}',
    byBody: 'PUT /accounts/update',
    ofEvents: true,
  },
  // 201
  'accounts.create': {
    endpointPath: 'accounts',
    effect: 'upsert',
    about: 'account',
    byBody: 'POST /accounts',
    ofEvents: true,
  },
  // 201
  'events.create': {
    endpointPath: 'events',
    effect: 'append',
    about: 'user',
    byBody: 'POST /events/custom',
    ofEvents: true,
  },
  // 200 with the six flags, `null` for one never set
  'preferences.get': {
    endpointPath: 'preferences',
    effect: 'read',
    about: 'user',
    byPath: 'GET /user/preferences/{id}',
    byBody: 'POST /user/preferences',
  },
  // 204. Only the flags in the body change.
  'preferences.set': {
    endpointPath: 'preferences',
    effect: 'upsert',
    about: 'user',
    byPath: 'PUT /user/preferences/{id}',
    byBody: 'PUT /user/preferences',
    ofEvents: true,
  },
};

/**
 * The calls about no object, by their paths below the API's version: `GET`, 200, with Read permission. No event leads to them. Source: Gainsight PX
 * API description v0.1.6.
 */
export const ADMIN_ROUTES: Readonly<Record<AdminRouteName, string>> = {
  'subscription.get': '/admin/subscription',
  'attributes.user': '/admin/model/user/attributes',
  'attributes.account': '/admin/model/account/attributes',
};

/** The body field that holds the id of an object. */
export const ID_FIELD = { user: 'identifyId', account: 'id' } as const;

/** A call as a URL is made of it. */
export interface CallForm {
  readonly method: Method;
  /** The path, up to the id where it has one. */
  readonly path: string;
  /** What follows the id. */
  readonly end: string;
}

interface RouteForms {
  readonly byPath: CallForm | undefined;
  readonly byBody: CallForm | undefined;
}

/** The forms of each call. */
export const FORMS = Object.fromEntries(
  Object.entries(ROUTES).map(([name, { byPath, byBody }]) => [
    name,
    { byPath: formOf(byPath), byBody: formOf(byBody) },
  ]),
) as Readonly<Record<RouteName, RouteForms>>;

function formOf(call: Call | undefined): CallForm | undefined {
  if (call === undefined) return undefined;
  const [method, pattern] = call.split(' ') as [Method, string];
  const [path, end = ''] = pattern.split('{id}') as [string, string?];
  return { method, path, end };
}

/** Path segments that lead to another call where an id is expected. */
export const NOT_IDS: readonly string[] = [...new Set(wordsBesideIds())];

function wordsBesideIds(): string[] {
  const forms = Object.values(FORMS).flatMap(({ byPath, byBody }) => [byPath, byBody]);
  const paths = forms.flatMap((form) => (form === undefined ? [] : [form.path]));
  const beforeIds = Object.values(FORMS).flatMap(({ byPath }) => (byPath === undefined ? [] : [byPath.path]));
  return beforeIds.flatMap((before) =>
    paths
      .filter((path) => path.startsWith(before) && path !== before)
      .map((path) => /^[^/?]*/.exec(path.slice(before.length))![0]),
  );
}

/** Whether a name is that of a call that an event may lead to. */
export function isEventRoute(name: unknown): name is RouteName {
  return (
    typeof name === 'string' && Object.hasOwn(ROUTES, name) && ROUTES[name as RouteName].ofEvents === true
  );
}

const EVENT_ROUTES = (Object.keys(ROUTES) as RouteName[]).filter(isEventRoute);

/**
 * The call of an event that has a method and a path; with the id where the path has it.
 *
 * @throws URIError when the id in the path is not valid percent-encoding
 * @example
 * findEventRoute('PUT', '/v1/users/ada');    // { route: 'users.update', id: 'ada' }
 * findEventRoute('PUT', '/v1/users/update'); // { route: 'users.update' }
 */
export function findEventRoute(method: string, path: string): { route: RouteName; id?: string } | undefined {
  const [, version, rest = ''] = /^\/(v[12])(\/.*)$/.exec(path) ?? [];
  const candidates = EVENT_ROUTES.filter(
    (name) => version === 'v1' || ROUTES[name].endpointPath === 'preferences',
  );
  const byBody = candidates.find((name) => {
    const form = FORMS[name].byBody;
    return form?.method === method && form.path === rest;
  });
  if (byBody !== undefined) return { route: byBody };
  for (const route of candidates) {
    const form = FORMS[route].byPath;
    if (form?.method !== method || !rest.startsWith(form.path)) continue;
    const segment = rest.slice(form.path.length);
    if (segment !== '' && !segment.includes('/')) return { route, id: decodeURIComponent(segment) };
  }
  return undefined;
}

/**
 * The path of a request with the name of the id in place of the id, as PX's API description writes it: for logs and traces.
 *
 * @param endpoint the URL of a request that has this route
 * @example
 * pathTemplate('users.update', 'https://api.aptrinsic.com/v1/users/ada'); // '/v1/users/{identifyId}'
 */
export function pathTemplate(route: RouteName, endpoint: string): string {
  const { byPath, byBody } = FORMS[route];
  const [, version = '', path = ''] = /^https?:\/\/[^/]+(\/v[12])(\/[^?]*)/.exec(endpoint) ?? [];
  const [inBody] = byBody?.path.split('?') ?? [];
  const isInBody = byPath === undefined || path === inBody;
  return version + (isInBody ? inBody! : `${byPath.path}{${ID_FIELD[ROUTES[route].about]}}`);
}
