import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isObject, type JsonObject } from '../../core/index.js';
import { FEATURES_OF_OLD_TRANSFORMERS, mergeFeatures } from '../../protocol/index.js';
import { Deadline, sleep, systemClock, type Signal } from '../../runtime/index.js';
import { sendJson } from '../http/reply.js';
import type { ServiceContext } from '../context.js';

/** Serves `GET /features`. */
export type FeaturesRoute = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

const UNREADABLE = 'the features of the upstream transformer could not be read';
const NONE_YET = 'the upstream transformer has not sent its features yet';

/**
 * Serves the features of the upstream transformer with this destination added; when the upstream fails, the last ones that it sent.
 * Until it has sent some, this service breaks the connection, and the host asks again. Any response, also an error, lets the host
 * start, and it keeps the defaults that it then assumes until it restarts (RudderStack rudder-server v1.83,
 * `services/transformer/features_impl.go`).
 */
export function upstreamFeatures(url: string, { responses, settings }: ServiceContext): FeaturesRoute {
  const { featuresWaitMs, log } = settings;
  let last: JsonObject | undefined;
  let lastProblem: string | undefined;
  const poll = async (signal: Signal): Promise<boolean> => {
    const result = await fetchFeatures(url, signal);
    if ('features' in result) last = mergeFeatures(result.features);
    if (!signal.aborted) {
      const problem = 'problem' in result ? result.problem : undefined;
      // Only when it changes, not at every poll.
      if (problem !== undefined && problem !== lastProblem) log.warn({ error: problem }, UNREADABLE);
      lastProblem = problem;
    }
    return 'features' in result;
  };
  return async (request, reply) => {
    const deadline = new Deadline(systemClock, featuresWaitMs, {
      connection: reply.raw,
      signal: responses.stopping,
    });
    const { signal } = deadline;
    do {
      const succeeded = await poll(signal);
      if (!succeeded && last === undefined) {
        await sleep(systemClock, featuresWaitMs / 100, signal).catch(() => undefined);
      }
    } while (last === undefined && !signal.aborted);
    deadline.release();
    if (last !== undefined) return sendJson(reply, 200, last);

    log.warn({}, NONE_YET);
    // An injected request has a socket without `destroy`.
    const socket: Partial<Socket> = request.raw.socket;
    if (socket.destroy === undefined) return sendJson(reply, 503, { error: NONE_YET });
    socket.destroy();
    return reply.hijack();
  };
}

/** The features of an upstream, or why they could not be read. */
type FeaturesResult = { readonly features: JsonObject } | { readonly problem: string };

/** Far more than any transformer sends. */
const MAX_BYTES = 1024 * 1024;

async function fetchFeatures(url: string, signal: Signal): Promise<FeaturesResult> {
  try {
    // A redirect leads away from the transformer that the operator configured.
    const { status, body } = await fetch(url, { signal, redirect: 'manual' });
    if (status === 200) return parseFeatures(await readAtMost(body, MAX_BYTES));
    await body?.cancel();
    if (status === 404) return { features: FEATURES_OF_OLD_TRANSFORMERS };
    const isRedirect = status >= 300 && status <= 399;
    return { problem: `it answers ${status}${isRedirect ? ', and this service follows no redirect' : ''}` };
  } catch (thrown) {
    // The client's own message contains addresses.
    const { code, name } = ((thrown as Error).cause ?? thrown) as NodeJS.ErrnoException;
    return { problem: `no response: ${code ?? name}` };
  }
}

function parseFeatures(text: string | undefined): FeaturesResult {
  if (text === undefined) return { problem: `its response is larger than ${MAX_BYTES} bytes` };
  try {
    const features: unknown = JSON.parse(text);
    if (isObject(features)) return { features };
  } catch {
    // The parser's own message quotes the text.
  }
  return { problem: 'its response is not a JSON object' };
}

/** A body as text, decompressed; `undefined` when it is larger than `maxBytes`. */
async function readAtMost(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Returning from the loop cancels the stream, and so closes the connection.
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
