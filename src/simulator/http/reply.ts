import type { ServerResponse } from 'node:http';

/** An HTTP answer, as data. */
export interface Reply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The body; absent when the answer has none. */
  readonly text?: string;
}

/** One error in a request body, as PX lists it. */
export interface SubError {
  readonly object: string;
  readonly field: string;
  readonly message: string;
}

// Inferred: PX names a status as Spring's enumeration does. Working clients show only the shape of the error
// body.
const STATUS_NAMES: Readonly<Record<number, string>> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
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
 * Working clients show that `subErrors` is null or an array of objects with a `message`.
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

/** An HTML page, as gateways answer with. */
export function page(status: number, title: string): Reply {
  return {
    status,
    headers: { 'content-type': 'text/html' },
    text: `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`,
  };
}

/** Sends an answer. */
export function sendReply(response: ServerResponse, { status, headers = {}, text }: Reply): void {
  if (text === undefined) {
    response.writeHead(status, status === 204 ? headers : { ...headers, 'content-length': 0 });
    response.end();
    return;
  }
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

/** Announces one byte more than it sends, then closes the connection. */
export function sendTruncated(response: ServerResponse, { status, text = '' }: Reply): void {
  // A 204 has no body to cut off.
  response.writeHead(status === 204 ? 200 : status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text) + 1,
  });
  response.flushHeaders();
  response.write(text, () => response.destroy());
}
