/** HTTP methods that a plan uses. */
export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** A JSON value that a request body may hold. */
export type BodyValue =
  string | number | boolean | readonly BodyValue[] | { readonly [key: string]: BodyValue };

/** A request body: always a JSON object. */
export type RequestBody = Readonly<Record<string, BodyValue>>;

/** One HTTP request, as data. Whoever executes it adds nothing to it. */
export interface RequestDescriptor {
  readonly method: Method;
  /** The whole URL; ids in it are percent-encoded already. */
  readonly endpoint: string;
  /** The group of calls that this one belongs to: hosts throttle by it. It is not part of the URL. */
  readonly endpointPath: string;
  /** Holds the API key: show it nowhere. */
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as JSON; absent for a request without a body. */
  readonly body?: RequestBody;
}
