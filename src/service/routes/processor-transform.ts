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
import type { Context } from '../context.js';
import { countEvents, fateOf } from '../observe/count-events.js';
import { isAppend, jobName } from '../batch/job-memory.js';
import { isAbsence, isFailed, isFiltered } from '../batch/job-result.js';
import { messageIdOf, messageTypeOf } from '../batch/map-event.js';
import type { Treatment } from '../batch/run-batch.js';
import type { EventOutcome } from '../observe/event-outcome.js';
import { transform, type Transformed } from './transform-batch.js';

const ROUTE = 'processor';

/**
 * The host needs a request of each event here, so a track event is left to it: run as well, it would be written twice. The `PUT`s of the
 * others change nothing when they are sent again. A job has no second attempt here, so each result counts as it is.
 */
const TREATMENT: Treatment = {
  isRun: (plan) => !isAppend(plan),
  judge: (result) => result,
  // One job of the host's at this stage may become several events, of one message id.
  nameOf: (plan, { message, metadata }) => jobName(ROUTE, plan, [metadata], message),
  isAllOrNothing: true,
};

/**
 * Serves `POST /v0/destinations/gainsight_px`. The host drops for good every event whose item is neither 200 nor 298, so a failure that may
 * pass is the answer to the whole request: it is sent again, and what was done already is done once more, which changes nothing.
 *
 * @throws WireFormatError when the body is not in the host's form; the host must then be told to send it again
 */
export async function processorTransform(
  request: FastifyRequest,
  reply: FastifyReply,
  context: Context,
): Promise<FastifyReply> {
  const events = parseProcessorRequest(takeJson(request));
  const transformed = (await transform(events, context, reply, TREATMENT)).map((job) =>
    deliverableLater(job, context),
  );
  const failures = transformed.map(({ result }) => result).filter(isFailed);
  const passing = failures.find(holdsBack);
  if (passing !== undefined) {
    const fates = transformed.map(({ event, result }) => fateOf(messageTypeOf(event), 'retry', result));
    countEvents(ROUTE, fates, request, context);
    const { code, kind, message } = passing;
    context.settings.log.warn({ code, kind }, 'a batch was handed back, and will come again');
    return sendRetryLater(reply, errorText(message), code);
  }

  const left = failures.filter(isAbsence);
  if (left.length > 0) {
    const told = 'PX does not know objects of these events yet: their updates are left to the host';
    context.settings.log.warn({ events: left.length, code: left[0]!.code }, told);
  }

  const knowsFiltered = request.headers['x-feature-filter-code'] === KNOWS_FILTERED;
  const items = transformed.map((job) => itemsOf(job, knowsFiltered, context));
  const fates = transformed.map(({ event, result }, index) => {
    const outcome = isFiltered(result) ? 'filtered' : outcomeOf(items[index]![0]);
    return fateOf(messageTypeOf(event), outcome, result);
  });
  countEvents(ROUTE, fates, request, context);
  return sendJson(reply, 200, items.flat());
}

/** In delivery mode the host sends the stored configuration along later: a key that stands in the event is lost by then. */
function deliverableLater(job: Transformed, { settings }: Context): Transformed {
  if (!('plan' in job.result) || settings.mode !== 'delivery') return job;
  const { destination } = job.event;
  try {
    if (isObject(destination) && destination.hasDynamicConfig === true) requireStoredKey(destination.Config);
    return job;
  } catch (thrown) {
    return { ...job, result: failed(InternalError.from(thrown)) };
  }
}

type Items = [ProcessorItem, ...ProcessorItem[]];

/** The items of one event: the host makes a job of each, in their order. */
function itemsOf(
  { event: { message, metadata }, mapped, result }: Transformed,
  knowsFiltered: boolean,
  { settings: { mode } }: Context,
): Items {
  if ('plan' in result) {
    const { plan } = result;
    if (mode !== 'delivery') return descriptors([plan.steps[0].request], metadata);
    return [outputItem(toPlanDescriptor(plan, messageIdOf(message)), metadata)];
  }
  // What is absent may be in another batch, which comes at the same time. The host sends these after what it was given before.
  if ('plan' in mapped && (result.delivered || isAbsence(result)))
    return descriptors(updates(mapped.plan), metadata);
  const { error, status } = result as Failed;
  return [droppedItem(error, statusOf(error, status, knowsFiltered), metadata)];
}

function descriptors(requests: readonly RequestDescriptor[], metadata: JsonObject): Items {
  return requests.map((request) => outputItem(toWireDescriptor(request), metadata)) as Items;
}

/**
 * The `PUT`s of a plan that was run, each once: requests that change nothing when the host sends them. At least one is needed, because an
 * event without a request would count as dropped; all of them are, because the host sends them after the whole batch was run, and must
 * not leave out what a later event of the batch wrote over an earlier one.
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
