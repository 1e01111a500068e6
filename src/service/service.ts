import { lookup } from 'node:dns/promises';
import type { IncomingMessage } from 'node:http';
import { Server as NetServer, type AddressInfo } from 'node:net';
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { DEST_TYPE, FEATURES, destTypeOf } from '../protocol/index.js';
import { Deadline, isLoopbackHost, PAGE_HEADERS, sleep, systemClock } from '../runtime/index.js';
import { sendJson, setApiVersion } from './http/reply.js';
import { registerResponsesInFlight } from './http/responses-in-flight.js';
import { createContext, type ServiceContext } from './context.js';
import { deleteUsers } from './routes/delete-users.js';
import { createUpstreamProxy } from './upstream/upstream-proxy.js';
import { pathOf, replyToInvalidHttp, sendFailure, sendRetryable } from './http/error-handler.js';
import type { ServiceOptions } from './options.js';
import { processorTransform } from './routes/processor-transform.js';
import { plainBody, type JsonBody } from './http/read-request-body.js';
import { registerIngest } from './ingest/register-ingest.js';
import type { LiveOptions } from './live/live-settings.js';
import { registerLive } from './live/register-live.js';
import { deliveryProxy } from './routes/delivery-proxy.js';
import { registerRequestLog } from './observe/request-log.js';
import { registerTracing } from './observe/request-trace.js';
import { routerTransform } from './routes/router-transform.js';

/** Where a service listens. */
export interface ServiceAddress {
  /** `http://127.0.0.1:9090` */
  readonly origin: string;
  readonly port: number;
}

/** How a service stops. */
export interface StopOptions {
  /** How long it still accepts new requests, in milliseconds. Default 0. */
  readonly graceMs?: number;
  /** How long it then waits for requests in flight, in milliseconds. Default 70,000: no transform request takes longer. */
  readonly drainMs?: number;
  /** Ends the current wait when it is aborted: the grace time, or the wait for requests in flight. */
  readonly hurry?: AbortSignal;
}

/** A drop-in destination transformer for a RudderStack host, for the one destination Gainsight PX. */
export interface Service {
  /**
   * Listens; by default on `127.0.0.1:9090`. With port 0 the system chooses a free port.
   *
   * @throws TypeError on another address than a loopback one, with the option `live` and without its `token`
   */
  listen(where?: { readonly port?: number; readonly host?: string }): Promise<ServiceAddress>;
  /** Serves a request without a network, for tests and for other HTTP servers. */
  readonly inject: FastifyInstance['inject'];
  /**
   * Stops without losing an event. `/health` replies 503 at once; the service accepts new requests for `graceMs` milliseconds; then it
   * accepts no new connections and finishes the requests in flight.
   *
   * After `drainMs` more milliseconds it destroys the connections that are left: of clients that do not finish their request or do
   * not read their response. The host sends such a request again.
   */
  stop(options?: StopOptions): Promise<void>;
  /** Stops without a grace time. */
  close(): Promise<void>;
}

/** The time in which a request must arrive completely; it includes the wait of a large body for memory. */
const REQUEST_TIMEOUT_MS = 300_000;

const DRAIN_MS = 70_000;

/** Longer than load balancers keep idle connections, so that the load balancer closes a connection first. */
const KEEP_ALIVE_TIMEOUT_MS = 72_000;

type Handler = (request: FastifyRequest, reply: FastifyReply, context: ServiceContext) => unknown;

/**
 * Creates a service; `listen` starts it.
 *
 * @throws TypeError or ConfigurationError when an option is invalid
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
      // For `localhost` the framework listens on each of its addresses, with a second server that cannot be stopped from here.
      const listenOn = host === 'localhost' ? (await lookup(host)).address : host;
      requireTokenBeyondLoopback(listenOn, context.settings.live);
      await app.listen({ port, host: listenOn });
      const address = app.server.address() as AddressInfo;
      const name = host.includes(':') ? `[${host}]` : host;
      return { origin: `http://${name}:${address.port}`, port: address.port };
    },
    async stop(stopOptions = {}) {
      const { graceMs = 0, hurry } = stopOptions;
      context.draining = true;
      if (graceMs > 0) await sleep(systemClock, graceMs, hurry).catch(() => undefined);
      await drainAndClose(app, stopOptions, context);
    },
    async close() {
      context.draining = true;
      await drainAndClose(app, {}, context);
    },
  };
}

function createApp(context: ServiceContext): FastifyInstance {
  const { log, answerIdleMs, tracing } = context.settings;
  const app = fastify({
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    return503OnClosing: false,
    // No route has a schema. Loading the schema compilers would take an eighth of the start time.
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
    // The processor and the features poll keep a slash at the end of the base URL, so paths can begin with two.
    routerOptions: { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true },
    frameworkErrors: (error, _request, reply) => {
      void sendFailure(reply, error, log);
    },
    clientErrorHandler: (error, socket) => {
      replyToInvalidHttp(error, socket, context.responses, log);
    },
  });
  app.setErrorHandler((error, _request, reply) => sendFailure(reply, error, log));
  registerResponsesInFlight(app, context.responses, answerIdleMs);
  registerRequestLog(app, context.metrics, log);
  if (tracing !== undefined)
    registerTracing(app, { tracing, clock: context.clock, origin: context.settings.router.origin });
  registerRoutes(app, context);
  return app;
}

/** @throws TypeError when anybody on the network could see the events of customers */
function requireTokenBeyondLoopback(host: string, live: LiveOptions | undefined): void {
  if (live === undefined || live.token !== undefined || isLoopbackHost(host)) return;
  throw new TypeError('live.token: needed where the service listens on more than a loopback address');
}

function noSchemas(): never {
  throw new Error('routes of this service have no schemas');
}

function registerRoutes(app: FastifyInstance, context: ServiceContext): void {
  const { upstream, inspectorPage } = context.settings;
  // Every body is JSON, whatever its content type. The framework's own parser would reject a batch with a key such as `__proto__`.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', ({ responseEnd, headers }: FastifyRequest, payload: IncomingMessage) =>
    context.bodies.read(plainBody(payload, headers['content-length']), responseEnd!, payload.socket),
  );
  const upstreamProxy = upstream === undefined ? undefined : createUpstreamProxy(app, upstream, context);
  const bound =
    (handler: Handler) =>
    (request: FastifyRequest, reply: FastifyReply): unknown =>
      handler(request, reply, context);
  /** For routes whose body, not path, names the destination. */
  const byDestType =
    (handler: Handler) =>
    (request: FastifyRequest, reply: FastifyReply): unknown => {
      const destType = foreignDestType(request);
      if (destType === undefined) return handler(request, reply, context);
      if (upstreamProxy !== undefined) return upstreamProxy.forward(request, reply);
      if (destType !== '') context.unserved.noteDestination(destType);
      return handler(request, reply, context);
    };

  app.get('/features', upstreamProxy?.features ?? ((_request, reply) => sendJson(reply, 200, FEATURES)));
  app.get('/health', bound(health));
  app.get('/metrics', bound(metrics));
  app.post('/routerTransform', byDestType(routerTransform));
  app.post('/batch', byDestType(notServed));
  app.post('/deleteUsers', byDestType(deleteUsers));
  app.post('/v0/destinations/gainsight_px', bound(processorTransform));
  app.post(
    '/v0/destinations/gainsight_px/proxy',
    bound((...call) => deliveryProxy('v0', ...call)),
  );
  app.post(
    '/v1/destinations/gainsight_px/proxy',
    bound((...call) => deliveryProxy('v1', ...call)),
  );
  if (inspectorPage !== undefined)
    app.get('/inspect', (_request, reply) => setApiVersion(reply).headers(PAGE_HEADERS).send(inspectorPage));
  if (context.live !== undefined) {
    const { live: options = {}, group } = context.settings;
    registerLive(app, { options, log: context.live, group, epochMs: () => context.clock.epochMs() });
  }
  if (context.ingest !== undefined) registerIngest(app, context, context.ingest);
  app.setNotFoundHandler((request, reply) => {
    context.unserved.notePath(pathOf(request));
    return notServed(request, reply);
  });
}

/** The destination type of a body, if it is not this one; empty when the body names none. */
function foreignDestType({ body }: FastifyRequest): string | undefined {
  if (body === undefined) return undefined;
  const { value } = body as JsonBody;
  const destType = destTypeOf(Array.isArray(value) ? value[0] : value);
  return destType === DEST_TYPE ? undefined : destType;
}

function notServed(_request: FastifyRequest, reply: FastifyReply): unknown {
  return sendRetryable(reply, 'this service has no such route');
}

async function health(
  _request: FastifyRequest,
  reply: FastifyReply,
  { draining, settings }: ServiceContext,
): Promise<unknown> {
  const { version, group } = settings;
  const body = {
    service: draining ? 'DOWN' : 'UP',
    ...(version === '' ? {} : { version }),
    ...(await group?.health()),
  };
  return sendJson(reply, draining ? 503 : 200, body);
}

async function metrics(
  _request: FastifyRequest,
  reply: FastifyReply,
  { metrics: own, settings: { group } }: ServiceContext,
): Promise<unknown> {
  const text = await (group ?? { metrics: () => own.text() }).metrics();
  return setApiVersion(reply).type(own.contentType).send(text);
}

/** First finishes the requests in flight, then closes the server and the router. */
async function drainAndClose(
  app: FastifyInstance,
  { drainMs = DRAIN_MS, hurry }: StopOptions,
  { responses, router, settings, live }: ServiceContext,
): Promise<void> {
  // A `hurry` that ended the grace time does not end this wait too.
  const deadline = new Deadline(systemClock, drainMs, {
    signal: hurry?.aborted === true ? undefined : hurry,
  });
  const cut = (): void => {
    settings.log.warn({}, 'cutting connections whose requests did not finish in time');
    responses.destroyAll();
  };
  deadline.signal.addEventListener('abort', cut, { once: true });
  // Not the `close` of the HTTP server: it also destroys connections whose response the client has not read yet.
  NetServer.prototype.close.call(app.server);
  await responses.drain();
  deadline.release();
  // The connections that are left have no request. `closeIdleConnections` would miss those that never sent one.
  app.server.closeAllConnections();
  await live?.settled();
  await app.close();
  await router.close();
}
