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
  type TransformEvent,
} from '../../protocol/index.js';
import { sendJson, sendRetryLater, takeJson } from '../http/reply.js';
import type { Context } from '../context.js';
import { countEvents, fateOf } from '../observe/count-events.js';
import { isAppend, jobName } from '../batch/job-memory.js';
import { failedJob, isFiltered, isHoldingBack, type JobResult } from '../batch/job-result.js';
import { messageIdOf, messageTypeOf } from '../batch/map-event.js';
import type { Treatment } from '../batch/run-batch.js';
import type { EventOutcome } from '../observe/event-outcome.js';
import { transform } from './transform-batch.js';

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
  const results = (await transform(events, context, reply, TREATMENT)).map((result, index) =>
    deliverableLater(result, events[index]!, context),
  );
  const passing = results.find(isHoldingBack);
  if (passing?.kind === 'failed') {
    countEvents(
      ROUTE,
      results.map((result, index) => fateOf(messageTypeOf(events[index]!), 'retry', result)),
      request,
      context,
    );
    const { error } = passing;
    context.settings.log.warn(
      { code: error.code, kind: error.kind },
      'a batch was handed back, and will come again',
    );
    return sendRetryLater(reply, errorText(error.message), error.code);
  }

  const left = results.flatMap((result) =>
    result.kind === 'failed' && result.absentIn !== undefined ? [result.error.code] : [],
  );
  if (left.length > 0) {
    const told = 'PX does not know objects of these events yet: their updates are left to the host';
    context.settings.log.warn({ events: left.length, code: left[0] }, told);
  }

  const knowsFiltered = request.headers['x-feature-filter-code'] === KNOWS_FILTERED;
  const items = results.map((result, index) => itemsOf(result, events[index]!, knowsFiltered, context));
  const outcomes = items.map(([first], index) =>
    isFiltered(results[index]!) ? 'filtered' : outcomeOf(first),
  );
  const fates = results.map((result, index) =>
    fateOf(messageTypeOf(events[index]!), outcomes[index]!, result),
  );
  countEvents(ROUTE, fates, request, context);
  return sendJson(reply, 200, items.flat());
}

/** In delivery mode the host sends the stored configuration along later: a key that stands in the event is lost by then. */
function deliverableLater(
  result: JobResult,
  { destination }: TransformEvent,
  { settings }: Context,
): JobResult {
  if (result.kind !== 'handOver' || settings.mode !== 'delivery') return result;
  try {
    if (isObject(destination) && destination.hasDynamicConfig === true) requireStoredKey(destination.Config);
    return result;
  } catch (thrown) {
    return failedJob(InternalError.from(thrown));
  }
}

type Items = [ProcessorItem, ...ProcessorItem[]];

/** The items of one event: the host makes a job of each, in their order. */
function itemsOf(
  result: JobResult,
  { message, metadata }: TransformEvent,
  knowsFiltered: boolean,
  { settings: { mode } }: Context,
): Items {
  if (result.kind === 'failed') {
    const { absentIn } = result;
    // What is absent may be in another batch, which comes at the same time. The host sends these after what it was given before.
    if (absentIn !== undefined) return descriptors(updates(absentIn), metadata);
    return [droppedItem(result.error, statusOf(result.error, result.pxStatus, knowsFiltered), metadata)];
  }
  const { plan, kind } = result;
  if (kind === 'handOver' && mode === 'delivery') {
    return [outputItem(toPlanDescriptor(plan, messageIdOf(message)), metadata)];
  }
  const requests = kind === 'delivered' ? updates(plan) : [plan.steps[0].request];
  return descriptors(requests, metadata);
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

function statusOf(error: DestinationError, pxStatus: number | undefined, knowsFiltered: boolean): number {
  return knowsFiltered && isFilterable(error) ? ITEM_STATUS.filtered : errorStatus(error, pxStatus);
}

function outcomeOf({ statusCode }: ProcessorItem): EventOutcome {
  return statusCode === ITEM_STATUS.deliver ? 'handedOver' : 'dropped';
}
