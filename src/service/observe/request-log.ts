import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ErrorCode } from '../../core/index.js';
import type { ServiceLog } from '../options.js';
import type { CountedEvent } from './event-outcome.js';
import type { EventOutcome } from './outcome-names.js';
import type { Metrics } from './metrics.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** How many events of the request had each outcome; undefined when it had no events. */
    eventCounts: Readonly<Partial<Record<EventOutcome, number>>> | undefined;
    /** How many events failed with each error code; undefined when none failed. */
    eventCodes: Readonly<Record<string, number>> | undefined;
  }
}

/** Requests every few seconds that are not logged while they succeed. */
const QUIET = new Set(['/health', '/metrics', '/features', '/live/events']);

/** Counts every request and logs one line for it, without its body, its query or other data of a customer. */
export function registerRequestLog(app: FastifyInstance, metrics: Metrics, log: ServiceLog): void {
  app.decorateRequest('eventCounts', undefined);
  app.decorateRequest('eventCodes', undefined);
  app.addHook('onResponse', (request, reply, done) => {
    const route = routeOf(request);
    const { statusCode: status, elapsedTime } = reply;
    metrics.http(route, status, elapsedTime);
    if (!QUIET.has(route) || status !== 200) {
      const { method, eventCounts: events, eventCodes: codes } = request;
      const durationMs = Math.round(elapsedTime * 10) / 10;
      const counts = {
        ...(events === undefined ? {} : { events }),
        ...(codes === undefined ? {} : { codes }),
      };
      log.info({ method, route, status, durationMs, ...counts }, 'request');
    }
    done();
  });
}

/** The pattern of the route. An unknown path is not logged: it may contain a write key. */
function routeOf({ routeOptions: { url } }: FastifyRequest): string {
  if (url === undefined) return 'unknown';
  return url === '/*' ? 'forwarded' : url;
}

/** Counts the events of a request, in the metrics, in its trace, and for the log line of the request. */
export function countEvents(
  route: string,
  events: readonly CountedEvent[],
  request: FastifyRequest,
  metrics: Metrics,
): void {
  const counts: Partial<Record<EventOutcome, number>> = {};
  const codes: Partial<Record<ErrorCode, number>> = {};
  const byLabels = new Map<string, CountedEvent & { count: number }>();
  for (const event of events) {
    const { type, outcome, code } = event;
    counts[outcome] = (counts[outcome] ?? 0) + 1;
    if (code !== undefined) codes[code] = (codes[code] ?? 0) + 1;
    const labels = `${type} ${outcome} ${code ?? ''}`;
    const known = byLabels.get(labels);
    if (known === undefined) byLabels.set(labels, { ...event, count: 1 });
    else known.count += 1;
  }
  for (const { type, outcome, code, count } of byLabels.values()) {
    metrics.events(route, type, outcome, count);
    if (code !== undefined) metrics.eventReasons(route, outcome, code, count);
  }
  request.trace?.count(events);
  request.eventCounts = counts;
  if (Object.keys(codes).length > 0) request.eventCodes = codes;
}
