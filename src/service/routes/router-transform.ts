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
  type TransformEvent,
} from '../../protocol/index.js';
import { sendJson, takeJson } from '../http/reply.js';
import type { Context } from '../context.js';
import { countEvents, fateOf } from '../observe/count-events.js';
import { jobName } from '../batch/job-memory.js';
import { isFiltered, withinAttempts, type JobResult } from '../batch/job-result.js';
import { messageIdOf, messageTypeOf } from '../batch/map-event.js';
import type { EventOutcome } from '../observe/event-outcome.js';
import type { Treatment } from '../batch/run-batch.js';
import { transform } from './transform-batch.js';

const ROUTE = 'routerTransform';

/**
 * Track events too: a request that the host sends itself has no rate limit, and the host takes a gateway's 404 or redirect literally. What
 * the answers say about each job, the host believes, so nothing is left for it to send.
 */
const TREATMENT: Treatment = {
  isRun: () => true,
  judge: withinAttempts,
  nameOf: (plan, { message, metadata }) => jobName(ROUTE, plan, [metadata], messageIdOf(message) ?? message),
  isAllOrNothing: false,
};

/**
 * Serves `POST /routerTransform`: the live path. Every job of the request stands in exactly one item of the answer.
 *
 * @throws WireFormatError when the body is not in the host's form; the host must then get a 5xx, so that it sends it again
 */
export async function routerTransform(
  request: FastifyRequest,
  reply: FastifyReply,
  context: Context,
): Promise<FastifyReply> {
  const { destType, events } = parseRouterRequest(takeJson(request));
  if (destType !== DEST_TYPE)
    return sendJson(reply, 500, { error: 'this service has no such destination type' });

  const results = await transform(events, context, reply, TREATMENT);
  const knowsFiltered = request.headers['x-feature-filter-code'] === KNOWS_FILTERED;
  const items = results.map((result, index) => itemOf(result, events[index]!, knowsFiltered, context));
  const outcomes = items.map((item, index) => (isFiltered(results[index]!) ? 'filtered' : outcomeOf(item)));
  const fates = results.map((result, index) =>
    fateOf(messageTypeOf(events[index]!), outcomes[index]!, result),
  );
  countEvents(ROUTE, fates, request, context);
  return sendJson(reply, 200, { output: items });
}

function itemOf(
  result: JobResult,
  { message, metadata, destination }: TransformEvent,
  knowsFiltered: boolean,
  { settings }: Context,
): RouterItem {
  if (result.kind === 'delivered') return handledItem(metadata, destinationIdentity(destination));
  if (result.kind === 'handOver') {
    const { plan, config } = result;
    return settings.mode === 'delivery'
      ? deliverItem(
          toPlanDescriptor(plan, messageIdOf(message)),
          metadata,
          destinationForProxy(destination, config),
        )
      : deliverItem(toWireDescriptor(plan.steps[0].request), metadata, destinationIdentity(destination));
  }
  const { error, pxStatus } = result;
  const identity = destinationIdentity(destination);
  if (isFilterable(error)) return filteredItem(error, knowsFiltered, metadata, identity);
  return failedItem(error, errorStatus(error, pxStatus), metadata, identity);
}

/** What an item makes the host do. */
function outcomeOf({ statusCode }: RouterItem): EventOutcome {
  if (statusCode === ITEM_STATUS.deliver) return 'handedOver';
  if (statusCode === ITEM_STATUS.handled) return 'delivered';
  return statusCode === 429 || statusCode >= 500 ? 'retry' : 'dropped';
}
