import {
  InstrumentationError,
  type Method,
  type RequestBody,
  type RequestDescriptor,
  type Step,
} from '../../../core/index.js';
import { CARRIED_IN_PATHS, idInPath } from './id-in-path.js';
import { KEY_HEADER } from './px-answers.js';
import { FORMS, ID_FIELD, ROUTES, type EndpointPath, type RouteName } from './routes.js';

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

const JSON_TYPE = 'application/json';

/** The calls of the Gainsight PX REST API for one connection. */
export class PxApi {
  readonly #v1: string;
  readonly #preferences: string;
  readonly #apiKey: string;

  constructor({ origin, apiKey, preferencesVersion }: Connection) {
    this.#v1 = `${origin}/v1`;
    this.#preferences = `${origin}/${preferencesVersion}`;
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
    const { effect, about } = ROUTES[route];
    const request = this.#request(route, id, body);
    // Nothing can be missing when an event is written.
    return effect === 'append'
      ? { route, effect, request }
      : { route, effect, object: { kind: about, id }, request };
  }

  #request(route: RouteName, id: string, body: Body | undefined): RequestDescriptor {
    const { endpointPath, about } = ROUTES[route];
    const { byPath, byBody } = FORMS[route];
    const root = endpointPath === 'preferences' ? this.#preferences : this.#v1;
    if (byPath !== undefined) {
      const segment = idInPath(id);
      if (segment !== undefined) {
        return this.#descriptor(byPath.method, root + byPath.path + segment + byPath.end, endpointPath, body);
      }
    }
    if (byBody === undefined) throw idNotAllowed();
    const whole = byPath === undefined ? body : { [ID_FIELD[about]]: id, ...body };
    return this.#descriptor(byBody.method, root + byBody.path, endpointPath, whole);
  }

  #descriptor(
    method: Method,
    endpoint: string,
    endpointPath: EndpointPath,
    body: Body | undefined,
  ): RequestDescriptor {
    if (body === undefined)
      return { method, endpoint, endpointPath, headers: { [KEY_HEADER]: this.#apiKey } };
    return {
      method,
      endpoint,
      endpointPath,
      headers: { [KEY_HEADER]: this.#apiKey, 'Content-Type': JSON_TYPE },
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
