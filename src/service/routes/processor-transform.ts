import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  InternalError,
  type DestinationError,
  isObject,
  type JsonObject,
  type RequestPlan,
  type RequestDescriptor,
} from '../../core/index.js';
import {
  toWireDescriptor,
  requireStoredKey,
  errorText,
  errorStatus,
  isFilterable,
  ITEM_STATUS,
  KNOWS_FILTERED,
  toPlanDescriptor,
  droppedItem,
  outputItem,
  type ProcessorItem,
  parseProcessorRequest,
} from '../../protocol/index.js';
import { failed, holdsBack, type Failed } from '../../router/index.js';
import { sendJson, sendRetryLater, takeJson } from '../http/reply.js';
import type { ServiceContext } from '../context.js';
import { noteEvents } from '../observe/note-events.js';
import { isAppend, jobName } from '../batch/job-memory.js';
import { isAbsence, isFailed, isFiltered } from '../batch/job-result.js';
import { messageIdOf, messageTypeOf } from '../batch/map-event.js';
import type { Treatment } from '../batch/run-batch.js';
import { countedEvent } from '../observe/event-outcome.js';
import type { EventOutcome } from '../observe/outcome-names.js';
import { sourceOf, transform, type Transformed } from './transform-batch.js';

const ROUTE = 'processor';

/**
 * Here the host needs a request for each event. So the host sends the track events: if the service sent them too, they would be
 * written twice. The `PUT`s of the others are idempotent. An event has one attempt here, so each result counts as it is.
 */
const TREATMENT: Treatment = {
  isRun: (plan) => !isAppend(plan),
  judge: (result) => result,
  // The host may make several events with one message id out of one job.
  nameOf: (plan, { message, metadata }) => jobName(ROUTE, plan, [metadata], message),
  isRepeatedByHost: true,
  isAllOrNothing: true,
};

/**
 * Serves `POST /v0/destinations/gainsight_px`. The host drops every event whose item is neither 200 nor 298. So a retryable failure
 * becomes the reply to the whole request: the host sends all of it again, and repeating the finished part changes nothing.
 *
 * @throws WireFormatError when the body is not in the host's form; the reply must then make the host send it again
 */
export async function processorTransform(
  request: FastifyRequest,
  reply: FastifyReply,
  context: ServiceContext,
): Promise<FastifyReply> {
  const events = parseProcessorRequest(takeJson(request));
  const transformed = (await transform(events, context, request, reply, TREATMENT)).map((job) =>
    withStoredKey(job, context),
  );
  const failures = transformed.map(({ result }) => result).filter(isFailed);
  const retryable = failures.find(holdsBack);
  if (retryable !== undefined) {
    const counted = transformed.map(({ event, result }) =>
      countedEvent(messageTypeOf(event), 'retry', result),
    );
    noteEvents(ROUTE, counted, reply, context, (index) => sourceOf(transformed[index]!, context));
    const { code, kind, message } = retryable;
    context.settings.log.warn(
      { code, kind },
      'a batch failed and went back to the host, which sends it again',
    );
    return sendRetryLater(reply, errorText(message), code);
  }

  const absent = failures.filter(isAbsence);
  if (absent.length > 0) {
    context.settings.log.warn({ events: absent.length, code: absent[0]!.code }, LEFT_TO_HOST);
  }

  const knowsFiltered = request.headers['x-feature-filter-code'] === KNOWS_FILTERED;
  const items = transformed.map((job) => itemsOf(job, knowsFiltered, context));
  const counted = transformed.map(({ event, result }, index) => {
    const outcome = isFiltered(result) ? 'filtered' : outcomeOf(items[index]![0]);
    return countedEvent(messageTypeOf(event), outcome, result);
  });
  noteEvents(ROUTE, counted, reply, context, (index) => sourceOf(transformed[index]!, context));
  return sendJson(reply, 200, items.flat());
}

/** In delivery mode the host later sends only the stored configuration, so a key that is a template of the event cannot work. */
function withStoredKey(job: Transformed, { settings }: ServiceContext): Transformed {
  if (!('plan' in job.result) || settings.mode !== 'delivery') return job;
  const { destination } = job.event;
  try {
    if (isObject(destination) && destination.hasDynamicConfig === true) requireStoredKey(destination.Config);
    return job;
  } catch (thrown) {
    return { ...job, result: failed(InternalError.from(thrown)) };
  }
}

const LEFT_TO_HOST = 'PX does not know objects of these events yet: their updates are left to the host';

type Items = [ProcessorItem, ...ProcessorItem[]];

/** The items of one event; the host makes one job of each, in this order. */
function itemsOf(
  { event: { message, metadata }, mapped, result }: Transformed,
  knowsFiltered: boolean,
  { settings: { mode } }: ServiceContext,
): Items {
  if ('plan' in result) {
    const { plan, eventTimes } = result;
    if (mode !== 'delivery') return descriptors([plan.steps[0].request], metadata);
    return [outputItem(toPlanDescriptor(plan, { messageId: messageIdOf(message), eventTimes }), metadata)];
  }
  // Another batch may be creating the object now. The host sends these updates after the requests that it already has.
  if ('plan' in mapped && (result.delivered || isAbsence(result)))
    return descriptors(updates(mapped.plan), metadata);
  const { error, status } = result as Failed;
  return [droppedItem(error, statusOf(error, status, knowsFiltered), metadata)];
}

function descriptors(requests: readonly RequestDescriptor[], metadata: JsonObject): Items {
  return requests.map((request) => outputItem(toWireDescriptor(request), metadata)) as Items;
}

/**
 * The distinct `PUT`s of a plan that was run: idempotent requests, which the host sends again. An event needs at least one, because the
 * host counts an event without a request as dropped. It needs all of them, because the host sends them after the whole batch was run:
 * each value that an event wrote must be written again in the order of the batch.
 */
function updates({ steps }: RequestPlan): RequestDescriptor[] {
  const puts = steps.map(({ request }) => request).filter(({ method }) => method === 'PUT');
  return [...new Set(puts)];
}

function statusOf(error: DestinationError, status: number | undefined, knowsFiltered: boolean): number {
  return knowsFiltered && isFilterable(error) ? ITEM_STATUS.filtered : errorStatus(error, status);
}

function outcomeOf({ statusCode }: ProcessorItem): EventOutcome {
  return statusCode === ITEM_STATUS.deliver ? 'handedOver' : 'dropped';
}
