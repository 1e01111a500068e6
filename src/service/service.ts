import { lookup } from 'node:dns/promises';
import type { IncomingMessage } from 'node:http';
import { Server as NetServer, type AddressInfo } from 'node:net';
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { DEST_TYPE, FEATURES, destTypeOf } from '../protocol/index.js';
import { Deadline, sleep, systemClock } from '../runtime/index.js';
import { sendJson, setApiVersion } from './http/reply.js';
import { registerAnswers } from './http/responses-in-flight.js';
import { createContext, type Context } from './context.js';
import { deleteUsers } from './routes/delete-users.js';
import { createFront } from './upstream/upstream-proxy.js';
import { pathOf, refuseUnreadable, sendFailure, sendRefusal } from './http/error-handler.js';
import type { ServiceOptions } from './options.js';
import { processorTransform } from './routes/processor-transform.js';
import type { ReadBody } from './http/read-request-body.js';
import { proxy } from './routes/delivery-proxy.js';
import { registerRequestLog } from './observe/request-log.js';
import { routerTransform } from './routes/router-transform.js';

/** A service that listens. */
export interface ServiceAddress {
  /** `http://127.0.0.1:9090` */
  readonly origin: string;
  readonly port: number;
}

/** How a service ends. */
export interface StopOptions {
  /** Default 0. */
  readonly graceMs?: number;
  /** Default 70,000: a transform request takes no longer. */
  readonly drainMs?: number;
  /** Its abort cuts short the wait that is under way: the grace time, or that for what is in flight. */
  readonly hurry?: AbortSignal;
}

/** A drop-in destination transformer for a RudderStack host, for the one destination Gainsight PX. */
export interface Service {
  /** Listens; by default on `127.0.0.1:9090`. Port 0 takes a free one. */
  listen(where?: { readonly port?: number; readonly host?: string }): Promise<ServiceAddress>;
  /** Serves a request without a network: for tests, and for hosts of other kinds. */
  readonly inject: FastifyInstance['inject'];
  /**
   * Ends without losing anything: `/health` says 503 at once, new work is still taken for `graceMs` milliseconds, then no more connections
   * are, and what is in flight is finished.
   *
   * What is not finished `drainMs` milliseconds later has its connection cut: a client that sends no end or reads no answer. A host sends
   * such a request again.
   */
  stop(options?: StopOptions): Promise<void>;
  /** The same without grace: ends at once for new requests. */
  close(): Promise<void>;
}

/** Time for a request to arrive whole, a large body's wait for its turn included. */
const REQUEST_TIMEOUT_MS = 300_000;

const DRAIN_MS = 70_000;

/** Longer than load balancers keep idle connections: they, not we, should be first to close one. */
const KEEP_ALIVE_TIMEOUT_MS = 72_000;

type Handler = (request: FastifyRequest, reply: FastifyReply, context: Context) => unknown;

/**
 * A service.
 *
 * @throws TypeError or ConfigurationError when an option makes no sense
 * @example
 * const service = createService({ mode: 'inline' });
 * const { origin } = await service.listen({ port: 9090 });
 * process.once('SIGTERM', () => void service.stop({ graceMs: 5_000 }));
 */
export function createService(options: ServiceOptions = {}): Service {
  const context = createContext(options);
  const app = createApp(context);

  return {
    inject: (...call: Parameters<Service['inject']>) => app.inject(...call),
    async listen({ port = 9090, host = '127.0.0.1' } = {}) {
      // The framework would listen on every address of this name, with a second server that nobody can be asked to end.
      await app.listen({ port, host: host === 'localhost' ? (await lookup(host)).address : host });
      const address = app.server.address() as AddressInfo;
      const name = host.includes(':') ? `[${host}]` : host;
      return { origin: `http://${name}:${address.port}`, port: address.port };
    },
    async stop(stopOptions = {}) {
      const { graceMs = 0, hurry } = stopOptions;
      context.draining = true;
      if (graceMs > 0) await sleep(systemClock, graceMs, hurry).catch(() => undefined);
      await end(app, stopOptions, context);
    },
    async close() {
      context.draining = true;
      await end(app, {}, context);
    },
  };
}

function createApp(context: Context): FastifyInstance {
  const { log } = context.settings;
  const app = fastify({
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    return503OnClosing: false,
    // No route has a schema; loading the compilers for them would take an eighth of the time to start.
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
    // The processor and the features poll do not trim a slash at the end of the base URL.
    routerOptions: { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true },
    frameworkErrors: (error, _request, reply) => {
      void sendFailure(reply, error, log);
    },
    clientErrorHandler: (error, socket) => {
      refuseUnreadable(error, socket, context);
    },
  });
  app.setErrorHandler((error, _request, reply) => sendFailure(reply, error, log));
  registerAnswers(app, context);
  registerRequestLog(app, context);
  registerRoutes(app, context);
  return app;
}

function noSchemas(): never {
  throw new Error('routes of this service have no schemas');
}

function registerRoutes(app: FastifyInstance, context: Context): void {
  const { upstream } = context.settings;
  // Every body is JSON, whatever its sender calls it; read here, as keys such as `__proto__` must not get a batch refused.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', ({ answered, headers }: FastifyRequest, payload: IncomingMessage) => {
    const length = headers['content-length'];
    return context.bodies.read(
      payload,
      length === undefined ? undefined : Number(length),
      answered!,
      payload.socket,
    );
  });
  const front = upstream === undefined ? undefined : createFront(app, upstream, context);
  const bound =
    (handler: Handler) =>
    (request: FastifyRequest, reply: FastifyReply): unknown =>
      handler(request, reply, context);
  /** For routes that name the destination in the body only. */
  const shared =
    (handler: Handler) =>
    (request: FastifyRequest, reply: FastifyReply): unknown => {
      const destType = foreignDestType(request);
      if (destType === undefined) return handler(request, reply, context);
      if (front !== undefined) return front.forward(request, reply);
      if (destType !== '') context.unserved.noteDestination(destType);
      return handler(request, reply, context);
    };

  app.get('/features', front?.features ?? ((_request, reply) => sendJson(reply, 200, FEATURES)));
  app.get('/health', bound(health));
  app.get('/metrics', bound(metrics));
  app.post('/routerTransform', shared(routerTransform));
  app.post('/batch', shared(notServed));
  app.post('/deleteUsers', shared(deleteUsers));
  app.post('/v0/destinations/gainsight_px', bound(processorTransform));
  app.post(
    '/v0/destinations/gainsight_px/proxy',
    bound((...call) => proxy('v0', ...call)),
  );
  app.post(
    '/v1/destinations/gainsight_px/proxy',
    bound((...call) => proxy('v1', ...call)),
  );
  app.setNotFoundHandler((request, reply) => {
    context.unserved.notePath(pathOf(request));
    return notServed(request, reply);
  });
}

/** The destination type that a body names, where it is not this one; empty when it names none. */
function foreignDestType({ body }: FastifyRequest): string | undefined {
  if (body === undefined) return undefined;
  const { value } = body as ReadBody;
  const named: unknown = Array.isArray(value) ? value[0] : value;
  const destType = destTypeOf(named);
  return destType === DEST_TYPE ? undefined : destType;
}

function notServed(_request: FastifyRequest, reply: FastifyReply): unknown {
  return sendRefusal(reply, 'this service has no such route');
}

function health(_request: FastifyRequest, reply: FastifyReply, { draining, settings }: Context): unknown {
  const { version } = settings;
  const body = { service: draining ? 'DOWN' : 'UP', ...(version === '' ? {} : { version }) };
  return sendJson(reply, draining ? 503 : 200, body);
}

async function metrics(_request: FastifyRequest, reply: FastifyReply, context: Context): Promise<unknown> {
  const text = await context.metrics.text();
  return setApiVersion(reply).type(context.metrics.contentType).send(text);
}

/** First the requests, then what serves them. */
async function end(
  app: FastifyInstance,
  { drainMs = DRAIN_MS, hurry }: StopOptions,
  { answers, router, settings }: Context,
): Promise<void> {
  // A `hurry` that ended the grace time does not end this wait too.
  const deadline = new Deadline(systemClock, drainMs, {
    signal: hurry?.aborted === true ? undefined : hurry,
  });
  const cut = (): void => {
    settings.log.warn({}, 'cutting connections whose requests did not finish in time');
    answers.cut();
  };
  deadline.signal.addEventListener('abort', cut, { once: true });
  // Not the HTTP server's own `close`: it also destroys connections whose answer is on its way and not read yet.
  NetServer.prototype.close.call(app.server);
  await answers.allLeft();
  deadline.release();
  // What is left has asked for nothing, and to Node a connection that never did is no idle one.
  app.server.closeAllConnections();
  await app.close();
  await router.close();
}
