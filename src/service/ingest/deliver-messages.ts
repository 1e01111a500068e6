import type { FastifyReply, FastifyRequest } from 'fastify';
import { InstrumentationError, isObject, RetryableError } from '../../core/index.js';
import { messagesOf, type PlacedMessage, type TransformEvent } from '../../protocol/index.js';
import { failed, type Failed, type Outcome } from '../../router/index.js';
import { Deadline } from '../../runtime/index.js';
import { isFailed, isFiltered } from '../batch/job-result.js';
import { messageIdOf, messageTypeOf, type Mapped } from '../batch/map-event.js';
import { runBatch, type BatchJob, type Treatment } from '../batch/run-batch.js';
import { withTrace } from '../batch/with-trace.js';
import type { ServiceContext } from '../context.js';
import { sendJson, takeJson } from '../http/reply.js';
import { sourceOfJob } from '../live/job-source.js';
import { countedEvent } from '../observe/event-outcome.js';
import type { EventOutcome } from '../observe/outcome-names.js';
import { logInternalErrors } from '../observe/internal-errors.js';
import { noteEvents } from '../observe/note-events.js';
import { ingestAnswer, type MessageOutcome, type SettledMessage } from './ingest-answer.js';
import { UNREADABLE_LINE } from './ingest-body.js';
import type { IngestSettings } from './ingest.js';
import { MessageNames } from './message-names.js';

const ROUTE = 'deliver';
/** The statuses after which a request comes again. */
const ASKS_AGAIN: ReadonlySet<number> = new Set([429, 500, 503]);

/**
 * Serves `POST /v1/deliver` and the paths of SDKs: delivers the messages of the body, and answers when all are settled, or at the deadline. In
 * order for each user, as the router keeps it; a message that is to be sent again holds back the later ones of its user.
 *
 * @param type the message type that the path names; it wins over the message's own, as on a RudderStack data plane
 */
export async function deliverMessages(
  request: FastifyRequest,
  reply: FastifyReply,
  context: ServiceContext,
  ingest: IngestSettings,
  type?: string,
): Promise<FastifyReply> {
  const { router, settings } = context;
  const { maxPending } = settings.router;
  const body = takeJson(request);
  if (body === undefined) return sendJson(reply, 400, { error: 'the body is empty' });
  const messages = firstMessages(body, maxPending! + 1);
  if (messages.length > maxPending!) {
    return sendJson(reply, 413, {
      error: `more than ${maxPending!} messages: send fewer in one request`,
    });
  }
  const { pending } = router.stats();
  if (pending > 0 && pending + messages.length > maxPending!) {
    const error = `${pending} messages wait already: send this request again later`;
    return sendJson(reply.header('Retry-After', '1'), 503, { code: 'overloaded', error });
  }

  const jobs = messages.map((placed) =>
    withTrace(jobOf(withType(placed.message, type), context, ingest), request.trace),
  );
  const settled = await settle(jobs, request, reply, context, ingest);
  const answer = ingestAnswer(
    settled.map((outcome, index): SettledMessage => {
      const { at, message } = messages[index]!;
      return { at, messageId: messageIdOf(message), outcome };
    }),
  );
  const counted = jobs.map(({ event }, index) => {
    const outcome = settled[index]!;
    return countedEvent(messageTypeOf(event), eventOutcome(outcome, answer.body.outcomes?.[index]), outcome);
  });
  noteEvents(ROUTE, counted, reply, context, (index) =>
    sourceOfJob(jobs[index]!, settled[index]!, settings.configDefaults),
  );
  if (answer.retryAfter !== undefined) reply.header('Retry-After', answer.retryAfter);
  return sendJson(reply, answer.status, answer.body);
}

/** At most so many messages of a body. */
function firstMessages(body: unknown, most: number): PlacedMessage[] {
  const messages: PlacedMessage[] = [];
  for (const message of messagesOf(body)) {
    messages.push(message);
    if (messages.length >= most) break;
  }
  return messages;
}

function withType(message: unknown, type: string | undefined): unknown {
  return type === undefined || !isObject(message) ? message : { ...message, type };
}

function jobOf(message: unknown, { mapper }: ServiceContext, { config }: IngestSettings): BatchJob {
  const event = { message, metadata: {}, destination: { Config: config }, connection: undefined };
  if (message === UNREADABLE_LINE) {
    return {
      event,
      mapped: failed(new InstrumentationError('event_not_object', 'the line is not valid JSON')),
    };
  }
  const mapped = mapper.map(event);
  return { event: inOrderOf(event, mapped), mapped };
}

/** The first lane is the user's: a message that is to be sent again holds back the later ones there. */
function inOrderOf(event: TransformEvent, mapped: Mapped | Failed): TransformEvent {
  return 'plan' in mapped ? { ...event, metadata: { userId: mapped.plan.lanes[0] } } : event;
}

async function settle(
  jobs: readonly BatchJob[],
  request: FastifyRequest,
  reply: FastifyReply,
  { router, memory, clock, settings }: ServiceContext,
  { deadlineMs }: IngestSettings,
): Promise<Outcome[]> {
  const names = new MessageNames(memory);
  request.responseEnd?.once('close', (isSent: boolean) => {
    if (isSent && !ASKS_AGAIN.has(reply.statusCode)) names.forget();
    else names.expectAgain();
  });
  const deadline = new Deadline(clock, deadlineMs, { connection: reply.raw });
  const late = failed(new RetryableError('unreachable', `not finished within ${deadlineMs} ms`));
  const treatment: Treatment = {
    isRun: () => true,
    judge: (outcome, _metadata, all) => withoutPermission(outcome, all),
    nameOf: (plan, { message }) => names.nameOf(plan, message),
    isRepeatedByHost: false,
    isAllOrNothing: false,
    tooLate: deadline.passed.then(() => late),
  };
  try {
    const batch = names.watch(router.batch({ signal: deadline.signal, timeLeftMs: deadline.leftMs }));
    // All of them are run, so all of them have an outcome.
    const outcomes = (await runBatch(jobs, treatment, batch, memory)) as Outcome[];
    logInternalErrors(
      outcomes.filter(isFailed).map(({ error }) => error),
      settings.log,
    );
    return outcomes;
  } finally {
    deadline.release();
  }
}

/**
 * A 401 is about the key, and so is a 403, unless PX took another message of the request on the same route: somebody must give the key its
 * permission, and until then the messages are to be sent again, not dropped.
 */
function withoutPermission(outcome: Outcome, all: readonly Outcome[]): Outcome {
  if (outcome.delivered || outcome.code !== 'denied') return outcome;
  const route = outcome.requests.at(-1)?.route;
  const isOpen = all.some(({ requests }) =>
    requests.some((sent) => sent.route === route && sent.verdict === 'ok'),
  );
  if (isOpen && outcome.status === 403) return outcome;
  return failed(new RetryableError('denied', outcome.message), outcome, outcome);
}

function eventOutcome(outcome: Outcome, answered: MessageOutcome | undefined): EventOutcome {
  if (outcome.delivered) return 'delivered';
  if (isFiltered(outcome)) return 'filtered';
  return answered?.retryable === true ? 'retry' : 'dropped';
}
