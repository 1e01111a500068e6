import type { RequestDescriptor } from '../core/index.js';

/**
 * A request as the host can decode and send it: `type` exactly `REST`, `files` empty, every value of `body` an object of which at most
 * one is filled, headers texts, `userId` a text.
 *
 * Source: RudderStack rudder-server v1.83, `processor/integrations` and `router/network.go`. The host writes `body.JSON` anew: keys
 * sorted, numbers through float64, which JSON of a JavaScript value survives unchanged.
 */
export interface WireDescriptor {
  readonly version: '1';
  readonly type: 'REST';
  readonly method: string;
  readonly endpoint: string;
  /** No part of the URL: operators throttle by it (`Router.throttler.delivery.GAINSIGHT_PX.<endpointPath>`). */
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

/** What the host needs of a request; a {@link RequestDescriptor} has it all. */
type Request = Pick<RequestDescriptor, 'method' | 'endpoint' | 'endpointPath' | 'headers'> & {
  readonly body?: object;
};

/**
 * The wire form of a request. Without a body all forms of it are empty, and the host sends none.
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
    // Of an empty map the host would send nothing; this is how it sends `{}`.
    body:
      body !== undefined && Object.keys(body).length === 0
        ? { JSON: NOTHING, JSON_ARRAY: { batch: '{}' }, XML: NOTHING, FORM: NOTHING }
        : { JSON: body ?? NOTHING, JSON_ARRAY: NOTHING, XML: NOTHING, FORM: NOTHING },
    files: NOTHING,
    userId: '',
  };
}
