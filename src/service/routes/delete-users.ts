import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  ConfigurationError,
  InternalError,
  RetryableError,
  type DestinationError,
  isObject,
  type JsonObject,
} from '../../core/index.js';
import {
  dataCentersIn,
  deleteUser,
  withDefaults,
  type ConfigDefaults,
  type DataCenter,
  type DestinationConfig,
} from '../../destinations/gainsight_px/index.js';
import {
  parseDeletionRequest,
  unusableIdReason,
  type DeletionReply,
  type UserId,
  DEST_TYPE,
  requireOneDataCenter,
  isTemplate,
  resolveDynamicConfig,
  errorText,
  errorStatus,
} from '../../protocol/index.js';
import { Deadline, shortName, type Signal } from '../../runtime/index.js';
import { sendJson, takeJson } from '../http/reply.js';
import { logInternalErrors } from '../observe/internal-errors.js';
import type { ServiceContext } from '../context.js';
import type { CountedEvent } from '../observe/event-outcome.js';
import { countEvents } from '../observe/request-log.js';

const ROUTE = 'deleteUsers';

/** Erasures in flight at a time. The router sends fewer; more would only take memory. */
const CONCURRENCY = 50;

/**
 * Serves `POST /deleteUsers`: erases users in PX. The host reads 200 as "all done", and any other status but 404 and 405 as retryable.
 * It then sends all users again, and those that PX no longer knows count as erased.
 *
 * @throws WireFormatError when the body is not in the host's form
 */
export async function deleteUsers(
  request: FastifyRequest,
  reply: FastifyReply,
  context: ServiceContext,
): Promise<FastifyReply> {
  const { destType, config, userIds } = parseDeletionRequest(takeJson(request));
  if (destType !== DEST_TYPE) return send(reply, failed(500, 'this service has no such destination type'));

  const users = distinct(userIds.filter((id) => unusableIdReason(id) === undefined));
  const skipped = userIds.flatMap((id, index) => {
    const reason = unusableIdReason(id);
    return reason === undefined ? [] : [`userAttributes[${index}]: ${reason}`];
  });
  const deletion = new Deletion(users, config, context, request);
  const parts = [config, users];
  const done = context.deletions.doneOf(parts);
  await deletion.run(done);
  const result = deletion.reply();
  if (result.statusCode === 200) context.deletions.finished(parts);
  countEvents(ROUTE, deletion.countedEvents(), request, context.metrics);
  return send(reply, skipped.length === 0 ? result : { ...result, skipped });
}

/** Each id once, at its first place. */
function distinct(ids: readonly UserId[]): UserId[] {
  return [...new Map(ids.map((id) => [nameOf(id), id])).values()];
}

/** The short form in which an id is remembered. */
const nameOf = (id: UserId): string => shortName(String(id));

function failed(statusCode: number, error: string): DeletionReply {
  return { statusCode, status: 'failed', error: errorText(error) };
}

/** The regulation worker reads an array only. */
function send(reply: FastifyReply, result: DeletionReply): FastifyReply {
  return sendJson(reply, result.statusCode, [result]);
}

/** Erases the users of one request within `deletionDeadlineMs`. */
class Deletion {
  #done = new Set<string>();
  #failure: { readonly error: DestinationError; readonly pxStatus?: number } | undefined;
  #next = 0;
  readonly #deadline: Deadline;

  constructor(
    private readonly userIds: readonly UserId[],
    private readonly config: DestinationConfig,
    private readonly context: ServiceContext,
    private readonly request: FastifyRequest,
  ) {
    this.#deadline = new Deadline(context.clock, context.settings.deletionDeadlineMs);
  }

  /** How many users are erased, or unknown to PX, in this request or an earlier one. */
  get done(): number {
    return this.#done.size;
  }

  /** Erases the users that are not in `done`, and adds them to it. */
  async run(done: Set<string>): Promise<void> {
    this.#done = done;
    try {
      const config = this.#configuration();
      if (config === undefined) return;
      const timeUp = this.#deadline.passed.then(() => {
        this.#fail(new RetryableError('unavailable', 'the time limit of the request has passed'));
      });
      const workers = Promise.all(Array.from({ length: CONCURRENCY }, () => this.#work(config)));
      await Promise.race([workers, timeUp]);
    } finally {
      this.#deadline.release();
    }
  }

  #configuration(): DestinationConfig | undefined {
    const { settings, waiting } = this.context;
    try {
      return deletionConfig(this.config, settings.configDefaults);
    } catch (thrown) {
      const error = InternalError.from(thrown);
      waiting.note(error, productOf(this.config));
      this.#fail(error);
      return undefined;
    }
  }

  /** The outcome of each user, for metrics and log. */
  countedEvents(): CountedEvent[] {
    const reason = this.#failure === undefined ? {} : { code: this.#failure.error.code };
    return this.userIds.map((_, index) =>
      index < this.done
        ? { type: 'user', outcome: 'delivered' }
        : { type: 'user', outcome: 'retry', ...reason },
    );
  }

  reply(): DeletionReply {
    if (this.#failure === undefined) return { statusCode: 200, status: 'successful' };
    const { error, pxStatus } = this.#failure;
    const { length } = this.userIds;
    return failed(
      errorStatus(error, pxStatus),
      `${this.done} of ${length} users are erased; send the request again for the rest: ${error.message}`,
    );
  }

  async #work(config: DestinationConfig): Promise<void> {
    const { signal } = this.#deadline;
    while (this.#next < this.userIds.length && !signal.aborted) {
      const userId = this.userIds[this.#next]!;
      this.#next += 1;
      if (!this.#done.has(nameOf(userId))) await this.#erase(userId, config, signal);
    }
  }

  async #erase(userId: UserId, config: DestinationConfig, signal: Signal): Promise<void> {
    try {
      const plan = deleteUser(userId, config);
      const onRequest = this.request.trace?.addJob({}, plan);
      const options = { signal, timeLeftMs: this.#deadline.leftMs, onRequest };
      const outcome = await this.context.router.deliver(plan, options);
      if (outcome.delivered) this.#done.add(nameOf(userId));
      else this.#fail(outcome.error, outcome.status);
    } catch (thrown) {
      this.#fail(InternalError.from(thrown));
    }
  }

  /** The reply reports the first failure. A wrong key or configuration, or the end of the time, stops the other erasures too. */
  #fail(error: DestinationError, pxStatus?: number, code: string = error.code): void {
    if (this.#failure === undefined) logInternalErrors([error], this.context.settings.log);
    this.#failure ??= pxStatus === undefined ? { error } : { error, pxStatus };
    // An invalid id concerns one user only.
    if (error.kind === 'instrumentation') return;
    if (error.kind === 'configuration' || code === 'denied' || pxStatus === undefined) this.#deadline.abort();
  }
}

/**
 * The configuration to erase with.
 *
 * A deletion has no event, so templates cannot be resolved. Without the API key and the data center that the user was written with, the
 * reply must not report the user as erased.
 *
 * @throws ConfigurationError when the key or a data center is a template, or there is no data center
 * @throws RetryableError `data_center_ambiguous`
 */
function deletionConfig(stored: DestinationConfig, defaults: ConfigDefaults): DestinationConfig {
  const config = withDefaults(resolveDynamicConfig(stored, undefined), defaults) as DestinationConfig;
  if (!isObject(stored)) return config;
  const { apiKey, dataCenter } = stored as JsonObject;
  if (isTemplate(apiKey)) throw notWithoutEvent('apiKey');
  if (isTemplate(dataCenter)) throw notWithoutEvent('dataCenter');
  if (!isObject(dataCenter)) return config;
  for (const [sourceType, name] of Object.entries(dataCenter)) {
    if (isTemplate(name)) throw notWithoutEvent(`dataCenter.${sourceType}`);
  }
  requireOneDataCenter(config);
  const [only] = dataCentersIn(config.dataCenter);
  if (only === undefined) throw refused('dataCenter', 'expected a data center, found none');
  return { ...config, dataCenter: only as DataCenter };
}

/** Names the destination for the log: here the host sends nothing but its configuration. */
function productOf(config: unknown): string {
  const tagKey = isObject(config) ? config.productTagKey : undefined;
  return typeof tagKey === 'string' ? `of the product ${tagKey}` : '';
}

function notWithoutEvent(path: string): ConfigurationError {
  return refused(path, 'expected a value, found a template, which cannot be resolved without an event');
}

function refused(path: string, message: string): ConfigurationError {
  return new ConfigurationError('configuration_invalid', `cannot erase users: ${path}: ${message}`, {
    issues: [{ path, message }],
  });
}
