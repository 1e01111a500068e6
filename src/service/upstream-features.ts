import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isObject, type JsonObject } from '../core/json-object.js';
import { FEATURES_OF_OLD_TRANSFORMERS, mergeFeatures } from '../protocol/features.js';
import { sendJson } from './answer.js';
import type { Context } from './context.js';

/** Serves `GET /features`. */
export type FeaturesRoute = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

/**
 * The other transformer's features, or what it told last. Before it has told any there is no good answer: whatever the host is answered first,
 * an error too, lets it start, and what it takes for granted then holds for as long as it lives (RudderStack rudder-server v1.83,
 * `services/transformer/features_impl.go`). A broken connection makes it ask again.
 */
export function upstreamFeatures(url: string, { answers, settings }: Context): FeaturesRoute {
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
