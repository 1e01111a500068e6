import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Engine } from './engine.js';
import { REDIRECT_PATH } from './faults/index.js';
import { empty, json, parseJsonBody, problem, readBody, sendReply, type Reply } from './http/index.js';
import { takeSnapshot } from './store/index.js';

const PREFIX = '/__simulator/';

type ControlHandler = (engine: Engine, target: string, request: IncomingMessage) => Reply | Promise<Reply>;

const CONTROLS: Readonly<Record<string, ControlHandler>> = {
  'GET /__simulator/requests': (engine) => json(200, engine.counters.read()),
  'GET /__simulator/state': (engine, target) =>
    json(200, stateOf(engine, target.endsWith('?distinctEvents=true'))),
  'POST /__simulator/reset': (engine, target) => {
    engine.reset(target.endsWith('?only=requests') ? 'requests' : 'all');
    return empty(204);
  },
  'POST /__simulator/configure': configure,
};

/**
 * Whether a raw request target is for the simulator itself. It looks at the target before decoding and dot
 * segments, so that no id in a path of PX can reach the controls.
 */
export function isControlTarget(target: string): boolean {
  return target.startsWith(PREFIX);
}

/** Serves a control request of another process. It needs no key, has no delay and is not counted. */
export async function serveControl(
  engine: Engine,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = '', url = '' } = request;
  const path = url.split('?', 1)[0]!;
  if (path === REDIRECT_PATH) {
    request.resume();
    engine.counters.redirectsFollowed += 1;
    sendReply(response, empty(200));
    return;
  }
  const name = `${method} ${path}`;
  const handler = Object.hasOwn(CONTROLS, name) ? CONTROLS[name] : undefined;
  sendReply(response, (await handler?.(engine, url, request)) ?? problem(404, 'No such control'));
}

function stateOf({ store }: Engine, distinctEvents: boolean) {
  const { total, duplicates, ignored } = store.events;
  return { ...takeSnapshot(store, { distinctEvents }), eventCounts: { total, duplicates, ignored } };
}

async function configure(engine: Engine, _target: string, request: IncomingMessage): Promise<Reply> {
  const raw = await readBody(request, engine.maxBodyBytes);
  const parsed = parseJsonBody(raw ?? 'tooLarge', request.headers);
  if (!parsed.ok) return parsed.reply;
  try {
    engine.configure(parsed.body);
    return empty(204);
  } catch (error) {
    return problem(400, error instanceof TypeError ? error.message : 'The settings are not valid');
  }
}
