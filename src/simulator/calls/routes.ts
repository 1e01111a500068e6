import type { Method } from '../../core/index.js';
import { json } from '../http/index.js';
import type { AttributeModel } from '../validation/index.js';
import type { Handler } from './call.js';
import { createEvent, denyUser, getPreferences, setPreferences } from './events-and-consent.js';
import {
  createAccount,
  createUser,
  deleteAccount,
  deleteUser,
  getAccount,
  getUser,
  updateAccount,
  updateUser,
} from './users-and-accounts.js';

/**
 * The calls that the simulator answers and counts. Its own list, on purpose: a route that the destination
 * gets wrong must not be wrong here, too.
 */
export type SimulatedRoute =
  | 'users.create'
  | 'users.update'
  | 'users.get'
  | 'users.delete'
  | 'users.deny'
  | 'accounts.create'
  | 'accounts.update'
  | 'accounts.get'
  | 'accounts.delete'
  | 'events.create'
  | 'preferences.get'
  | 'preferences.set'
  | 'attributes.list'
  | 'subscription.get'
  /** A request that matches no route, or a route with another method. */
  | 'unknown';

/** A method, a path, and the handler that answers them. */
interface Route {
  readonly name: Exclude<SimulatedRoute, 'unknown'>;
  readonly method: Method;
  /** `{user}` and `{account}` match an id; other segments match themselves. */
  readonly path: readonly string[];
  /** The body field that names the object, when the path does not. */
  readonly idField?: 'identifyId' | 'id';
  /** Whether the call reads a JSON body. */
  readonly hasBody: boolean;
  readonly handler: Handler;
}

function route(
  name: Route['name'],
  call: `${Method} ${string}`,
  handler: Handler,
  idField?: 'identifyId' | 'id',
): Route {
  const [method, path] = call.split(' ') as [Method, string];
  const hasBody = idField !== undefined || method === 'PUT' || method === 'POST';
  return {
    name,
    method,
    path: path.split('/'),
    hasBody,
    handler,
    ...(idField === undefined ? {} : { idField }),
  };
}

const listAttributes =
  (model: AttributeModel): Handler =>
  (_call, store) =>
    json(200, store.attributes.list(model));

/** The API description says that it lists the products with their tag keys, not how: this form is inferred. */
const getSubscription: Handler = (_call, { products }) =>
  json(200, { name: 'Simulated subscription', products });

const preferenceRoutes = (path: string): Route[] => [
  route('preferences.get', `GET ${path}/{user}`, getPreferences),
  route('preferences.get', `POST ${path}`, getPreferences, 'identifyId'),
  route('preferences.set', `PUT ${path}/{user}`, setPreferences),
  route('preferences.set', `PUT ${path}`, setPreferences, 'identifyId'),
];

const ROUTES: readonly Route[] = [
  route('users.create', 'POST v1/users', createUser, 'identifyId'),
  route('users.update', 'PUT v1/users/update', updateUser, 'identifyId'),
  route('users.update', 'PUT v1/users/{user}', updateUser),
  route('users.get', 'GET v1/users/{user}', getUser),
  route('users.delete', 'DELETE v1/users/delete', deleteUser, 'identifyId'),
  route('users.delete', 'DELETE v1/users/{user}', deleteUser),
  route('users.deny', 'PUT v1/users/denylist/{user}', denyUser),
  route('accounts.create', 'POST v1/accounts', createAccount, 'id'),
  route('accounts.update', 'PUT v1/accounts/update', updateAccount, 'id'),
  route('accounts.update', 'PUT v1/accounts/{account}', updateAccount),
  route('accounts.get', 'GET v1/accounts/{account}', getAccount),
  route('accounts.delete', 'DELETE v1/accounts/{account}', deleteAccount),
  route('events.create', 'POST v1/events/custom', createEvent, 'identifyId'),
  ...preferenceRoutes('v1/user/preferences'),
  ...preferenceRoutes('v2/user/preferences'),
  route('attributes.list', 'GET v1/admin/model/user/attributes', listAttributes('user')),
  route('attributes.list', 'GET v1/admin/model/account/attributes', listAttributes('account')),
  route('subscription.get', 'GET v1/admin/subscription', getSubscription),
];

const READS: ReadonlySet<SimulatedRoute> = new Set<SimulatedRoute>([
  'users.get',
  'accounts.get',
  'preferences.get',
  'attributes.list',
  'subscription.get',
]);

/** The permission that a key needs for a call (Gainsight PX API description v0.1.6: Read and Write). */
export function permissionFor(route: SimulatedRoute): 'read' | 'write' {
  return READS.has(route) ? 'read' : 'write';
}

/** The names of all routes. */
export const SIMULATED_ROUTES: ReadonlySet<string> = new Set([
  ...ROUTES.map((entry) => entry.name),
  'unknown',
]);

// A word that names a route cannot be an id at the same place. For methods without such a route this is
// inferred: a Spring server might read the word as an id there.
const ROUTE_WORDS: Readonly<Record<string, readonly string[]>> = {
  'v1/users/{user}': ['update', 'delete', 'denylist'],
  'v1/accounts/{account}': ['update'],
};

/** All routes by path, with the words that the placeholder of the path does not match. */
const PATHS = [...new Set(ROUTES.map((entry) => entry.path.join('/')))].map((pattern) => ({
  path: pattern.split('/'),
  routes: ROUTES.filter((entry) => entry.path.join('/') === pattern),
  words: ROUTE_WORDS[pattern] ?? [],
}));

/** The route of a method and a path, if there is one. */
export type RouteMatch =
  | { readonly found: 'route'; readonly route: Route; readonly id?: string }
  /** The path has routes, but not for this method: 405. */
  | { readonly found: 'path'; readonly allow: readonly Method[] }
  | { readonly found: 'nothing' };

/**
 * Finds the route of a method and decoded path segments. Paths are case-sensitive.
 *
 * @example
 * matchRoute('PUT', ['v1', 'users', 'ada']);    // users.update, id 'ada'
 * matchRoute('PUT', ['v1', 'users', 'update']); // users.update, the id is in the body
 */
export function matchRoute(method: string, segments: readonly string[]): RouteMatch {
  for (const { path, routes, words } of PATHS) {
    const id = matchPath(path, segments, words);
    if (id === undefined) continue;
    const route = routes.find((candidate) => candidate.method === method);
    if (route === undefined) return { found: 'path', allow: routes.map((candidate) => candidate.method) };
    return id === null ? { found: 'route', route } : { found: 'route', route, id };
  }
  return { found: 'nothing' };
}

/**
 * The id in a path that matches, null in a path without a placeholder, undefined when the path does not
 * match.
 */
function matchPath(path: readonly string[], segments: readonly string[], words: readonly string[]) {
  if (path.length !== segments.length) return undefined;
  let id: string | null = null;
  for (const [index, due] of path.entries()) {
    const segment = segments[index]!;
    if (due.startsWith('{')) id = segment;
    else if (due !== segment) return undefined;
  }
  return id !== null && words.includes(id) ? undefined : id;
}
