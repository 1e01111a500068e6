import { InternalError, type RequestPlan, type RudderMessage } from '../../core/index.js';
import {
  eventTimesOf,
  skipReason,
  type CompiledDestination,
  type DestinationConfig,
} from '../../destinations/gainsight_px/index.js';
import type { Failed, Outcome, Router } from '../../router/index.js';
import { sleep, type Clock } from '../../runtime/index.js';
import type { Deferred403s } from '../deliver/run/deferred-403s.js';
import { messageTypeOf, type DeadLetterReason, type MessageOutcome } from './outcomes.js';

/** A message of a partition that this worker has. */
export interface PartitionMessage {
  readonly message: unknown;
  /** Aborted when the partition is given up: then the message is not settled, and the next owner delivers it. */
  readonly signal: AbortSignal;
  readonly deferred: Deferred403s;
  /** Writes the message to the dead-letter topic; resolves when it is there, rejects when the signal aborts. */
  readonly writeDeadLetter: (reason: DeadLetterReason) => Promise<void>;
  /** Called when later messages of its users and accounts are delivered although it is not settled. */
  readonly onOvertaken: () => void;
  /** Called once, when the message is delivered, skipped, or in the dead-letter topic. */
  readonly onSettled: () => void;
}

interface DeliveryParts {
  readonly router: Router;
  readonly destination: CompiledDestination;
  readonly config: DestinationConfig;
  readonly clock: Clock;
  /** Whether the router remembers what PX holds. */
  readonly remembersObjects: boolean;
  /** Told of each outcome of a plan, before the message is settled. */
  readonly onOutcome: (outcome: Outcome) => void;
  readonly count: (type: string, outcome: MessageOutcome, code?: string) => void;
}

/** How long a message whose user PX does not know waits before each new attempt: another message may create the user. */
const MISSING_USER_WAITS_MS = [2_000, 10_000, 60_000];

/**
 * Brings messages to their end: delivered, skipped, or in the dead-letter topic. The router retries; a message that waits
 * there keeps its lanes, so that nothing newer of the same user or account overtakes it.
 */
export class MessageDelivery {
  constructor(private readonly parts: DeliveryParts) {}

  /**
   * Takes a message. The order of the calls is the order in the lanes. Resolves when nothing more is in flight for the
   * message: it is settled, given up, or waits until a 403 is explained.
   */
  take(item: PartitionMessage): Promise<void> {
    const { config, count, destination } = this.parts;
    const type = messageTypeOf(item.message);
    const skipped = skipReason(item.message, config);
    if (skipped !== undefined) {
      count(type, 'filtered', skipped);
      item.onSettled();
      return Promise.resolve();
    }
    try {
      const plan = destination.process(item.message as RudderMessage);
      // Nothing is awaited before the router has the plan.
      return this.#deliver({ item, type, plan, attempts: 0, missingUser: 0 });
    } catch (thrown) {
      const { code, message: reason, retryable } = InternalError.from(thrown);
      return this.#refuse(item, type, { code, reason, retryable, attempts: 0 });
    }
  }

  /** Takes a record that cannot be read; resolves as {@link take}. */
  takeUnreadable(
    item: PartitionMessage,
    { code, reason }: Pick<DeadLetterReason, 'code' | 'reason'>,
  ): Promise<void> {
    return this.#refuse(item, 'other', { code, reason, retryable: false, attempts: 0 });
  }

  async #deliver(sending: Sending): Promise<void> {
    const { item, plan, type } = sending;
    const { router, onOutcome, count, remembersObjects } = this.parts;
    const eventTimes = remembersObjects ? eventTimesOf(item.message) : undefined;
    const outcome = await router.deliver(plan, { signal: item.signal, eventTimes });
    onOutcome(outcome);
    if (!outcome.delivered) return this.#onFailure(sending, outcome);
    count(type, 'delivered');
    item.onSettled();
    item.deferred.onDelivered(plan.lanes);
  }

  async #onFailure(sending: Sending, outcome: Failed): Promise<void> {
    // Not settled: the partition is given up, or the worker stops.
    if (outcome.code === 'cancelled' || outcome.code === 'closed' || outcome.status === 401) return;
    const { item, type, plan, missingUser } = sending;
    const attempts = sending.attempts + outcome.requests.length;
    const { code, message: reason, retryable } = outcome;
    const last = outcome.requests.at(-1);
    // The router lets the next plan of its lanes go, and the same message may be taken later.
    if (retryable || outcome.status === 403) item.onOvertaken();
    const waitMs = MISSING_USER_WAITS_MS[missingUser];
    if (code === 'user_not_found' && retryable && waitMs !== undefined) {
      const rest = planFrom(plan, last?.step);
      await this.#deliverLater({ item, type, plan: rest, attempts, missingUser: missingUser + 1 }, waitMs);
    } else if (outcome.status === 403 && last !== undefined) {
      item.deferred.defer(last.route, plan.lanes, (isAboutKey) => {
        // Otherwise it stays unsettled: the worker stops, or the next owner of the partition asks again.
        if (!isAboutKey) void this.#refuse(item, type, { code, reason, retryable, attempts });
      });
    } else await this.#refuse(item, type, { code, reason, retryable, attempts });
  }

  async #deliverLater(sending: Sending, waitMs: number): Promise<void> {
    try {
      await sleep(this.parts.clock, waitMs, sending.item.signal);
    } catch {
      return;
    }
    await this.#deliver(sending);
  }

  async #refuse(item: PartitionMessage, type: string, reason: DeadLetterReason): Promise<void> {
    try {
      await item.writeDeadLetter(reason);
    } catch {
      // Given up: the next owner of the partition comes to the same end.
      return;
    }
    this.parts.count(type, 'deadLetter', reason.code);
    item.onSettled();
  }
}

interface Sending {
  readonly item: PartitionMessage;
  readonly type: string;
  readonly plan: RequestPlan;
  /** Requests of earlier deliveries of this message. */
  readonly attempts: number;
  /** How often PX did not know the user so far. */
  readonly missingUser: number;
}

/**
 * What is left of a plan from one of its steps on: what it wrote before is not written again, because newer messages may
 * have changed it. The whole plan where the rest names an earlier step.
 */
function planFrom(plan: RequestPlan, stepId: string | undefined): RequestPlan {
  const [first, ...others] = plan.steps.slice(plan.steps.findIndex(({ id }) => id === stepId));
  if (first === undefined) return plan;
  const left = new Set([first, ...others].map(({ id }) => id));
  const namesEarlier = [first, ...others].some(({ on = {} }) =>
    Object.values(on).some((next) => next.to === 'fail' && !left.has(next.answerOf ?? first.id)),
  );
  return namesEarlier ? plan : { ...plan, steps: [first, ...others] };
}
