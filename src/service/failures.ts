import type { FastifyError, FastifyReply } from 'fastify';
import { WireFormatError } from '../protocol/wire-format-error.js';
import { sendJson, sendRetryLater } from './answer.js';
import type { ServiceLog } from './options.js';
import { BodyError } from './read-body.js';

/** Paths of the processor's transform calls, whose client tries again without end when it is told to. */
const PROCESSOR_PATH = /^\/v0\/destinations\/[^/]+\/?$/;

/**
 * Answers a request that could not be served: as something to be sent again. A body that cannot be read was most likely broken on its
 * way, and any 4xx on a transform route would make the host drop every event in it; a 404 too, for a path that another version may know.
 */
export function sendFailure(reply: FastifyReply, thrown: unknown, log: ServiceLog): FastifyReply {
  const message = messageOf(thrown);
  if (isInput(thrown))
    log.warn({ error: nameOf(thrown) }, 'a request could not be read, and will come again');
  else log.error({ error: nameOf(thrown) }, 'a request failed for a fault of this service');
  return sendRefusal(reply, message);
}

/** Answers a request for something that is not here. */
export function sendRefusal(reply: FastifyReply, message: string): FastifyReply {
  const path = reply.request.url.split('?', 1)[0]!.replace(/\/{2,}/g, '/');
  if (PROCESSOR_PATH.test(path)) return sendRetryLater(reply, message);
  // The deletion worker reads arrays only.
  const body =
    path === '/deleteUsers' ? [{ statusCode: 500, status: 'failed', error: message }] : { error: message };
  return sendJson(reply, 500, body);
}

function isInput(thrown: unknown): boolean {
  return thrown instanceof BodyError || thrown instanceof WireFormatError;
}

/** Of what is not our own, the name alone: the rest may hold anything. */
function messageOf(thrown: unknown): string {
  return isInput(thrown) ? (thrown as Error).message : `unexpected ${nameOf(thrown)}`;
}

function nameOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return typeof thrown;
  return (thrown as FastifyError).code ?? thrown.name;
}
