import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isObject, type JsonObject } from '../core/json-object.js';
import { DEST_TYPE } from '../protocol/destination.js';
import { FEATURES_OF_OLD_TRANSFORMERS, mergeFeatures } from '../protocol/features.js';
import { destTypeOf } from '../protocol/transform-request.js';
import { sendJson } from './answer.js';
import type { ReadBody } from './read-body.js';

/** The other transformer's features come in time for the host, which waits for 30 seconds. */
const FEATURES_TIMEOUT_MS = 20_000;

/** What a front does with requests that are not for this destination. */
export interface Front {
  /** Whether a request whose body names its destination is another destination's. */
  isForeign(request: FastifyRequest): boolean;
  /** Sends a request whose body was read on as it came, and its answer back. */
  forward(request: FastifyRequest, reply: FastifyReply): FastifyReply;
  /** Serves `GET /features`: the other transformer's, with this destination added. */
  features(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply>;
}

/**
 * Puts the service in front of another transformer: what has no route of its own here is forwarded to it, byte for byte.
 *
 * @param upstream its URL; a path in it comes before the paths that are forwarded
 */
export function createFront(app: FastifyInstance, upstream: string): Front {
  const { pathname } = new URL(upstream);
  const prefix = pathname.replace(/\/$/, '');
  const targetOf = ({ url }: FastifyRequest): string => prefix + url.split('?', 1)[0]!;

  // Loaded by those alone who need it: the proxy library takes a while.
  app.register(import('@fastify/reply-from'), {
    base: upstream,
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
    scope.all('/*', (request, reply) => reply.from(targetOf(request), ONCE));
    done();
  });

  return {
    isForeign: ({ body }) => {
      const value = (body as ReadBody | undefined)?.value;
      const named: unknown = Array.isArray(value) ? value[0] : value;
      return body !== undefined && destTypeOf(named) !== DEST_TYPE;
    },
    forward: (request, reply) =>
      reply.from(targetOf(request), {
        ...ONCE,
        body: (request.body as ReadBody).bytes!,
        contentType: request.headers['content-type'] ?? 'application/octet-stream',
      }),
    features: featuresOf(upstream.replace(/\/$/, '')),
  };
}

/** The host tries again by itself, and knows better what may be sent twice. */
const ONCE = { retryDelay: (): null => null };

function featuresOf(upstream: string): Front['features'] {
  let last: JsonObject | undefined;
  return async (_request, reply) => {
    const features = await fetchFeatures(`${upstream}/features`);
    if (features !== undefined) last = mergeFeatures(features);
    // The host remembers what it was told last as well; but one that has just started knows nothing yet.
    return last === undefined
      ? sendJson(reply, 503, { error: 'the transformer behind this service has not told its features yet' })
      : sendJson(reply, 200, last);
  };
}

/** `undefined` when there is no answer to be relied on. */
async function fetchFeatures(url: string): Promise<JsonObject | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(FEATURES_TIMEOUT_MS) });
    const text = await response.text();
    if (response.status === 404) return FEATURES_OF_OLD_TRANSFORMERS;
    const features: unknown = response.status === 200 ? JSON.parse(text) : undefined;
    return isObject(features) ? features : undefined;
  } catch {
    return undefined;
  }
}
