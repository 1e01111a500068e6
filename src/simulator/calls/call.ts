import type { JsonObject } from '../../core/index.js';
import { empty, problem, type Reply, type SubError } from '../http/index.js';
import type { Store } from '../store/index.js';

/** A request to one route, with its path and body parsed. */
export interface Call {
  /** The id in the path or the body; empty for a route without an id. */
  readonly id: string;
  /** The body fields that must name the object: one when the id is in the body, otherwise none. */
  readonly idFields: readonly string[];
  readonly query: URLSearchParams;
  /** `{}` for a route without a body. */
  readonly body: JsonObject;
  readonly bodyText: string;
}

/** Carries out a call. It is synchronous, so no other call runs between its read and its write. */
export type Handler = (call: Call, store: Store) => Reply;

export const CREATED = empty(201);
export const NO_CONTENT = empty(204);

export function notFound(what: string): Reply {
  return problem(404, `${what} was not found`);
}

export function invalid(subErrors: readonly SubError[]): Reply {
  return problem(400, 'Validation error', subErrors);
}

/** The value of `?hardDelete=`, default false; undefined when it is neither true nor false. */
export function readHardDelete(query: URLSearchParams): boolean | undefined {
  const text = query.get('hardDelete')?.toLowerCase() ?? 'false';
  return text === 'true' ? true : text === 'false' ? false : undefined;
}
