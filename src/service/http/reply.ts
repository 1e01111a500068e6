import type { FastifyReply, FastifyRequest } from 'fastify';
import { stringifyJson } from '../../runtime/index.js';
import type { JsonBody } from './read-request-body.js';

/**
 * The version of the protocol. A host that receives a response without it exits (RudderStack rudder-server v1.83,
 * `processor/internal/transformer`).
 */
export const API_VERSION = '2';
const API_VERSION_HEADER = 'apiVersion';

/** With a 503, makes the processor's client retry without limit (rudder-server v1.83, `internal/transformer-client`). */
const SHOULD_RETRY_HEADER = 'X-Rudder-Should-Retry';
const REASON_HEADER = 'X-Rudder-Error-Reason';

const JSON_TYPE = 'application/json; charset=utf-8';

/** Adds the header that every reply to the host needs. */
export function setApiVersion(reply: FastifyReply): FastifyReply {
  return reply.header(API_VERSION_HEADER, API_VERSION);
}

/** Sends JSON, as bytes: Node writes them faster than a string. */
export function sendJson(reply: FastifyReply, status: number, body: unknown): FastifyReply {
  return setApiVersion(reply)
    .code(status)
    .type(JSON_TYPE)
    .send(Buffer.from(stringifyJson(body)));
}

/**
 * Replies 503, so that the host sends the whole request again, without limit.
 *
 * @param reason the host shows it
 * @param summary goes into a header, which proxies and logs keep: it must not contain data of a customer
 */
export function sendRetryLater(reply: FastifyReply, reason: string, summary = reason): FastifyReply {
  const printable = summary.replace(/[^\x20-\x7e]/g, '?').slice(0, 200);
  return sendJson(
    reply.header(SHOULD_RETRY_HEADER, 'true').header(REASON_HEADER, printable).header('Retry-After', '1'),
    503,
    { error: reason },
  );
}

/** Takes the parsed body out of the request, which then no longer holds it; `undefined` when there was none. */
export function takeJson({ body }: FastifyRequest): unknown {
  return (body as JsonBody | undefined)?.takeValue();
}
