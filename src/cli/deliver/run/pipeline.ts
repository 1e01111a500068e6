import { InternalError, type RudderMessage, type RequestPlan } from '../../../core/index.js';
import {
  skipReason,
  type CompiledDestination,
  type DestinationConfig,
  type Explanation,
} from '../../../destinations/gainsight_px/index.js';
import type { Failed, Outcome, RequestRecord, Router } from '../../../router/index.js';
import type { UnreadableItem, InputItem, InputMessage } from '../../input/read-messages.js';
import type { Counts, SkipCause } from '../report/counts.js';
import type { Deferred403s } from './deferred-403s.js';
import { OrderedWindow, type Slot, type WindowLimits } from './ordered-window.js';
import type { Rejection } from '../rejected/rejection.js';
import type { StopRules } from './stop-rules.js';
import type { WouldBeRequests } from './would-be-requests.js';

/** Where plans are sent: to PX, or nowhere in a dry run. */
export type Sending =
  | { readonly to: 'px'; readonly router: Router; readonly rules: StopRules; readonly deferred: Deferred403s }
  | { readonly to: 'nowhere'; readonly wouldBe: WouldBeRequests };

interface PipelineParts {
  readonly config: DestinationConfig;
  readonly destination: CompiledDestination;
  readonly sending: Sending;
  readonly counts: Counts;
  /** How many messages at the beginning of the input are skipped. */
  readonly skip: number;
  /** Whether messages that an earlier run refused for good are sent again. */
  readonly includeRefused: boolean;
  /** Gets each rejection, in the order of the input. */
  readonly onRejection: (rejection: Rejection, position: InputPosition) => void;
}

/** Where a message is in the input. */
export interface InputPosition {
  /** Its number, from 1. */
  readonly ordinal: number;
  /** How many messages before it this run delivered. Valid only while the rejection is handed over. */
  readonly deliveredBefore: () => number;
}

/** Wide enough that one message with many retries does not hold up the others. */
const WINDOW: WindowLimits = { slots: 50_000, bytes: 64 * 1024 * 1024 };

interface Ordinal {
  readonly rejection: Rejection;
  readonly ordinal: number;
}
type InputSlot = Slot<Ordinal>;

/** Delivers the messages of an input to PX, and reports the rejected ones in the order of the input. */
export class Pipeline {
  readonly #window: OrderedWindow<Ordinal>;
  #pending = 0;
  #onIdle: (() => void) | undefined;

  constructor(private readonly parts: PipelineParts) {
    this.#window = new OrderedWindow<Ordinal>(WINDOW, ({ rejection, ordinal }) => {
      const { counts, onRejection } = this.parts;
      counts.firstRejections.add(rejection);
      // All messages before it are settled.
      const deliveredBefore = (): number => counts.delivered - this.#window.settledBehind;
      onRejection(rejection, { ordinal, deliveredBefore });
    });
  }

  /** Resolves when every message of the input is settled. */
  async run(items: AsyncIterable<InputItem>): Promise<void> {
    const { counts, skip, sending } = this.parts;
    for await (const item of items) {
      counts.read += 1;
      if (counts.read <= skip) {
        counts.passedOver += 1;
        continue;
      }
      if (item.kind === 'unreadable') this.#takeUnreadable(item);
      else {
        const sent = this.#takeMessage(item);
        if (sent !== undefined) await sent;
      }
    }
    await this.#idle();
    if (sending.to === 'px') sending.deferred.releaseAll(true);
  }

  #takeUnreadable(item: UnreadableItem): void {
    if (item.refusal !== undefined) this.parts.counts.noteSkipped(item, 'unreadable_before');
    else this.#reject(item, { code: item.code, reason: item.message, retryable: false });
  }

  /** Await its result before the next message: that is the back-pressure. */
  #takeMessage(item: InputMessage): Promise<void> | undefined {
    const { counts, sending } = this.parts;
    const why = this.#whySkipped(item);
    if (why !== undefined) {
      counts.noteSkipped(item, why);
      return undefined;
    }
    const { plan, error, notes = [] } = this.#explain(item);
    if (plan === undefined) {
      const { code, message, retryable } = error ?? InternalError.from(undefined);
      this.#reject(item, { code, reason: message, retryable });
      return undefined;
    }
    if (sending.to === 'px') return this.#send(item, plan);
    sending.wouldBe.add(plan);
    if (notes.includes('link_skipped')) counts.linksSkipped += 1;
    counts.noteDelivered(item);
    return undefined;
  }

  #whySkipped({ message, refusal }: InputMessage): SkipCause | undefined {
    const { config, includeRefused } = this.parts;
    if (refusal?.retryable === false && !includeRefused) return 'refused_before';
    return skipReason(message, config);
  }

  #explain(item: InputMessage): Pick<Explanation, 'plan' | 'error' | 'notes'> {
    const { destination, counts } = this.parts;
    try {
      const explanation = destination.explain(item.message as RudderMessage);
      // Nothing is sent of a refused message, so nothing was dropped from it.
      if (explanation.plan !== undefined) counts.noteExplained(explanation);
      return explanation;
    } catch (thrown) {
      return { error: InternalError.from(thrown) };
    }
  }

  #reject(item: InputItem, reason: Omit<Rejection, 'item'>): void {
    this.#settle(this.#window.open(item.bytes), { item, ...reason }, this.parts.counts.read);
  }

  #settle(slot: InputSlot, rejection: Rejection, ordinal: number): void {
    this.parts.counts.noteRejected(rejection);
    this.#window.settle(slot, { rejection, ordinal });
  }

  async #send(item: InputMessage, plan: RequestPlan): Promise<void> {
    const { sending, counts } = this.parts;
    if (sending.to !== 'px') return;
    const slot = this.#window.open(item.bytes);
    const ordinal = counts.read;
    this.#pending += 1;
    // Nothing is awaited before this: the order of the input is the order in the lanes.
    void sending.router.deliver(plan).then((outcome) => {
      this.#onOutcome(outcome, { item, plan, slot, ordinal });
      this.#pending -= 1;
      if (this.#pending === 0) this.#onIdle?.();
    });
    await sending.router.ready();
    if (!this.#window.isFull) return;
    sending.deferred.releaseAll(false);
    await this.#window.room();
  }

  #onOutcome(outcome: Outcome, { item, plan, slot, ordinal }: Sent): void {
    const { sending, counts } = this.parts;
    if (sending.to !== 'px') return;
    sending.rules.onOutcome(outcome);
    if (outcome.requests.length > 0) counts.sent += 1;
    if (outcome.delivered) {
      counts.noteDelivered(item);
      if (outcome.note === 'link_skipped') counts.linksSkipped += 1;
      // The router itself counts what it sent twice.
      if (item.refusal?.mayHaveLanded === true && !outcome.mayBeDuplicate) counts.perhapsDeliveredBefore += 1;
      this.#window.settle(slot);
      sending.deferred.onDelivered(plan.lanes);
      return;
    }
    const { code } = outcome;
    const reason = ownReason(outcome) ?? outcome.message;
    const mayHaveLanded = outcome.requests.some(mayHaveAppended);
    const settle = (retryable: boolean): void => {
      this.#settle(slot, { item, code, reason, retryable, mayHaveLanded }, ordinal);
    };
    const route = outcome.requests.at(-1)?.route;
    if (outcome.status === 403 && route !== undefined) sending.deferred.defer(route, plan.lanes, settle);
    else settle(isWorthRetrying(outcome));
  }

  #idle(): Promise<void> {
    if (this.#pending === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onIdle = resolve;
    });
  }
}

interface Sent {
  readonly item: InputMessage;
  readonly plan: RequestPlan;
  readonly slot: InputSlot;
  readonly ordinal: number;
}

/** Whether PX may have taken an event although no answer says so. Every other request is idempotent. */
function mayHaveAppended({ effect, mayHaveLanded }: RequestRecord): boolean {
  return effect === 'append' && mayHaveLanded === true;
}

/** Why the run itself, and not an answer of PX, ended a message. */
function ownReason({ code, requests }: Failed): string | undefined {
  if (code === 'blocked') {
    return 'not sent: an earlier message of the same user or account failed, and must be delivered first';
  }
  if (code !== 'closed' && code !== 'cancelled') return undefined;
  return requests.length === 0 ? 'not sent: the run was stopped' : 'not finished: the run was stopped';
}

/** A 401 is about the key, so the message may be delivered with another one. */
function isWorthRetrying(outcome: Failed): boolean {
  return outcome.retryable || outcome.status === 401;
}
