import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { WireFormatError } from '../../protocol/index.js';
import { API_VERSION, sendJson, sendRetryLater } from './reply.js';
import type { Context } from '../context.js';
import type { ServiceLog } from '../options.js';
import { BodyError } from './read-request-body.js';

/**
 * Paths that the host's processor calls, whose client tries again without end when it is told to, and else ends the host after a quarter of an
 * hour (RudderStack rudder-server v1.83, `processor/internal/transformer`).
 */
const PROCESSOR_PATH =
  /^\/(v0\/destinations\/[^/]+|customTransform|v0\/validate|v2\/sources\/[^/]+\/hydrate)\/?$/;

/** The transformer behind a front gave no answer. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';

  /** @param code all that is told of why: the client's own words name addresses */
  constructor(readonly code: string) {
    super('the transformer behind this service could not be reached');
  }
}

/**
 * Answers a request that could not be served: as something to be sent again. A body that cannot be read was most likely broken on its
 * way, and any 4xx on a transform route would make the host drop every event in it; a 404 too, for a path that another version may know.
 */
export function sendFailure(reply: FastifyReply, thrown: unknown, log: ServiceLog): FastifyReply {
  const message = messageOf(thrown);
  if (isInput(thrown)) log.warn({ error: nameOf(thrown) }, UNREADABLE);
  else if (thrown instanceof UpstreamError) log.warn({ error: thrown.code }, thrown.message);
  else log.error({ error: nameOf(thrown) }, 'a request failed for a fault of this service');
  return sendRefusal(reply, message);
}

const UNREADABLE = 'a request could not be read, and will come again';

/**
 * Answers what Node could not read as a request: its own answer would be a 4xx, for which the host drops a whole batch. Here is no request
 * whose path could be looked at, so it is the answer that fits all of them.
 */
export function refuseUnreadable(
  { code }: NodeJS.ErrnoException,
  socket: Socket,
  { answers, settings: { log } }: Pick<Context, 'answers' | 'settings'>,
): void {
  if (!socket.writable || answers.begunOn(socket)) {
    socket.destroy();
    return;
  }
  log.warn({ error: code }, UNREADABLE);
  socket.write(UNREADABLE_ANSWER);
  socket.destroySoon();
}

const UNREADABLE_BODY = JSON.stringify({ error: 'the request could not be read' });

const UNREADABLE_ANSWER = [
  'HTTP/1.1 503 Service Unavailable',
  `apiVersion: ${API_VERSION}`,
  'X-Rudder-Should-Retry: true',
  'Retry-After: 1',
  'Content-Type: application/json; charset=utf-8',
  `Content-Length: ${UNREADABLE_BODY.length}`,
  'Connection: close',
  '',
  UNREADABLE_BODY,
].join('\r\n');

/** Answers a request for something that is not here. */
export function sendRefusal(reply: FastifyReply, message: string): FastifyReply {
  const path = pathOf(reply.request);
  if (PROCESSOR_PATH.test(path)) return sendRetryLater(reply, message);
  // The deletion worker reads arrays only.
  const body =
    path === '/deleteUsers' ? [{ statusCode: 500, status: 'failed', error: message }] : { error: message };
  return sendJson(reply, 500, body);
}

/** The path of a request as routes read it: slashes that follow each other count as one. */
export function pathOf({ url }: FastifyRequest): string {
  return url.split('?', 1)[0]!.replace(/\/{2,}/g, '/');
}

function isInput(thrown: unknown): boolean {
  return thrown instanceof BodyError || thrown instanceof WireFormatError || nameOf(thrown) === BAD_PATH;
}

/** The framework's name for a path with a percent sign that stands for no character. */
const BAD_PATH = 'FST_ERR_BAD_URL';

/** Of what is not our own, the name alone: the rest may hold anything. */
function messageOf(thrown: unknown): string {
  if (nameOf(thrown) === BAD_PATH) return 'the path of the request cannot be decoded';
  return isInput(thrown) || thrown instanceof UpstreamError
    ? (thrown as Error).message
    : `unexpected ${nameOf(thrown)}`;
}

function nameOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return typeof thrown;
  return (thrown as FastifyError).code ?? thrown.name;
}
