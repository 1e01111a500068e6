import type { FastifyReply, FastifyRequest } from 'fastify';
import { stringifyJson } from '../../runtime/index.js';
import type { ReadBody } from './read-request-body.js';

/** Tells the host that it may read an answer: without it, it ends itself (RudderStack rudder-server v1.83, `processor/internal/transformer`). */
export const API_VERSION = '2';
const API_VERSION_HEADER = 'apiVersion';

/** With a 503 it makes the processor's client try again for as long as it takes (the same, `internal/transformer-client`). */
const SHOULD_RETRY_HEADER = 'X-Rudder-Should-Retry';
const REASON_HEADER = 'X-Rudder-Error-Reason';

const JSON_TYPE = 'application/json; charset=utf-8';

/** Marks an answer as one of the host's protocol. */
export function setApiVersion(reply: FastifyReply): FastifyReply {
  return reply.header(API_VERSION_HEADER, API_VERSION);
}

/** Sends JSON: as bytes, which Node writes faster than a text. */
export function sendJson(reply: FastifyReply, status: number, body: unknown): FastifyReply {
  return setApiVersion(reply)
    .code(status)
    .type(JSON_TYPE)
    .send(Buffer.from(stringifyJson(body)));
}

/**
 * Answers that the whole request is to be sent again, without end. `reason` is shown by the host; `summary` stands in a header, which
 * proxies and logs keep, and so must hold nothing of anybody's.
 */
export function sendRetryLater(reply: FastifyReply, reason: string, summary = reason): FastifyReply {
  const printable = summary.replace(/[^\x20-\x7e]/g, '?').slice(0, 200);
  return sendJson(
    reply.header(SHOULD_RETRY_HEADER, 'true').header(REASON_HEADER, printable).header('Retry-After', '1'),
    503,
    { error: reason },
  );
}

/** Takes the body as JSON, which the request has no longer then; `undefined` when there was none. */
export function takeJson({ body }: FastifyRequest): unknown {
  return (body as ReadBody | undefined)?.take();
}
