import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isObject, type JsonObject } from '../../core/index.js';
import { FEATURES_OF_OLD_TRANSFORMERS, mergeFeatures } from '../../protocol/index.js';
import { Deadline, type Signal, sleep, systemClock } from '../../runtime/index.js';
import { sendJson } from '../http/reply.js';
import type { Context } from '../context.js';

/** Serves `GET /features`. */
export type FeaturesRoute = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

/**
 * The other transformer's features, or what it told last. Before it has told any there is no good answer: whatever the host is answered first,
 * an error too, lets it start, and what it takes for granted then holds for as long as it lives (RudderStack rudder-server v1.83,
 * `services/transformer/features_impl.go`). A broken connection makes it ask again.
 */
export function upstreamFeatures(url: string, { answers, settings }: Context): FeaturesRoute {
  const { featuresWaitMs, log } = settings;
  let last: JsonObject | undefined;
  let lastFault: string | undefined;
  const ask = async (over: Signal): Promise<boolean> => {
    const told = await fetchFeatures(url, over);
    if ('features' in told) last = mergeFeatures(told.features);
    const fault = 'fault' in told && !over.aborted ? told.fault : undefined;
    // Once, and not with every poll.
    if (fault !== undefined && fault !== lastFault) log.warn({ error: fault }, UNREAD);
    if (!over.aborted) lastFault = fault;
    return 'features' in told;
  };
  return async (request, reply) => {
    const deadline = new Deadline(systemClock, featuresWaitMs, {
      connection: reply.raw,
      signal: answers.ending,
    });
    const { signal } = deadline;
    do {
      const isTold = await ask(signal);
      if (!isTold && last === undefined)
        await sleep(systemClock, featuresWaitMs / 100, signal).catch(() => undefined);
    } while (last === undefined && !signal.aborted);
    deadline.release();
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

const UNREAD = 'the features of the transformer behind this service could not be read';

/** The features that an upstream tells, or why there is no answer to be relied on. */
type Told = { readonly features: JsonObject } | { readonly fault: string };

/** No transformer tells more of itself. */
const MOST_BYTES = 1024 * 1024;

async function fetchFeatures(url: string, signal: Signal): Promise<Told> {
  try {
    // Wherever a redirect leads to, it is not the transformer that the operator named.
    const { status, body } = await fetch(url, { signal, redirect: 'manual' });
    if (status === 200) return parseFeatures(await readBounded(body));
    await body?.cancel();
    if (status === 404) return { features: FEATURES_OF_OLD_TRANSFORMERS };
    return {
      fault: `it answers ${status}${status >= 300 && status <= 399 ? ', and no redirect is followed' : ''}`,
    };
  } catch (thrown) {
    // The client's own words name addresses.
    const { code, name } = ((thrown as Error).cause ?? thrown) as NodeJS.ErrnoException;
    return { fault: `no answer: ${code ?? name}` };
  }
}

function parseFeatures(text: string | undefined): Told {
  if (text === undefined) return { fault: `its answer is larger than ${MOST_BYTES} bytes` };
  try {
    const features: unknown = JSON.parse(text);
    if (isObject(features)) return { features };
  } catch {
    // The parser's own words quote the text.
  }
  return { fault: 'its answer is no JSON object' };
}

/** A body as text, after it was decompressed; `undefined`, and the rest unread, when it is too large. */
async function readBounded(body: ReadableStream<Uint8Array> | null): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop ends the connection.
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > MOST_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
