import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyReplyFromHooks } from '@fastify/reply-from';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Context } from '../context.js';
import { sendRefusal, UpstreamError } from '../http/error-handler.js';
import { withoutHopByHop } from './hop-by-hop.js';
import { BodyError, type ReadBody } from '../http/read-request-body.js';
import { forwardablePath } from '../http/request-target.js';
import { upstreamFeatures, type FeaturesRoute } from './upstream-features.js';

/** What a front does with requests that are not for this destination. */
export interface Front {
  /** Sends a request whose body was read on as it came, and its answer back. */
  forward(request: FastifyRequest, reply: FastifyReply): FastifyReply;
  /** Serves `GET /features`: the other transformer's, with this destination added. */
  readonly features: FeaturesRoute;
}

/**
 * Puts the service in front of another transformer: what has no route of its own here is forwarded to it, byte for byte.
 *
 * @param upstream its URL; a path in it comes before the paths that are forwarded
 */
export function createFront(app: FastifyInstance, upstream: string, context: Context): Front {
  const { origin, pathname } = new URL(upstream);
  const prefix = pathname.replace(/\/$/, '');
  const sendOn = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const path = forwardablePath(request.url);
    if (path !== undefined) return reply.from(prefix + path, AS_IT_CAME);
    context.settings.log.warn({}, `${NOT_FORWARDED}: no RudderStack host sends such`);
    return sendRefusal(reply, NOT_FORWARDED);
  };

  // Loaded by those alone who need it: the proxy library takes a while.
  app.register(import('@fastify/reply-from'), {
    base: origin + prefix,
    destroyAgent: true,
    disableRequestLogging: true,
    undici: {
      // Answers take as long as they take: the host has time limits of its own.
      headersTimeout: 0,
      bodyTimeout: 0,
      // The library's own default is to trust every certificate.
      connect: { rejectUnauthorized: true },
    },
  });
  app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, parsed) => {
      parsed(null, payload);
    });
    scope.all('/*', sendOn);
    done();
  });

  return {
    forward: (request, reply) => {
      const { bytes, leave } = request.body as ReadBody;
      // Once it is sent, nothing of it is needed any more, and the other side takes its own time to answer.
      request.body = Readable.from(pieces(bytes!), { objectMode: false }).once('close', leave);
      return sendOn(request, reply);
    },
    features: upstreamFeatures(`${origin}${prefix}/features`, context),
  };
}

const NOT_FORWARDED = 'a request target is not forwarded that is no plain path';

const PIECE_BYTES = 64 * 1024;

/** Bytes in pieces, of which the next is taken when the one before was sent. */
function* pieces(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
}

const AS_IT_CAME: FastifyReplyFromHooks = {
  // The host tries again by itself, and knows better what may be sent twice.
  retryDelay: () => null,
  rewriteRequestHeaders: (_request, headers) => withoutHopByHop(headers),
  rewriteHeaders: withoutHopByHop,
  onError: (reply, { error }) => {
    sendFault(reply as FastifyReply, error);
  },
  onResponse: (_request, reply, { stream }) => {
    // Of a status that there is not, the library has told as an error already.
    if (reply.sent) {
      stream.on('error', () => undefined).destroy();
      return;
    }
    const fail = (error: Error): void => {
      sendFault(reply as FastifyReply, error);
    };
    stream.once('error', fail);
    reply.raw.once('close', () => {
      stream.destroy();
    });
    // Not before: until then it can still turn out that there is no answer.
    stream.once('readable', () => {
      stream.off('error', fail);
      void reply.send(stream);
    });
  },
};

/** Answers that there is no answer; of one that began, nothing is left. */
function sendFault(reply: FastifyReply, error: Error): void {
  for (const name of Object.keys(reply.getHeaders())) reply.removeHeader(name);
  void reply.send(faultOf(reply.raw, error));
}

/** The client's ways to say that it was used wrongly. */
const OWN_FAULT = /^UND_ERR_(INVALID|NOT_SUPPORTED)/;

/** What it means that there is no answer. */
function faultOf(answer: ServerResponse, error: Error): Error {
  if (answer.destroyed) return new BodyError('the body was broken off');
  const { code, name } = (error.cause ?? error) as NodeJS.ErrnoException;
  return OWN_FAULT.test(code ?? '') ? error : new UpstreamError(code ?? name);
}
