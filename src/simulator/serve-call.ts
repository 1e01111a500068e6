import type { IncomingMessage, ServerResponse } from 'node:http';
import { matchRoute, permissionFor, type RouteMatch } from './calls/index.js';
import type { Engine } from './engine.js';
import type { Refusal } from './options.js';
import { actionOf, type SimulatedRequest } from './faults/index.js';
import {
  parseJsonBody,
  parseTarget,
  page,
  problem,
  readBody,
  sendReply,
  sendTruncated,
  type ParsedBody,
  type ParsedTarget,
  type RawBody,
  type Reply,
} from './http/index.js';

/** A request with its parts parsed; each part may be invalid. */
interface ParsedRequest {
  readonly info: SimulatedRequest;
  readonly target: ParsedTarget;
  readonly match: RouteMatch;
  /** Undefined for a route without a body. */
  readonly body: ParsedBody | undefined;
}

const API_KEY_HEADER = 'x-aptrinsic-api-key';

/** Counts the end of a request, once. `status` is missing when the answer is not complete. */
type End = (status?: number) => void;

/**
 * Serves one request to PX: reads it, waits, carries it out or injects its fault, and answers.
 *
 * The order of the checks: rate limit 429, key 401, path 400, route 404 and 405, permission 401 or 403, body 415, 413 and 400, then
 * those of the call. Which of two errors PX reports first is inferred.
 */
export async function serveCall(
  engine: Engine,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = '', url = '' } = request;
  const target = parseTarget(url);
  const match: RouteMatch = target.ok ? matchRoute(method, target.segments) : { found: 'nothing' };
  const route = match.found === 'route' ? match.route.name : 'unknown';
  const end = countStart(engine, { method, target: url, route });
  response.once('close', () => end());

  const raw = await readBody(request, engine.maxBodyBytes);
  if (raw === undefined) return;
  const parsed = parseRequest({ method, target: url, route }, target, match, raw, request.headers);
  await respond(engine, parsed, request, response, end);
}

/** Counts the start of a request. Call the result before the answer is sent: it counts the end. */
function countStart(engine: Engine, info: SimulatedRequest): End {
  const startMs = performance.now();
  let ended = false;
  engine.counters.arrived(info.route, engine.now());
  return (status) => {
    if (ended) return;
    ended = true;
    engine.counters.ended(status);
    const durationMs = performance.now() - startMs;
    engine.onRequestEnd?.({ ...info, durationMs, ...(status === undefined ? {} : { status }) });
  };
}

function parseRequest(
  info: SimulatedRequest,
  target: ParsedTarget,
  match: RouteMatch,
  raw: RawBody,
  headers: IncomingMessage['headers'],
): ParsedRequest {
  const route = match.found === 'route' ? match.route : undefined;
  const body = route?.hasBody === true ? parseJsonBody(raw, headers) : undefined;
  const named = route?.idField !== undefined && body?.ok === true ? body.body[route.idField] : undefined;
  const id = match.found === 'route' && match.id !== undefined ? match.id : named;
  return { info: typeof id === 'string' ? { ...info, id } : info, target, match, body };
}

async function respond(
  engine: Engine,
  parsed: ParsedRequest,
  request: IncomingMessage,
  response: ServerResponse,
  end: End,
): Promise<void> {
  // The limit comes first, as at a gateway: the faults do not count a request over the limit.
  const throttled = engine.throttle();
  const fault = throttled === undefined ? engine.faults.next(parsed.info) : undefined;
  const action = fault === undefined ? undefined : actionOf(fault);
  const waitMs = engine.latencyMs() + (action?.act === 'delay' ? action.delayMs : 0);
  if (waitMs > 0) await engine.wait(waitMs);
  // A closed simulator does not carry out requests in flight: its state no longer changes.
  if (engine.closed) return void response.destroy();

  const reply =
    throttled ?? (action?.write === false ? undefined : carryOut(engine, parsed, request.headers));
  if (action?.act === 'hang') return;
  if (action?.act === 'destroy') {
    end();
    response.destroy();
  } else if (action?.act === 'reset') {
    end();
    response.socket?.resetAndDestroy();
  } else if (action?.act === 'truncate') {
    end();
    sendTruncated(response, reply!);
  } else {
    const sent = action?.act === 'answer' ? action.reply : reply!;
    end(sent.status);
    sendReply(response, sent);
  }
}

/** Carries out a request and returns PX's answer. */
function carryOut(
  engine: Engine,
  { info, target, match, body }: ParsedRequest,
  headers: IncomingMessage['headers'],
): Reply {
  const key = headers[API_KEY_HEADER];
  if (typeof key !== 'string' || key === '' || (engine.apiKey !== undefined && key !== engine.apiKey)) {
    return problem(401, 'The API key is missing or not valid');
  }
  if (!target.ok) return problem(400, `Bad request: ${target.why}`);
  if (match.found === 'nothing') return problem(404, 'No handler found');
  if (match.found === 'path') {
    const reply = problem(405, `Request method '${info.method}' is not supported`);
    return { ...reply, headers: { ...reply.headers, allow: match.allow.join(', ') } };
  }
  const refusal = engine.refusalOf(permissionFor(match.route.name));
  if (refusal !== undefined) return refuse(refusal);
  if (body?.ok === false) return body.reply;
  const { idField, handler } = match.route;
  const call = {
    id: info.id ?? '',
    idFields: idField === undefined ? [] : [idField],
    query: target.query,
    body: body?.body ?? {},
    bodyText: body?.text ?? '',
  };
  return handler(call, engine.store);
}

function refuse(refusal: Refusal): Reply {
  if (refusal === '403-html') return page(403, '403 Forbidden');
  return problem(Number(refusal), 'The API key does not have this permission');
}
