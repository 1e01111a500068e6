import type { FastifyReply } from 'fastify';
import type { ServiceContext } from '../context.js';
import type { JsonBody } from '../http/read-request-body.js';
import type { LiveSource } from '../live/live-record.js';
import type { LiveRoute } from '../../web/index.js';
import type { CountedEvent } from './event-outcome.js';
import { countEvents } from './request-log.js';

/**
 * Notes the events of a request, when their outcomes are known and before it is answered: for the metrics, the log line and, where it is on, the live
 * page.
 *
 * @param sourceOf what there is to show of the event with an index; called only where the live page is on, and after the answer
 */
export function noteEvents(
  route: LiveRoute,
  events: readonly CountedEvent[],
  reply: FastifyReply,
  { metrics, live }: ServiceContext,
  sourceOf: (index: number) => LiveSource,
): void {
  countEvents(route, events, reply.request, metrics);
  const bodyBytes = (reply.request.body as JsonBody | undefined)?.size ?? 0;
  live?.note({ route, events, sourceOf, durationMs: reply.elapsedTime, bodyBytes });
}
