/** An HTTP answer, as data. */
export interface Reply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The body; none when absent. */
  readonly text?: string;
}

/** One fault of a request body, as PX lists them. */
export interface SubError {
  readonly object: string;
  readonly field: string;
  readonly message: string;
}

// PX names a status as Spring's enumeration does. Only the shape of the error body is known from working clients; the names are inferred.
const STATUS_NAMES: Readonly<Record<number, string>> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHORIZED',
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  408: 'REQUEST_TIMEOUT',
  413: 'PAYLOAD_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  429: 'TOO_MANY_REQUESTS',
  500: 'INTERNAL_SERVER_ERROR',
};

/** An answer without a body. */
export function empty(status: number): Reply {
  return { status };
}

/** An answer with a JSON body. */
export function json(status: number, value: unknown): Reply {
  return { status, headers: { 'content-type': 'application/json' }, text: JSON.stringify(value) };
}

/**
 * An error in PX's form: `{"externalapierror": {"status", "message", "debugMessage", "subErrors"}}`.
 *
 * `subErrors` is null or an array of objects with a `message`, as seen in working clients.
 */
export function problem(
  status: number,
  message: string,
  subErrors: readonly SubError[] | null = null,
): Reply {
  return json(status, {
    externalapierror: {
      status: STATUS_NAMES[status] ?? String(status),
      message,
      debugMessage: null,
      subErrors,
    },
  });
}
