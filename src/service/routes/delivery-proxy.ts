import { setImmediate as nextRound } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { InternalError, RetryableError, type RequestPlan } from '../../core/index.js';
import { withDefaults } from '../../destinations/gainsight_px/index.js';
import {
  deliveryPlan,
  destinationIdOf,
  DELIVERED,
  proxyReplyV0,
  proxyReplyV1,
  undelivered,
  type DeliveryResult,
  parseEventTimes,
  parseProxyRequest,
  parseProxyTimeoutMs,
  type ProxyRequest,
  type ProxyVersion,
  WireFormatError,
} from '../../protocol/index.js';
import { failed, type Failed, type Outcome, type PlanJob } from '../../router/index.js';
import { Deadline } from '../../runtime/index.js';
import { sendJson, takeJson } from '../http/reply.js';
import { logInternalErrors } from '../observe/internal-errors.js';
import type { ServiceContext } from '../context.js';
import { noteEvents } from '../observe/note-events.js';
import { jobName } from '../batch/job-memory.js';
import { asThrottled, withinAttempts } from '../batch/job-result.js';
import { countedEvent } from '../observe/event-outcome.js';
import type { EventOutcome } from '../observe/outcome-names.js';

const ROUTE = 'proxy';

/**
 * Serves `POST /{v0,v1}/destinations/gainsight_px/proxy`: delivers one descriptor and reports the result of each of its jobs, within the
 * time that the host allows.
 *
 * @throws WireFormatError when the body is not in the host's form; the reply must then be a 5xx, so that the host retries
 */
export async function deliveryProxy(
  version: ProxyVersion,
  request: FastifyRequest,
  reply: FastifyReply,
  context: ServiceContext,
): Promise<FastifyReply> {
  const call = parseProxyRequest(takeJson(request), version);
  const timeoutMs = parseProxyTimeoutMs(request.headers['rdproxy-timeout']);
  const plan = planOf(call, context);
  const planned = 'steps' in plan ? plan : undefined;
  // The host makes one call for several jobs where it batches them: the requests belong to the first.
  const [onRequest] = call.jobs.map((metadata) => request.trace?.addJob(metadata, planned));
  const outcome =
    'steps' in plan ? await deliverInTime(plan, call, timeoutMs, reply, context, onRequest) : plan;
  if (!outcome.delivered) logInternalErrors([outcome.error], context.settings.log);
  const result = outcome.delivered ? DELIVERED : undelivered(outcome.error, outcome.status, call.jobs);
  const event = countedEvent('steps' in plan ? typeOf(plan) : 'other', outcomeOf(result), outcome);
  const events = call.jobs.map(() => event);
  noteEvents(ROUTE, events, reply, context, (index) => ({
    message: undefined,
    metadata: call.jobs[index]!,
    destinationId: destinationIdOf(undefined, call.jobs[index]!),
    config: withDefaults(call.destinationConfig, context.settings.configDefaults),
    plan: 'steps' in plan ? plan : undefined,
    result: outcome,
  }));
  return version === 'v1'
    ? sendJson(reply, 200, proxyReplyV1(result, call.jobs))
    : sendJson(reply, result.status, proxyReplyV0(result));
}

function planOf(call: ProxyRequest, { settings, waiting }: ServiceContext): RequestPlan | Failed {
  try {
    return deliveryPlan(call, settings.configDefaults);
  } catch (thrown) {
    if (thrown instanceof WireFormatError) throw thrown;
    const error = InternalError.from(thrown);
    waiting.note(error, destinationIdOf(undefined, call.jobs[0] ?? {}));
    return failed(error);
  }
}

/** Delivers a plan within a time. A request that is still in flight then is not cancelled, and its lanes stay blocked until it ends. */
async function deliverInTime(
  plan: RequestPlan,
  { jobs, json }: ProxyRequest,
  timeoutMs: number,
  reply: FastifyReply,
  { router, memory, clock }: ServiceContext,
  onRequest: PlanJob['onRequest'],
): Promise<Outcome> {
  const name = jobName(ROUTE, plan, jobs, json);
  if (memory.isDone(name) && !memory.isRunning(name)) return memory.recall();
  const deadline = new Deadline(clock, timeoutMs, { connection: reply.raw });
  const { signal } = deadline;
  const tooLate = failed(new RetryableError('unreachable', `not finished within ${timeoutMs} ms`));
  const batch = router.batch({ signal, timeLeftMs: deadline.leftMs });
  const job = { plan, eventTimes: parseEventTimes(json), onRequest };
  const run = memory.begin(name, plan, (instead) => batch.add({ ...job, instead }));
  void run.then(() => {
    memory.end(name, run);
  });
  try {
    const result = await Promise.race([
      run.then((ended) => {
        const outcome = asThrottled(ended);
        return deadline.hasPassed && !outcome.delivered && outcome.code === 'cancelled' ? tooLate : outcome;
      }),
      // A plan that the abort ends has its own result first.
      deadline.passed.then(() => nextRound(tooLate)),
    ]);
    // A plan that ends after its time is reported as failed, and so must run again.
    if (result.delivered) memory.remember(name);
    return withinAttempts(result, jobs[0]!);
  } finally {
    deadline.release();
  }
}

/** The message type that a plan was made from; this call of the host does not contain it. */
function typeOf(plan: RequestPlan): string {
  const [{ effect, object }] = plan.steps;
  if (effect === 'append') return 'track';
  return object?.kind === 'account' ? 'group' : 'identify';
}

function outcomeOf({ status }: DeliveryResult): EventOutcome {
  if (status === 200) return 'delivered';
  return status === 429 || status >= 500 ? 'retry' : 'dropped';
}
