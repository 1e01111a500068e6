import {
  InstrumentationError,
  type Method,
  type RequestBody,
  type RequestDescriptor,
  type Step,
} from '../../../core/index.js';
import { CARRIED_IN_PATHS, idInPath } from './id-in-path.js';
import type { KEY_HEADER } from './px-answers.js';
import { FORMS, ID_FIELD, ROUTES, type CallForm, type EndpointPath, type RouteName } from './routes.js';

/** Where requests go and what authorises them: all of a configuration that a request needs. */
export interface Connection {
  /** Base URL of the data center, without the API's version. */
  readonly origin: string;
  readonly apiKey: string;
  readonly preferencesVersion: 'v1' | 'v2';
}

/** A body as the mapping makes it: its values are such that JSON holds them. */
export type Body = object;

/** A step without its name and its table. */
export type PxCall = Pick<Step, 'effect' | 'object' | 'request'> & { readonly route: RouteName };

/** A step of a plan. Written out, because adding a key after a spread takes V8 longer than the rest of the step. */
export function stepOf<Id extends string>(
  id: Id,
  { route, effect, object, request }: PxCall,
  on?: Step<Id>['on'],
): Step<Id> {
  if (object === undefined)
    return on === undefined ? { id, route, effect, request } : { id, route, effect, request, on };
  return on === undefined
    ? { id, route, effect, object, request }
    : { id, route, effect, object, request, on };
}

type KeyHeader = Readonly<Record<typeof KEY_HEADER, string> & { 'Content-Type'?: string }>;

const JSON_TYPE = 'application/json';

/** A form of a call with the address of one connection. */
interface BoundForm {
  readonly method: Method;
  readonly url: string;
  readonly end: string;
}

/** A route with the addresses of one connection, so that nothing is looked up twice for a request. */
interface BoundCall extends Pick<(typeof ROUTES)[RouteName], 'effect' | 'about' | 'endpointPath'> {
  readonly byPath: BoundForm | undefined;
  readonly byBody: BoundForm | undefined;
}

function boundCall(name: RouteName, roots: { readonly v1: string; readonly preferences: string }): BoundCall {
  const { effect, about, endpointPath } = ROUTES[name];
  const root = endpointPath === 'preferences' ? roots.preferences : roots.v1;
  const bound = (form: CallForm | undefined): BoundForm | undefined =>
    form === undefined ? undefined : { method: form.method, url: root + form.path, end: form.end };
  const { byPath, byBody } = FORMS[name];
  return { effect, about, endpointPath, byPath: bound(byPath), byBody: bound(byBody) };
}

/** The calls of the Gainsight PX REST API for one connection. */
export class PxApi {
  readonly #calls: Readonly<Record<RouteName, BoundCall>>;
  readonly #apiKey: string;

  constructor({ origin, apiKey, preferencesVersion }: Connection) {
    const roots = { v1: `${origin}/v1`, preferences: `${origin}/${preferencesVersion}` };
    const names = Object.keys(ROUTES) as RouteName[];
    this.#calls = Object.fromEntries(names.map((name) => [name, boundCall(name, roots)])) as Record<
      RouteName,
      BoundCall
    >;
    this.#apiKey = apiKey;
  }

  /**
   * A call about the object with this id (for an event: of the user with this id). Calls that have the id in their path take it in their
   * body where no path can carry it.
   *
   * @param body holds the id, too, where the call has it in its body only: creates and events
   * @throws InstrumentationError `id_not_allowed`: no path can carry the id, and this call has no body form.
   */
  call(route: RouteName, id: string, body?: Body): PxCall {
    const call = this.#calls[route];
    const { effect, about } = call;
    const request = this.#request(call, id, body);
    // Nothing can be missing when an event is written.
    return effect === 'append'
      ? { route, effect, request }
      : { route, effect, object: { kind: about, id }, request };
  }

  #request(call: BoundCall, id: string, body: Body | undefined): RequestDescriptor {
    const { byPath, byBody, endpointPath } = call;
    const segment = byPath === undefined ? undefined : idInPath(id);
    if (byPath !== undefined && segment !== undefined) {
      return this.#descriptor(byPath.method, `${byPath.url}${segment}${byPath.end}`, endpointPath, body);
    }
    if (byBody === undefined) throw idNotAllowed();
    const whole = byPath === undefined ? body : { [ID_FIELD[call.about]]: id, ...body };
    return this.#descriptor(byBody.method, byBody.url, endpointPath, whole);
  }

  #descriptor(
    method: Method,
    endpoint: string,
    endpointPath: EndpointPath,
    body: Body | undefined,
  ): RequestDescriptor {
    // The name is written out, because V8 makes an object with a computed key slowly. The type keeps it equal to KEY_HEADER.
    if (body === undefined) {
      const headers = { 'X-APTRINSIC-API-KEY': this.#apiKey } satisfies KeyHeader;
      return { method, endpoint, endpointPath, headers };
    }
    return {
      method,
      endpoint,
      endpointPath,
      headers: { 'X-APTRINSIC-API-KEY': this.#apiKey, 'Content-Type': JSON_TYPE } satisfies KeyHeader,
      body: body as RequestBody,
    };
  }
}

/** The id and the body that {@link PxApi.call} makes the same step of again. No id where the body has it always. */
export function callArguments(step: Step & { readonly route: RouteName }): {
  id?: string;
  body: RequestBody;
} {
  const { route, object, request } = step;
  const { body = {} } = request;
  if (object === undefined || FORMS[route].byPath === undefined) return { body };
  const { id, kind } = object;
  if (idInPath(id) !== undefined) return { id, body };
  const { [ID_FIELD[kind]]: _id, ...rest } = body;
  return { id, body: rest };
}

function idNotAllowed(): InstrumentationError {
  const message = 'identifyId cannot be put on the denylist: PX takes it in the URL path only';
  return new InstrumentationError('id_not_allowed', message, {
    issues: [{ path: 'identifyId', message: `expected ${CARRIED_IN_PATHS}` }],
  });
}
