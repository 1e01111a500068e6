import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { AnswerBody, Fetch, FetchAnswer } from './options.js';

/**
 * A `fetch` over Node's own HTTP client, with as much of an answer as the router reads. Connections are kept open and used again.
 *
 * For whoever sends much from a Node process: the global `fetch` builds web streams around every answer, and takes about twice as
 * much processor time for a request as this. Redirects are not followed, nothing is decompressed.
 *
 * @example
 * const router = createRouter({ fetch: createHttpFetch() });
 */
export function createHttpFetch(): Fetch {
  const options = { keepAlive: true, scheduling: 'fifo' } as const;
  const plain = { request: httpRequest, agent: new HttpAgent(options) };
  const secure = { request: httpsRequest, agent: new HttpsAgent(options) };

  return (url, { method, headers, body, signal }) =>
    new Promise((resolve, reject) => {
      const { request, agent } = url.startsWith('https:') ? secure : plain;
      // Of itself Node announces no body for a DELETE, and would write it where the next request begins.
      const length = body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
      const sent = request(url, { agent, method, headers: { ...headers, ...length }, signal }, (incoming) => {
        resolve(answerOf(incoming));
      });
      // Kept, not once: an answer that breaks off may tell the request too, and nobody else listens.
      sent.on('error', reject);
      sent.end(body);
    });
}

function answerOf(incoming: IncomingMessage): FetchAnswer {
  const status = incoming.statusCode!;
  return {
    status,
    ok: status >= 200 && status <= 299,
    headers: {
      get: (name) => {
        const value = incoming.headers[name.toLowerCase()];
        return Array.isArray(value) ? value.join(', ') : (value ?? null);
      },
    },
    body: bodyOf(incoming),
  };
}

function bodyOf(incoming: IncomingMessage): AnswerBody {
  const chunks = incoming[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  return {
    getReader: () => ({
      read: () => chunks.next(),
      cancel: () => {
        incoming.destroy();
        return Promise.resolve();
      },
    }),
  };
}
