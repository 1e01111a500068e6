import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isObject, type JsonObject } from '../../src/core/json/json-object';
import { parseJson } from './http-call';

/** A write as it reached PX, in the order of arrival. */
export interface RecordedWrite {
  readonly method: string;
  readonly target: string;
  readonly body: JsonObject;
}

/** A proxy before a simulated PX that records the writes. */
export interface PxRecorder {
  readonly origin: string;
  readonly writes: readonly RecordedWrite[];
  close(): Promise<void>;
}

/** Starts a recorder that forwards each byte to `px`, and closes a connection when PX does. */
export async function startPxRecorder(px: string): Promise<PxRecorder> {
  const writes: RecordedWrite[] = [];
  const agent = new Agent({ keepAlive: true });
  const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, response) => {
    void pass(incoming, response);
  });

  async function pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const { method = '', url = '', headers } = incoming;
    const body = Buffer.concat(chunks);
    const json = parseJson(body.toString())?.value;
    writes.push({ method, target: url, body: isObject(json) ? json : {} });
    const outgoing = request(`${px}${url}`, {
      method,
      agent,
      headers: { ...headers, connection: 'keep-alive' },
    });
    outgoing.on('error', () => response.destroy());
    outgoing.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.on('error', () => response.destroy());
      answer.on('aborted', () => response.destroy());
      answer.pipe(response);
    });
    response.on('close', () => outgoing.destroy());
    outgoing.end(body);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    writes,
    close: async () => {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/**
 * Finds broken order in a user's writes of one kind (its own record, each of its accounts, its events): a
 * lower `seq` after a higher one. A repeated write has the same `seq`.
 */
export function brokenOrder(writes: readonly RecordedWrite[]): string[] {
  const last = new Map<string, number>();
  return writes.flatMap(({ method, target, body }) => {
    const seq = seqOf(body);
    if (seq === undefined) return [];
    const object = objectOf(target, body);
    const before = last.get(object) ?? -1;
    last.set(object, seq);
    return seq < before ? [`${method} of ${object}: ${seq} after ${before}`] : [];
  });
}

/**
 * The same, but only for the first write of each message: a host may repeat a write, but not write a message
 * too early.
 */
export function brokenFirstOrder(writes: readonly RecordedWrite[]): string[] {
  const seen = new Set<string>();
  return brokenOrder(
    writes.filter(({ target, body }) => {
      const key = JSON.stringify([objectOf(target, body), seqOf(body)]);
      return !seen.has(key) && seen.add(key);
    }),
  );
}

function seqOf({ customAttributes, attributes }: JsonObject): number | undefined {
  return [customAttributes, attributes].map((from) => (isObject(from) ? from.seq : undefined)).find(isNumber);
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

function objectOf(target: string, { identifyId, id }: JsonObject): string {
  if (target.startsWith('/v1/events')) return `events of ${String(identifyId)}`;
  const named = identifyId ?? id;
  return target.startsWith('/v1/accounts') || target.startsWith('/v1/users')
    ? `${target.split('/')[2]!} ${typeof named === 'string' ? named : target.split('/').slice(3).join('/')}`
    : target;
}
