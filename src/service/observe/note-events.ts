import type { FastifyReply } from 'fastify';
import type { ServiceContext } from '../context.js';
import type { LiveSource } from '../live/live-record.js';
import type { LiveRoute } from '../../web/index.js';
import type { CountedEvent } from './event-outcome.js';
import { countEvents } from './request-log.js';

/**
 * Notes the events of a request, when their outcomes are known: for the metrics, the log line and, where it is on, the live page.
 *
 * @param sourceOf what there is to show of the event with an index; called only where the live page is on
 */
export function noteEvents(
  route: LiveRoute,
  events: readonly CountedEvent[],
  reply: FastifyReply,
  { metrics, live, settings: { log } }: ServiceContext,
  sourceOf: (index: number) => LiveSource,
): void {
  countEvents(route, events, reply.request, metrics);
  try {
    live?.note(route, events, sourceOf, reply.elapsedTime);
  } catch (thrown) {
    // The host gets its answer in any case.
    const error = thrown instanceof Error ? thrown.name : typeof thrown;
    log.error({ error, route, events: events.length }, 'events are missing on the live page');
  }
}
