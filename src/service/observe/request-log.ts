import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Context } from '../context.js';
import type { EventCounts } from './event-outcome.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** How the events of the request ended; undefined when it had none. */
    eventCounts: EventCounts | undefined;
    /** Why events were not delivered; undefined when all were. */
    eventCodes: Readonly<Record<string, number>> | undefined;
  }
}

/** Health checks and scrapes come every few seconds, and say nothing when all is well. */
const QUIET = new Set(['/health', '/metrics', '/features']);

/** Counts every request, and writes one line of log for it: without its body, its query or anything else of a customer's. */
export function registerRequestLog(app: FastifyInstance, { metrics, settings: { log } }: Context): void {
  app.decorateRequest('eventCounts', undefined);
  app.decorateRequest('eventCodes', undefined);
  app.addHook('onResponse', (request, reply, done) => {
    const route = routeOf(request);
    const { statusCode: status, elapsedTime } = reply;
    metrics.http(route, status, elapsedTime);
    if (!QUIET.has(route) || status !== 200) {
      const { method, eventCounts: events, eventCodes: codes } = request;
      const durationMs = Math.round(elapsedTime * 10) / 10;
      const told = { ...(events === undefined ? {} : { events }), ...(codes === undefined ? {} : { codes }) };
      log.info({ method, route, status, durationMs, ...told }, 'request');
    }
    done();
  });
}

/** The route's pattern; of a path that has none of its own, nothing: it may hold a write key. */
function routeOf({ routeOptions: { url } }: FastifyRequest): string {
  if (url === undefined) return 'unknown';
  return url === '/*' ? 'forwarded' : url;
}
