import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { tokenCheck } from '../../runtime/index.js';
import type { ServiceContext } from '../context.js';
import { BodyError, type BodyFault } from '../http/read-request-body.js';
import { sendJson } from '../http/reply.js';
import { deliverMessages } from './deliver-messages.js';
import { ingestBody } from './ingest-body.js';
import type { IngestSettings } from './ingest.js';

/** Paths with the message type in them, as SDKs and HTTP APIs of RudderStack and Segment have them. */
const TYPES = ['identify', 'group', 'track', 'page', 'screen', 'alias'] as const;

const STATUS: Readonly<Record<BodyFault, number>> = {
  malformed: 400,
  incomplete: 400,
  tooLarge: 413,
  tooSlow: 503,
};

const UNSUPPORTED = 'Content-Encoding: expected gzip or none';

/**
 * Adds `POST /v1/deliver`, and `/v1/batch`, `/v1/identify` … for SDKs. All need the token, which is checked before the body is read. There is
 * no CORS: a token in a browser is known to everybody.
 */
export function registerIngest(app: FastifyInstance, context: ServiceContext, ingest: IngestSettings): void {
  const isAllowed = tokenCheck(ingest.token, ['bearer', 'basic']);
  // A plugin of its own: its hooks, its parser and its errors are not those of a host's routes.
  void app.register((scope, _options, done) => {
    scope.addHook('onRequest', (request, reply, next) => {
      if (isAllowed(request.headers.authorization)) next();
      else void sendJson(reply.header('WWW-Authenticate', 'Bearer, Basic'), 401, { error: 'unauthorized' });
    });
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (request: FastifyRequest, payload: IncomingMessage) => {
      const body = ingestBody(payload, request.headers);
      if (body === undefined) return Promise.reject(new UnsupportedEncoding(UNSUPPORTED));
      return context.bodies.read(body, request.responseEnd!, payload.socket);
    });
    scope.setErrorHandler((error, _request, reply) => sendFailure(reply, error, context));
    const deliver =
      (type?: string) =>
      (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> =>
        deliverMessages(request, reply, context, ingest, type);
    scope.post('/v1/deliver', deliver());
    scope.post('/v1/batch', deliver());
    for (const type of TYPES) scope.post(`/v1/${type}`, deliver(type));
    done();
  });
}

class UnsupportedEncoding extends Error {}

/** Nothing of the body was delivered: the sender must correct it, or send it again. */
function sendFailure(
  reply: FastifyReply,
  thrown: unknown,
  { settings: { log } }: ServiceContext,
): FastifyReply {
  if (thrown instanceof UnsupportedEncoding) return sendJson(reply, 415, { error: thrown.message });
  if (!(thrown instanceof BodyError)) {
    log.error({ error: nameOf(thrown) }, 'a request failed because of an internal error');
    return retryLater(reply, `unexpected ${nameOf(thrown)}`);
  }
  log.warn({ error: thrown.fault }, 'the body of a request could not be read');
  const status = STATUS[thrown.fault];
  return status === 503
    ? retryLater(reply, thrown.message)
    : sendJson(reply, status, { error: thrown.message });
}

function retryLater(reply: FastifyReply, error: string): FastifyReply {
  return sendJson(reply.header('Retry-After', '1'), 503, { error });
}

const nameOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.name : typeof thrown);
