import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  toWireDescriptor,
  DEST_TYPE,
  destinationForProxy,
  destinationIdentity,
  errorStatus,
  isFilterable,
  ITEM_STATUS,
  KNOWS_FILTERED,
  toPlanDescriptor,
  deliverItem,
  failedItem,
  filteredItem,
  handledItem,
  type RouterItem,
  parseRouterRequest,
} from '../../protocol/index.js';
import { sendJson, takeJson } from '../http/reply.js';
import type { ServiceContext } from '../context.js';
import { noteEvents } from '../observe/note-events.js';
import { jobName } from '../batch/job-memory.js';
import { isFiltered, withinAttempts } from '../batch/job-result.js';
import { messageIdOf, messageTypeOf } from '../batch/map-event.js';
import { countedEvent } from '../observe/event-outcome.js';
import type { EventOutcome } from '../observe/outcome-names.js';
import type { Treatment } from '../batch/run-batch.js';
import { sourceOf, transform, type Transformed } from './transform-batch.js';

const ROUTE = 'routerTransform';

/**
 * The service runs every plan, track events too: requests of the host have no rate limit, and the host misreads a gateway's 404 or
 * redirect. The host accepts an own status for each job, so it has nothing left to send.
 */
const TREATMENT: Treatment = {
  isRun: () => true,
  judge: withinAttempts,
  nameOf: (plan, { message, metadata }) => jobName(ROUTE, plan, [metadata], messageIdOf(message) ?? message),
  isRepeatedByHost: false,
  isAllOrNothing: false,
};

/**
 * Serves `POST /routerTransform`, the usual route. Every job of the request is in exactly one item of the reply.
 *
 * @throws WireFormatError when the body is not in the host's form; the reply must then be a 5xx, so that the host sends it again
 */
export async function routerTransform(
  request: FastifyRequest,
  reply: FastifyReply,
  context: ServiceContext,
): Promise<FastifyReply> {
  const { destType, events } = parseRouterRequest(takeJson(request));
  if (destType !== DEST_TYPE)
    return sendJson(reply, 500, { error: 'this service has no such destination type' });

  const transformed = await transform(events, context, request, reply, TREATMENT);
  const knowsFiltered = request.headers['x-feature-filter-code'] === KNOWS_FILTERED;
  const items = transformed.map((job) => itemOf(job, knowsFiltered, context));
  const counted = transformed.map(({ event, result }, index) => {
    const outcome = isFiltered(result) ? 'filtered' : outcomeOf(items[index]!);
    return countedEvent(messageTypeOf(event), outcome, result);
  });
  noteEvents(ROUTE, counted, reply, context, (index) => sourceOf(transformed[index]!, context));
  return sendJson(reply, 200, { output: items });
}

function itemOf(
  { event: { message, metadata, destination }, result }: Transformed,
  knowsFiltered: boolean,
  { settings }: ServiceContext,
): RouterItem {
  if ('plan' in result) {
    const { plan, config, eventTimes } = result;
    return settings.mode === 'delivery'
      ? deliverItem(
          toPlanDescriptor(plan, { messageId: messageIdOf(message), eventTimes }),
          metadata,
          destinationForProxy(destination, config),
        )
      : deliverItem(toWireDescriptor(plan.steps[0].request), metadata, destinationIdentity(destination));
  }
  const identity = destinationIdentity(destination);
  if (result.delivered) return handledItem(metadata, identity);
  const { error, status } = result;
  if (isFilterable(error)) return filteredItem(error, knowsFiltered, metadata, identity);
  return failedItem(error, errorStatus(error, status), metadata, identity);
}

/** What an item makes the host do. */
function outcomeOf({ statusCode }: RouterItem): EventOutcome {
  if (statusCode === ITEM_STATUS.deliver) return 'handedOver';
  if (statusCode === ITEM_STATUS.handled) return 'delivered';
  return statusCode === 429 || statusCode >= 500 ? 'retry' : 'dropped';
}
