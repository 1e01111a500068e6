import { Agent, request, type IncomingHttpHeaders } from 'node:http';
import { createSimulator, type Simulator, type SimulatorOptions } from '../../src/simulator/index.js';

/** An answer, its body read. */
export interface Received {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/**
 * A simulator that listens, and a client that sends it targets to the byte: unlike `fetch` it resolves and
 * encodes nothing.
 */
export interface Px {
  readonly simulator: Simulator;
  readonly origin: string;
  /**
   * `target` starts after the origin. A body that is not a string is sent as JSON; a null header is left out.
   */
  call(
    method: string,
    target: string,
    body?: unknown,
    headers?: Record<string, string | null>,
  ): Promise<Received>;
}

const DEFAULT_HEADERS = { 'x-aptrinsic-api-key': 'test-key', 'content-type': 'application/json' };
const running: (() => Promise<void>)[] = [];

/** Starts a simulator on a free port; `stopAll` ends it. */
export async function startPx(options: SimulatorOptions = {}): Promise<Px> {
  const simulator = createSimulator(options);
  const { port, origin } = await simulator.listen();
  const agent = new Agent({ keepAlive: true });
  running.push(async () => {
    agent.destroy();
    await simulator.close();
  });
  return {
    simulator,
    origin,
    call: (method, target, body, headers = {}) =>
      new Promise((resolve, reject) => {
        const merged = Object.entries({ ...DEFAULT_HEADERS, ...headers }).filter(
          (entry): entry is [string, string] => entry[1] !== null,
        );
        const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
        const length = text === undefined ? {} : { 'content-length': String(Buffer.byteLength(text)) };
        const outgoing = request(
          {
            host: '127.0.0.1',
            port,
            agent,
            method,
            path: target,
            headers: { ...Object.fromEntries(merged), ...length },
          },
          (response) => {
            const chunks: Buffer[] = [];
            response.on('data', (chunk: Buffer) => chunks.push(chunk));
            response.on('error', reject);
            response.on('end', () => {
              resolve({
                status: response.statusCode!,
                headers: response.headers,
                text: Buffer.concat(chunks).toString(),
              });
            });
          },
        );
        outgoing.on('error', reject);
        outgoing.end(text);
      }),
  };
}

/** Ends every simulator that was started; for `afterEach`. */
export async function stopAll(): Promise<void> {
  await Promise.all(running.splice(0).map((stop) => stop()));
}

/** A complete user, as the mapping creates it. */
export const user = (identifyId: string, more: object = {}) => ({
  identifyId,
  type: 'USER',
  propertyKeys: ['AP-TEST-2'],
  ...more,
});

/** A complete account. */
export const account = (id: string, more: object = {}) => ({
  id,
  name: id,
  propertyKeys: ['AP-TEST-2'],
  ...more,
});

/** A complete custom event. */
export const event = (identifyId: string, more: object = {}) => ({
  identifyId,
  propertyKey: 'AP-TEST-2',
  userType: 'USER',
  eventName: 'Order Completed',
  attributes: {},
  ...more,
});

/** The error in PX's form that an answer carries. */
export function errorOf(received: Received) {
  return (
    JSON.parse(received.text) as {
      externalapierror: {
        status: string;
        message: string;
        debugMessage: null;
        subErrors: { object: string; field: string; message: string }[] | null;
      };
    }
  ).externalapierror;
}
