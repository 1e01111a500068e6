import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyReplyFromHooks } from '@fastify/reply-from';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ServiceContext } from '../context.js';
import { sendRetryable, UpstreamError } from '../http/error-handler.js';
import { BodyError, INCOMPLETE_BODY, type JsonBody } from '../http/read-request-body.js';
import { forwardablePath, withoutHopByHop } from './forwardable.js';
import { upstreamFeatures, type FeaturesRoute } from './upstream-features.js';

/** Forwards requests that are not for this destination. */
export interface UpstreamProxy {
  /** Forwards a request whose body was already read, byte for byte, and returns the upstream's response. */
  forward(request: FastifyRequest, reply: FastifyReply): FastifyReply;
  /** Serves `GET /features`: the upstream's, with this destination added. */
  readonly features: FeaturesRoute;
}

/**
 * Forwards every request that has no route in `app` to another transformer, byte for byte.
 *
 * @param upstream URL of the transformer; a path in it is put before the paths that are forwarded
 */
export function createUpstreamProxy(
  app: FastifyInstance,
  upstream: string,
  context: ServiceContext,
): UpstreamProxy {
  const { origin, pathname } = new URL(upstream);
  const prefix = pathname.replace(/\/$/, '');
  const forward = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const path = forwardablePath(request.url);
    // The upstream gets the headers of the caller's trace, and reports what it does itself.
    request.trace = undefined;
    if (path !== undefined) return reply.from(prefix + path, FORWARDING);
    context.settings.log.warn({}, `${NOT_FORWARDED}; no RudderStack host sends one`);
    return sendRetryable(reply, NOT_FORWARDED);
  };

  // Imported only when there is an upstream: loading the library takes time.
  app.register(import('@fastify/reply-from'), {
    base: origin + prefix,
    destroyAgent: true,
    disableRequestLogging: true,
    undici: {
      // No time limits here: the host has its own.
      headersTimeout: 0,
      bodyTimeout: 0,
      // By default the library accepts every certificate.
      connect: { rejectUnauthorized: true },
    },
  });
  app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, parsed) => {
      parsed(null, payload);
    });
    scope.all('/*', forward);
    done();
  });

  return {
    forward: (request, reply) => {
      const { bytes, release } = request.body as JsonBody;
      // Once the body is sent, its memory is free for others while the upstream works on its response.
      request.body = Readable.from(chunksOf(bytes!), { objectMode: false }).once('close', release);
      return forward(request, reply);
    },
    features: upstreamFeatures(`${origin}${prefix}/features`, context),
  };
}

const NOT_FORWARDED = 'a request target that is not a plain path is not forwarded';

const CHUNK_BYTES = 64 * 1024;

/** The stream takes a chunk when the one before it is sent. */
function* chunksOf(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield bytes.subarray(at, at + CHUNK_BYTES);
}

const FORWARDING: FastifyReplyFromHooks = {
  // The host retries, and knows what may be sent twice.
  retryDelay: () => null,
  rewriteRequestHeaders: (_request, headers) => withoutHopByHop(headers),
  rewriteHeaders: withoutHopByHop,
  onError: (reply, { error }) => {
    sendUpstreamError(reply as FastifyReply, error);
  },
  onResponse: (_request, reply, { stream }) => {
    // reply-from already reported an invalid status through `onError`.
    if (reply.sent) {
      stream.on('error', () => undefined).destroy();
      return;
    }
    const fail = (error: Error): void => {
      sendUpstreamError(reply as FastifyReply, error);
    };
    stream.once('error', fail);
    reply.raw.once('close', () => {
      stream.destroy();
    });
    // Send the head only when the body is readable: until then the response can still fail, and the host must see an error.
    stream.once('readable', () => {
      stream.off('error', fail);
      void reply.send(stream);
    });
  },
};

/** Replaces a response that failed by an error; removes the headers that were already set. */
function sendUpstreamError(reply: FastifyReply, error: Error): void {
  for (const name of Object.keys(reply.getHeaders())) reply.removeHeader(name);
  void reply.send(errorOf(reply.raw, error));
}

/** Error codes of undici for wrong use of its API. */
const MISUSE = /^UND_ERR_(INVALID|NOT_SUPPORTED)/;

/** Whose error it is: the client's that has gone, this service's, or the upstream's. */
function errorOf(response: ServerResponse, error: Error): Error {
  if (response.destroyed) return new BodyError('incomplete', INCOMPLETE_BODY);
  const { code, name } = (error.cause ?? error) as NodeJS.ErrnoException;
  return MISUSE.test(code ?? '') ? error : new UpstreamError(code ?? name);
}
