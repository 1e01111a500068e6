import { setImmediate as nextRound } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { InternalError, RetryableError, type RequestPlan } from '../../core/index.js';
import {
  deliveryPlan,
  destinationIdOf,
  DELIVERED,
  proxyReplyV0,
  proxyReplyV1,
  undelivered,
  type DeliveryResult,
  parseProxyRequest,
  parseProxyTimeoutMs,
  type ProxyRequest,
  type ProxyVersion,
  WireFormatError,
} from '../../protocol/index.js';
import { failed, type Failed, type Outcome } from '../../router/index.js';
import { Deadline } from '../../runtime/index.js';
import { sendJson, takeJson } from '../http/reply.js';
import { logBugs } from '../observe/internal-errors.js';
import type { Context } from '../context.js';
import { countEvents, fateOf } from '../observe/count-events.js';
import { jobName } from '../batch/job-memory.js';
import { asThrottled, withinAttempts } from '../batch/job-result.js';
import type { EventOutcome } from '../observe/event-outcome.js';

const ROUTE = 'proxy';

/**
 * Serves `POST /{v0,v1}/destinations/gainsight_px/proxy`: delivers one descriptor, and says what became of each of its jobs before the
 * host's time is up.
 *
 * @throws WireFormatError when the body is not in the host's form; a 5xx then makes it try again
 */
export async function proxy(
  version: ProxyVersion,
  request: FastifyRequest,
  reply: FastifyReply,
  context: Context,
): Promise<FastifyReply> {
  const wanted = parseProxyRequest(takeJson(request), version);
  const timeoutMs = parseProxyTimeoutMs(request.headers['rdproxy-timeout']);
  const plan = planOf(wanted, context);
  const outcome = 'steps' in plan ? await delivered(plan, wanted, timeoutMs, reply, context) : plan;
  if (!outcome.delivered) logBugs([outcome.error], context.settings.log);
  const result = outcome.delivered ? DELIVERED : undelivered(outcome.error, outcome.status, wanted.jobs);
  const fate = fateOf('steps' in plan ? typeOf(plan) : 'other', outcomeOf(result), outcome);
  countEvents(
    ROUTE,
    wanted.jobs.map(() => fate),
    request,
    context,
  );
  return version === 'v1'
    ? sendJson(reply, 200, proxyReplyV1(result, wanted.jobs))
    : sendJson(reply, result.status, proxyReplyV0(result));
}

function planOf(wanted: ProxyRequest, { settings, waiting }: Context): RequestPlan | Failed {
  try {
    return deliveryPlan(wanted, settings.configDefaults);
  } catch (thrown) {
    if (thrown instanceof WireFormatError) throw thrown;
    const error = InternalError.from(thrown);
    waiting.note(error, destinationIdOf(undefined, wanted.jobs[0] ?? {}));
    return failed(error);
  }
}

/** What becomes of a plan within a time; a request in flight at its end goes on, and the lanes wait for it. */
async function delivered(
  plan: RequestPlan,
  { jobs, json }: ProxyRequest,
  timeoutMs: number,
  reply: FastifyReply,
  { router, memory, clock }: Context,
): Promise<Outcome> {
  const name = jobName(ROUTE, plan, jobs, json);
  if (memory.isDone(name) && !memory.isRunning(name)) return memory.recall();
  const deadline = new Deadline(clock, timeoutMs, { connection: reply.raw });
  const { signal } = deadline;
  const tooLate = failed(new RetryableError('unreachable', `not finished within ${timeoutMs} ms`));
  const batch = router.batch({ signal, timeLeftMs: deadline.leftMs });
  const run = memory.begin(name, plan, (instead) => batch.add({ plan, instead }));
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
    // An update that ends later is answered as failed, and is written again.
    if (result.delivered) memory.remember(name);
    return withinAttempts(result, jobs[0]!);
  } finally {
    deadline.release();
  }
}

/** The type of the message that a plan was made of; the host does not tell it here. */
function typeOf(plan: RequestPlan): string {
  const [{ effect, object }] = plan.steps;
  if (effect === 'append') return 'track';
  return object?.kind === 'account' ? 'group' : 'identify';
}

function outcomeOf({ status }: DeliveryResult): EventOutcome {
  if (status === 200) return 'delivered';
  return status === 429 || status >= 500 ? 'retry' : 'dropped';
}
