import type { JsonObject } from '../../core/index.js';
import { empty, problem, type Reply, type SubError } from '../http/reply.js';
import type { World } from '../store/store.js';

/** A request to one route, its path and its body read. */
export interface Call {
  /** The id out of the path or the body; the empty string for a route without one. */
  readonly id: string;
  /** The body fields that must be there to name the object: one in the body form of a call, else none. */
  readonly idFields: readonly string[];
  readonly query: URLSearchParams;
  /** `{}` for a route without a body. */
  readonly body: JsonObject;
  readonly bodyText: string;
}

/** Carries out a call. Synchronous, so a call is one step: nothing comes between its reading and its writing. */
export type Handler = (call: Call, world: World) => Reply;

export const CREATED = empty(201);
export const NO_CONTENT = empty(204);

export function notFound(what: string): Reply {
  return problem(404, `${what} was not found`);
}

export function invalid(subErrors: readonly SubError[]): Reply {
  return problem(400, 'Validation error', subErrors);
}

/** Whether `?hardDelete=true`; undefined when it is neither true nor false. */
export function readHardDelete(query: URLSearchParams): boolean | undefined {
  const text = query.get('hardDelete')?.toLowerCase() ?? 'false';
  return text === 'true' ? true : text === 'false' ? false : undefined;
}
