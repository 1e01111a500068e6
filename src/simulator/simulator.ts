import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { JsonObject } from '../core/index.js';
import { isControlTarget, serveControl } from './control.js';
import type { RequestCounts } from './counters.js';
import { Engine } from './engine.js';
import { problem } from './http/index.js';
import type { SimulatorOptions, SimulatorSettings } from './options.js';
import { serveCall } from './serve-call.js';
import { takeSnapshot, type Snapshot, type SnapshotOptions, type StoredPreferences } from './store/index.js';
import type { AttributeInput, AttributeModel } from './validation/index.js';

/** Where a simulator listens. */
export interface Listening {
  /** Replaces `https://api.aptrinsic.com/v1`, for example `http://127.0.0.1:50123/v1`. */
  readonly baseUrl: string;
  /** Replaces `https://api.aptrinsic.com`, for example `http://127.0.0.1:50123`. */
  readonly origin: string;
  readonly port: number;
}

/** What the simulated PX stores: live, read-only views. */
export interface SimulatorState {
  /** Users by `identifyId`, without deleted ones (hard or soft). */
  readonly users: ReadonlyMap<string, JsonObject>;
  /** Accounts by `id`, without deleted ones (hard or soft). */
  readonly accounts: ReadonlyMap<string, JsonObject>;
  readonly events: {
    /** The first `keepEvents` events, in the order of arrival. */
    readonly list: readonly JsonObject[];
    /** All events that PX took, kept or not, duplicates included. */
    readonly total: number;
    /** Events that came before with the same `eventId` or, without `eventId`, with exactly the same body. */
    readonly duplicates: number;
    /** Events of denylisted users: answered with 201, but not taken. */
    readonly ignored: number;
  };
  /** The preferences that were set, by `identifyId`. They survive a soft deletion. */
  readonly preferences: ReadonlyMap<string, StoredPreferences>;
  /** The `identifyId` of each denylisted user. A soft-deleted user stays denylisted. */
  readonly denied: ReadonlySet<string>;
  /** The state as JSON to compare: sorted, without times of the simulator's clock. */
  snapshot(options?: SnapshotOptions): Snapshot;
}

/** An in-memory Gainsight PX. */
export interface Simulator {
  /**
   * Starts to listen. Default: a free port (0) at 127.0.0.1. Rejects when the simulator cannot listen there.
   */
  listen(at?: { readonly port?: number; readonly host?: string }): Promise<Listening>;
  /**
   * Closes all connections, hanging ones too, so that nothing keeps the process alive. The state stays
   * readable.
   */
  close(): Promise<void>;
  readonly state: SimulatorState;
  /** The current counts. */
  readonly requests: RequestCounts;
  /** Replaces the given settings at once. @throws TypeError that names the wrong setting. */
  configure(settings: SimulatorSettings): void;
  /**
   * Sets the request counts and the counters of the faults to zero; `all`, the default, empties the state,
   * too.
   */
  reset(what?: 'all' | 'requests'): void;
  /** Declares a custom attribute, as an administrator does in PX. */
  defineAttribute(model: AttributeModel, attribute: AttributeInput): void;
}

// Longer than clients keep an idle connection: the client closes it, so no request meets a connection that
// the server closes.
const KEEP_ALIVE_MS = 65_000;
// Tomcat's default limit for the request line and all headers; it answers 400 to more.
const MAX_HEADER_BYTES = 8192;

/**
 * Creates an in-memory Gainsight PX REST API for demos and tests: users, accounts, custom events,
 * preferences, denylist and deletion, with PX's status codes and error bodies, on `node:http`.
 *
 * It follows the Gainsight PX API description v0.1.6 and the support articles. Where they say nothing it is
 * strict, so that a request that passes here does not depend on a lenient PX. Another process controls it
 * under `/__simulator/`: `GET requests`, `GET state`, `POST reset`, `POST configure`.
 *
 * @throws TypeError that names the wrong option.
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
      return engine.counters.read();
    },
    configure: (settings) => engine.configure(settings),
    reset: (what = 'all') => engine.reset(what),
    defineAttribute: (model, attribute) => engine.store.attributes.define(model, attribute),

    async listen({ port = 0, host = '127.0.0.1' } = {}) {
      if (server !== undefined) throw new Error('the simulator already listens: call close() first');
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
      const serve = isControlTarget(request.url ?? '') ? serveControl : serveCall;
      serve(engine, request, response).catch((error: unknown) => response.destroy(error as Error));
    },
  );
  server.on('clientError', refuseUnreadable);
  return server;
}

/** Answers 400, as a Java server does, to a request that is not valid HTTP or has a header over the limit. */
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

function viewOf({ store }: Engine): SimulatorState {
  return {
    users: store.users.live,
    accounts: store.accounts.live,
    events: store.events,
    preferences: store.preferences,
    denied: store.denied,
    snapshot: (options) => takeSnapshot(store, options),
  };
}
