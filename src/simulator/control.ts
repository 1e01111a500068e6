import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Engine } from './engine.js';
import { sendReply } from './http/exchange.js';
import { REDIRECT_PATH } from './faults/fault-actions.js';
import { readJsonBody, receiveBody } from './http/read-request-body.js';
import { empty, json, problem, type Reply } from './http/reply.js';
import { takeSnapshot } from './store/snapshot.js';

const PREFIX = '/__simulator/';

type ControlHandler = (engine: Engine, target: string, request: IncomingMessage) => Reply | Promise<Reply>;

const CONTROLS: Readonly<Record<string, ControlHandler>> = {
  'GET /__simulator/requests': (engine) => json(200, engine.tally.read()),
  'GET /__simulator/state': (engine, target) =>
    json(200, stateOf(engine, target.endsWith('?distinctEvents=true'))),
  'POST /__simulator/reset': (engine, target) => {
    engine.reset(target.endsWith('?only=requests') ? 'requests' : 'all');
    return empty(204);
  },
  'POST /__simulator/configure': configure,
};

/**
 * Whether a raw request target is for the simulator itself. It is judged before any decoding and resolving of dot segments, so
 * that no id in a path of PX can ever reach it.
 */
export function isControlTarget(target: string): boolean {
  return target.startsWith(PREFIX);
}

/** Serves a request of another process about the simulator. It needs no key, is never delayed, and does not count. */
export async function serveControl(
  engine: Engine,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = '', url = '' } = request;
  const path = url.split('?', 1)[0]!;
  if (path === REDIRECT_PATH) {
    request.resume();
    engine.tally.redirectsFollowed += 1;
    sendReply(response, empty(200));
    return;
  }
  const name = `${method} ${path}`;
  const handler = Object.hasOwn(CONTROLS, name) ? CONTROLS[name] : undefined;
  sendReply(response, (await handler?.(engine, url, request)) ?? problem(404, 'No such control'));
}

function stateOf({ world }: Engine, distinctEvents: boolean) {
  const { total, duplicates, ignored } = world.events;
  return { ...takeSnapshot(world, { distinctEvents }), eventCounts: { total, duplicates, ignored } };
}

async function configure(engine: Engine, _target: string, request: IncomingMessage): Promise<Reply> {
  const raw = await receiveBody(request, engine.maxBodyBytes);
  const reading = readJsonBody(raw ?? 'tooLarge', request.headers);
  if (!reading.ok) return reading.reply;
  try {
    engine.configure(reading.body);
    return empty(204);
  } catch (error) {
    return problem(400, error instanceof TypeError ? error.message : 'The settings are not valid');
  }
}
