import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { WireFormatError } from '../../protocol/index.js';
import { API_VERSION, sendJson, sendRetryLater } from './reply.js';
import type { ResponsesInFlight } from './responses-in-flight.js';
import type { ServiceLog } from '../options.js';
import { BodyError } from './read-request-body.js';

/**
 * Paths that the host's processor calls. Its client retries without limit when the header of {@link sendRetryLater} asks for it;
 * otherwise the host exits after a quarter of an hour (RudderStack rudder-server v1.83, `processor/internal/transformer`).
 */
const PROCESSOR_PATH =
  /^\/(v0\/destinations\/[^/]+|customTransform|v0\/validate|v2\/sources\/[^/]+\/hydrate)\/?$/;

/** The upstream transformer did not respond. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';

  /** @param code the only detail that is shown: the HTTP client's messages contain addresses */
  constructor(readonly code: string) {
    super('the upstream transformer could not be reached');
  }
}

/**
 * Replies to a request that failed, so that the host sends it again. A body that cannot be read was most likely damaged on its way.
 * On a transform route, any 4xx makes the host drop every event of the request; so does a 404 for a path that only another version
 * serves.
 */
export function sendFailure(reply: FastifyReply, thrown: unknown, log: ServiceLog): FastifyReply {
  const message = messageOf(thrown);
  if (isInputError(thrown)) log.warn({ error: nameOf(thrown) }, UNREADABLE);
  else if (thrown instanceof UpstreamError) log.warn({ error: thrown.code }, thrown.message);
  else log.error({ error: nameOf(thrown) }, 'a request failed because of an internal error');
  return sendRetryable(reply, message);
}

const UNREADABLE = 'a request could not be read; the host sends it again';

/**
 * Replies to bytes that Node could not parse as HTTP. Node's own reply is a 4xx, for which the host drops a whole batch. The path is
 * not known, so this is the reply that works on every route.
 */
export function replyToInvalidHttp(
  { code }: NodeJS.ErrnoException,
  socket: Socket,
  responses: ResponsesInFlight,
  log: ServiceLog,
): void {
  if (!socket.writable || responses.isWritingTo(socket)) {
    socket.destroy();
    return;
  }
  log.warn({ error: code }, UNREADABLE);
  socket.write(INVALID_HTTP_RESPONSE);
  socket.destroySoon();
}

const INVALID_HTTP_BODY = JSON.stringify({ error: 'the request could not be read' });

const INVALID_HTTP_RESPONSE = [
  'HTTP/1.1 503 Service Unavailable',
  `apiVersion: ${API_VERSION}`,
  'X-Rudder-Should-Retry: true',
  'Retry-After: 1',
  'Content-Type: application/json; charset=utf-8',
  `Content-Length: ${INVALID_HTTP_BODY.length}`,
  'Connection: close',
  '',
  INVALID_HTTP_BODY,
].join('\r\n');

/** Replies with an error that makes the host send the request again, whatever its route. */
export function sendRetryable(reply: FastifyReply, message: string): FastifyReply {
  const path = pathOf(reply.request);
  if (PROCESSOR_PATH.test(path)) return sendRetryLater(reply, message);
  // The regulation worker reads arrays only.
  const body =
    path === '/deleteUsers' ? [{ statusCode: 500, status: 'failed', error: message }] : { error: message };
  return sendJson(reply, 500, body);
}

/** The path of a request as the router of the framework reads it: repeated slashes count as one. */
export function pathOf({ url }: FastifyRequest): string {
  return url.split('?', 1)[0]!.replace(/\/{2,}/g, '/');
}

function isInputError(thrown: unknown): boolean {
  return thrown instanceof BodyError || thrown instanceof WireFormatError || nameOf(thrown) === BAD_PATH;
}

/** The framework's code for a path with an invalid percent-encoding. */
const BAD_PATH = 'FST_ERR_BAD_URL';

/** For errors of other code, the name only: the message may contain anything. */
function messageOf(thrown: unknown): string {
  if (nameOf(thrown) === BAD_PATH) return 'the path of the request cannot be decoded';
  return isInputError(thrown) || thrown instanceof UpstreamError
    ? (thrown as Error).message
    : `unexpected ${nameOf(thrown)}`;
}

function nameOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return typeof thrown;
  return (thrown as FastifyError).code ?? thrown.name;
}
