import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { JsonObject } from '../core/index.js';
import type { AttributeInput, AttributeModel } from './validation/attribute-catalogue.js';
import { isControlTarget, serveControl } from './control.js';
import { Engine } from './engine.js';
import { serveExchange } from './http/exchange.js';
import type { SimulatorOptions, SimulatorSettings } from './options.js';
import { problem } from './http/reply.js';
import { takeSnapshot, type Snapshot, type SnapshotOptions } from './store/snapshot.js';
import type { RequestCounts } from './counters.js';
import type { Preferences } from './store/store.js';

/** Where a simulator listens. */
export interface Listening {
  /** What stands in place of `https://api.aptrinsic.com/v1`: `http://127.0.0.1:50123/v1`. */
  readonly baseUrl: string;
  /** What stands in place of `https://api.aptrinsic.com`: `http://127.0.0.1:50123`. */
  readonly origin: string;
  readonly port: number;
}

/** What the simulated PX holds: views that follow it, to be read and not written. */
export interface SimulatorState {
  /** By `identifyId`, without those that were deleted, hard or soft. */
  readonly users: ReadonlyMap<string, JsonObject>;
  /** By `id`. */
  readonly accounts: ReadonlyMap<string, JsonObject>;
  readonly events: {
    /** The first `keepEvents` events, in the order of arrival. */
    readonly list: readonly JsonObject[];
    /** All that were taken, kept or not. */
    readonly total: number;
    /** Those among them that came before with the same `eventId`, or, without one, with the same body to the byte. */
    readonly duplicates: number;
    /** Those of denylisted users: answered with 201, but not taken. */
    readonly ignored: number;
  };
  /** What was set, by `identifyId`; it outlives a soft deletion. */
  readonly preferences: ReadonlyMap<string, Preferences>;
  /** The users on the denylist; a place on it outlives a soft deletion. */
  readonly denied: ReadonlySet<string>;
  /** The state as JSON that compares: sorted, and without times of the simulator's own. */
  snapshot(options?: SnapshotOptions): Snapshot;
}

/** An in-memory Gainsight PX. */
export interface Simulator {
  /** Starts to listen. Port 0, the default, takes a free one; the default host is 127.0.0.1. Rejects when it cannot. */
  listen(at?: { readonly port?: number; readonly host?: string }): Promise<Listening>;
  /** Ends every connection, hanging ones too, and stops; nothing keeps the process alive after it. The state can still be read. */
  close(): Promise<void>;
  readonly state: SimulatorState;
  /** The counts at this moment. */
  readonly requests: RequestCounts;
  /** Replaces the settings that are given, at once. @throws TypeError that names the setting that is wrong. */
  configure(settings: SimulatorSettings): void;
  /** Empties the state and sets counts and fault counters to zero, or, with `requests`, only the latter two. */
  reset(what?: 'all' | 'requests'): void;
  /** Declares a custom attribute, as an administrator does in PX. */
  defineAttribute(model: AttributeModel, attribute: AttributeInput): void;
}

// Longer than clients keep a connection idle: whoever closes first, a request must not meet the closing.
const KEEP_ALIVE_MS = 65_000;
// What a Tomcat takes by default for the request line and all headers; it answers 400 to more.
const MAX_HEADER_BYTES = 8192;

/**
 * Makes a Gainsight PX REST API in memory, for demos and tests: users, accounts, custom events, preferences, denylist and deletion
 * with PX's status codes and error bodies, on `node:http`.
 *
 * It behaves as the Gainsight PX API description v0.1.6 and the support articles say; where they say nothing it takes the stricter
 * reading, so that what passes here does not depend on PX's lenience. Another process reads and steers it under `/__simulator/`:
 * `GET requests`, `GET state`, `POST reset`, `POST configure`.
 *
 * @throws TypeError when an option is wrong.
 * @example
 * const simulator = createSimulator({ latencyMs: 20, faults: [{ fault: 'error-500', every: 7 }] });
 * const { baseUrl } = await simulator.listen();
 * // … PUT `${baseUrl}/users/ada` …
 * simulator.state.users.get('ada');
 * simulator.requests.byRoute['users.update'];
 * await simulator.close();
 */
export function createSimulator(options: SimulatorOptions = {}): Simulator {
  const engine = new Engine(options);
  let server: Server | undefined;

  return {
    state: viewOf(engine),
    get requests() {
      return engine.tally.read();
    },
    configure: (settings) => engine.configure(settings),
    reset: (what = 'all') => engine.reset(what),
    defineAttribute: (model, attribute) => engine.world.attributes.define(model, attribute),

    async listen({ port = 0, host = '127.0.0.1' } = {}) {
      if (server !== undefined) throw new Error('the simulator listens already');
      server = createPxServer(engine);
      try {
        await listening(server, port, host);
      } catch (error) {
        server = undefined;
        throw error;
      }
      engine.closed = false;
      return addressOf(server, host);
    },

    async close() {
      const closing = server;
      if (closing === undefined) return;
      server = undefined;
      engine.closed = true;
      const closed = new Promise((resolve) => closing.close(resolve));
      closing.closeAllConnections();
      await closed;
    },
  };
}

function createPxServer(engine: Engine): Server {
  const server = createServer(
    { keepAliveTimeout: KEEP_ALIVE_MS, maxHeaderSize: MAX_HEADER_BYTES },
    (request, response) => {
      const serve = isControlTarget(request.url ?? '') ? serveControl : serveExchange;
      serve(engine, request, response).catch((error: unknown) => response.destroy(error as Error));
    },
  );
  server.on('clientError', refuseUnreadable);
  return server;
}

/** Answers what is no HTTP, or has too large a header, as a Java server does: with 400. */
function refuseUnreadable(_error: Error, socket: Socket): void {
  if (!socket.writable) return void socket.destroy();
  const { text = '' } = problem(400, 'Bad request');
  socket.end(
    'HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nConnection: close\r\n' +
      `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
}

function listening(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function addressOf(server: Server, host: string): Listening {
  const { port } = server.address() as AddressInfo;
  const origin = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  return { baseUrl: `${origin}/v1`, origin, port };
}

function viewOf({ world }: Engine): SimulatorState {
  return {
    users: world.users.live,
    accounts: world.accounts.live,
    events: world.events,
    preferences: world.preferences,
    denied: world.denied,
    snapshot: (options) => takeSnapshot(world, options),
  };
}
