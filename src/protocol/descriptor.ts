import type { RequestDescriptor } from '../core/index.js';

/**
 * A request in the form that the host can decode and send: `type` is exactly `REST`, `files` is empty, every value of `body` is an
 * object and at most one is not empty, headers are strings, and `userId` is a string.
 *
 * Source: RudderStack rudder-server v1.83, `processor/integrations` and `router/network.go`. The host serialises `body.JSON` again: it
 * sorts the keys and reads numbers as float64, which does not change JSON that JavaScript wrote.
 */
export interface WireDescriptor {
  readonly version: '1';
  readonly type: 'REST';
  readonly method: string;
  readonly endpoint: string;
  /** Not part of the URL: the key of the host's throttling settings (`Router.throttler.delivery.GAINSIGHT_PX.<endpointPath>`). */
  readonly endpointPath: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly params: Readonly<Record<string, never>>;
  readonly body: {
    readonly JSON: object;
    readonly JSON_ARRAY: object;
    readonly XML: object;
    readonly FORM: object;
  };
  readonly files: Readonly<Record<string, never>>;
  readonly userId: '';
}

const NOTHING: Readonly<Record<string, never>> = Object.freeze({});

/** The parts of a {@link RequestDescriptor} that the host needs. */
type Request = Pick<RequestDescriptor, 'method' | 'endpoint' | 'endpointPath' | 'headers'> & {
  readonly body?: object;
};

/**
 * The wire form of a request. Without a body, all values of `body` are empty, and the host sends none.
 *
 * @example
 * toWireDescriptor(plan.steps[0].request).body.JSON; // the request's body
 */
export function toWireDescriptor({ method, endpoint, endpointPath, headers, body }: Request): WireDescriptor {
  return {
    version: '1',
    type: 'REST',
    method,
    endpoint,
    endpointPath,
    headers,
    params: NOTHING,
    // For an empty `JSON` the host sends no body; with this it sends `{}`.
    body:
      body !== undefined && Object.keys(body).length === 0
        ? { JSON: NOTHING, JSON_ARRAY: { batch: '{}' }, XML: NOTHING, FORM: NOTHING }
        : { JSON: body ?? NOTHING, JSON_ARRAY: NOTHING, XML: NOTHING, FORM: NOTHING },
    files: NOTHING,
    userId: '',
  };
}
