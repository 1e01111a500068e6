import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Engine } from '../engine.js';
import { actionOf } from '../faults/fault-actions.js';
import type { SimulatedRequest } from '../faults/faults.js';
import { readJsonBody, receiveBody, type BodyReading, type RawBody } from './read-request-body.js';
import { problem, type Reply } from './reply.js';
import { matchRoute, type RouteMatch } from './routes.js';
import { readTarget, type TargetReading } from './request-target.js';

/** A request whose parts are read, each of which may have been refused. */
interface Reading {
  readonly seen: SimulatedRequest;
  readonly target: TargetReading;
  readonly match: RouteMatch;
  /** Undefined for a route without a body. */
  readonly body: BodyReading | undefined;
}

const API_KEY_HEADER = 'x-aptrinsic-api-key';

/** Ends an exchange once: with its status, or without one when no whole answer is sent. */
type End = (status?: number) => void;

/**
 * Serves one request to PX: reads it, waits, carries it out or does what its fault says, and answers.
 *
 * The order of refusals: 429, 401, a path that cannot be read 400, 404 and 405 of routing, 415, 413 and 400 of the body, then the
 * call's own. Which of two faults PX reports first is inferred.
 */
export async function serveExchange(
  engine: Engine,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = '', url = '' } = request;
  const target = readTarget(url);
  const match: RouteMatch = target.ok ? matchRoute(method, target.segments) : { found: 'nothing' };
  const route = match.found === 'route' ? match.route.name : 'unknown';
  const end = beginExchange(engine, { method, target: url, route });
  response.once('close', () => end());

  const raw = await receiveBody(request, engine.maxBodyBytes);
  if (raw === undefined) return;
  const reading = readRequest({ method, target: url, route }, target, match, raw, request.headers);
  await settle(engine, reading, request, response, end);
}

/** Counts an exchange in; what it returns counts it out, before the client can know of the answer. */
function beginExchange(engine: Engine, seen: SimulatedRequest): End {
  const startMs = performance.now();
  let ended = false;
  engine.tally.arrived(seen.route, engine.now());
  return (status) => {
    if (ended) return;
    ended = true;
    engine.tally.ended(status);
    const durationMs = performance.now() - startMs;
    engine.onExchange?.({ ...seen, durationMs, ...(status === undefined ? {} : { status }) });
  };
}

function readRequest(
  seen: SimulatedRequest,
  target: TargetReading,
  match: RouteMatch,
  raw: RawBody,
  headers: IncomingMessage['headers'],
): Reading {
  const route = match.found === 'route' ? match.route : undefined;
  const body = route?.hasBody === true ? readJsonBody(raw, headers) : undefined;
  const named = route?.idField !== undefined && body?.ok === true ? body.body[route.idField] : undefined;
  const id = match.found === 'route' && match.id !== undefined ? match.id : named;
  return { seen: typeof id === 'string' ? { ...seen, id } : seen, target, match, body };
}

async function settle(
  engine: Engine,
  reading: Reading,
  request: IncomingMessage,
  response: ServerResponse,
  end: End,
): Promise<void> {
  // The limit stands before everything, as at a gateway; a request that it refuses is none for the faults to count.
  const throttled = engine.throttle();
  const fault = throttled === undefined ? engine.faults.next(reading.seen) : undefined;
  const action = fault === undefined ? undefined : actionOf(fault);
  const waitMs = engine.latencyMs + (action?.act === 'delay' ? action.delayMs : 0);
  if (waitMs > 0) await engine.wait(waitMs);
  // Whatever a closed simulator still holds is not carried out: its state stays as it was found.
  if (engine.closed) return void response.destroy();

  const reply =
    throttled ?? (action?.write === false ? undefined : carryOut(engine, reading, request.headers));
  if (action?.act === 'hang') return;
  if (action?.act === 'destroy') {
    end();
    response.destroy();
  } else if (action?.act === 'truncate') {
    end();
    sendTruncated(response, reply!);
  } else {
    const sent = action?.act === 'answer' ? action.reply : reply!;
    end(sent.status);
    sendReply(response, sent);
  }
}

/** Carries a request out, and says what PX answers. */
function carryOut(
  engine: Engine,
  { seen, target, match, body }: Reading,
  headers: IncomingMessage['headers'],
): Reply {
  const key = headers[API_KEY_HEADER];
  if (typeof key !== 'string' || key === '' || (engine.apiKey !== undefined && key !== engine.apiKey)) {
    return problem(401, 'The API key is missing or not valid');
  }
  if (!target.ok) return problem(400, `Bad request: ${target.why}`);
  if (match.found === 'nothing') return problem(404, 'No handler found');
  if (match.found === 'path') {
    const reply = problem(405, `Request method '${seen.method}' is not supported`);
    return { ...reply, headers: { ...reply.headers, allow: match.allow.join(', ') } };
  }
  if (body?.ok === false) return body.reply;
  const { idField, handler } = match.route;
  const call = {
    id: seen.id ?? '',
    idFields: idField === undefined ? [] : [idField],
    query: target.query,
    body: body?.body ?? {},
    bodyText: body?.text ?? '',
  };
  return handler(call, engine.world);
}

/** Sends an answer. */
export function sendReply(response: ServerResponse, { status, headers = {}, text }: Reply): void {
  if (text === undefined) {
    response.writeHead(status, status === 204 ? headers : { ...headers, 'content-length': 0 });
    response.end();
    return;
  }
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

/** Promises one byte more than it sends, then breaks off. */
function sendTruncated(response: ServerResponse, { status, text = '' }: Reply): void {
  // A status that has no body could not be cut short.
  response.writeHead(status === 204 ? 200 : status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text) + 1,
  });
  response.flushHeaders();
  response.write(text, () => response.destroy());
}
