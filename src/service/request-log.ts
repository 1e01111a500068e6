import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Context } from './context.js';
import type { EventCounts } from './summary.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** How the events of the request ended; undefined when it had none. */
    eventCounts: EventCounts | undefined;
  }
}

/** Health checks and scrapes come every few seconds, and say nothing when all is well. */
const QUIET = new Set(['/health', '/metrics', '/features']);

/** Counts every request, and writes one line of log for it: without its body, its query or anything else of a customer's. */
export function registerRequestLog(app: FastifyInstance, { metrics, settings: { log } }: Context): void {
  app.decorateRequest('eventCounts', undefined);
  app.addHook('onResponse', (request, reply, done) => {
    const route = routeOf(request);
    const { statusCode: status, elapsedTime } = reply;
    metrics.http(route, status, elapsedTime);
    if (!QUIET.has(route) || status !== 200) {
      const { method, eventCounts: events } = request;
      const durationMs = Math.round(elapsedTime * 10) / 10;
      log.info({ method, route, status, durationMs, ...(events === undefined ? {} : { events }) }, 'request');
    }
    done();
  });
}

/** The route's pattern; of a path that has none of its own, nothing: it may hold a write key. */
function routeOf({ routeOptions: { url } }: FastifyRequest): string {
  if (url === undefined) return 'unknown';
  return url === '/*' ? 'forwarded' : url;
}
