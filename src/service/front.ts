import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyReplyFromHooks } from '@fastify/reply-from';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isObject, type JsonObject } from '../core/json-object.js';
import { DEST_TYPE } from '../protocol/destination.js';
import { FEATURES_OF_OLD_TRANSFORMERS, mergeFeatures } from '../protocol/features.js';
import { destTypeOf } from '../protocol/transform-request.js';
import { sendJson } from './answer.js';
import type { Context } from './context.js';
import { UpstreamError } from './failures.js';
import { BodyError, type ReadBody } from './read-body.js';

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
export function createFront(app: FastifyInstance, upstream: string, context: Context): Front {
  const { origin, pathname } = new URL(upstream);
  const prefix = pathname.replace(/\/$/, '');
  const targetOf = ({ url }: FastifyRequest): string => prefix + url.split('?', 1)[0]!;

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
    scope.all('/*', (request, reply) => reply.from(targetOf(request), AS_IT_CAME));
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
        ...AS_IT_CAME,
        body: (request.body as ReadBody).bytes!,
        contentType: request.headers['content-type'] ?? 'application/octet-stream',
      }),
    features: featuresOf(`${origin}${prefix}/features`, context),
  };
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

/**
 * Headers that speak of one connection (RFC 9110, 7.6.1): each side of the front has its own. `expect` was met by Node, which has asked
 * for the body.
 */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'expect',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

function withoutHopByHop(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const named = [headers.connection ?? []].flat().flatMap((value) => value.toLowerCase().split(/[\s,]+/));
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name) && !named.includes(name)),
  );
}

/** The client's ways to say that it was used wrongly. */
const OWN_FAULT = /^UND_ERR_(INVALID|NOT_SUPPORTED)/;

/** What it means that there is no answer. */
function faultOf(answer: ServerResponse, error: Error): Error {
  if (answer.destroyed) return new BodyError('the body was broken off');
  const { code, name } = (error.cause ?? error) as NodeJS.ErrnoException;
  return OWN_FAULT.test(code ?? '') ? error : new UpstreamError(code ?? name);
}

/**
 * The other transformer's features, or what it told last. Before it has told any there is no good answer: whatever the host is answered first,
 * an error too, lets it start, and what it takes for granted then holds for as long as it lives (RudderStack rudder-server v1.83,
 * `services/transformer/features_impl.go`). A broken connection makes it ask again.
 */
function featuresOf(url: string, { answers, settings }: Context): Front['features'] {
  let last: JsonObject | undefined;
  return async (request, reply) => {
    const { featuresWaitMs, log } = settings;
    const patience = new Patience(reply, featuresWaitMs, answers.ending);
    do {
      const features = await fetchFeatures(url, patience.over);
      if (features !== undefined) last = mergeFeatures(features);
      else if (last === undefined) await patience.rest(featuresWaitMs / 100);
    } while (last === undefined && !patience.over.aborted);
    patience.end();
    if (last !== undefined) return sendJson(reply, 200, last);

    const error = 'the transformer behind this service has not told its features yet';
    log.warn({}, error);
    // Injected requests have no connection.
    const socket: Partial<Socket> = request.raw.socket;
    if (socket.destroy === undefined) return sendJson(reply, 503, { error });
    socket.destroy();
    return reply.hijack();
  };
}

/** How long an answer can be waited for: a while, and no longer than there is somebody to answer, and a service to do so. */
class Patience {
  readonly #over = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(
    private readonly reply: FastifyReply,
    ms: number,
    private readonly ending: AbortSignal,
  ) {
    this.#timer = setTimeout(this.end, ms);
    reply.raw.once('close', this.end);
    ending.addEventListener('abort', this.end);
    if (ending.aborted) this.end();
  }

  get over(): AbortSignal {
    return this.#over.signal;
  }

  /** Waits for so long, or until it is over. */
  async rest(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.over }).catch(() => undefined);
  }

  readonly end = (): void => {
    clearTimeout(this.#timer);
    this.reply.raw.off('close', this.end);
    this.ending.removeEventListener('abort', this.end);
    this.#over.abort();
  };
}

/** `undefined` when there is no answer to be relied on. */
async function fetchFeatures(url: string, signal: AbortSignal): Promise<JsonObject | undefined> {
  try {
    const response = await fetch(url, { signal });
    const text = await response.text();
    if (response.status === 404) return FEATURES_OF_OLD_TRANSFORMERS;
    const features: unknown = response.status === 200 ? JSON.parse(text) : undefined;
    return isObject(features) ? features : undefined;
  } catch {
    return undefined;
  }
}
