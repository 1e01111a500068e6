import { InternalError, type RequestPlan, type RudderMessage } from '../../../core/index.js';
import {
  eventTimesOf,
  skipReason,
  type CompiledDestination,
  type DestinationConfig,
  type Explanation,
} from '../../../destinations/gainsight_px/index.js';
import type { Outcome, Router } from '../../../router/index.js';
import type { UnreadableItem, InputItem, InputMessage } from '../../input/read-messages.js';
import type { Counts, Remarks, SkipCause } from '../report/counts.js';
import type { DeliverCheckpoint } from '../resume/deliver-state.js';
import type { Deferred403s } from './deferred-403s.js';
import { LeftMessages, type Rejected } from './left-messages.js';
import { isAppend, isWorthRetrying, mayHaveAppended, ownReason } from './read-outcome.js';
import { OrderedWindow, type Slot, type WindowLimits } from './ordered-window.js';
import type { Rejection } from '../../rejected/rejection.js';
import type { Stop } from './stop.js';
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
  /** Whether the router remembers what PX holds. Default: no. */
  readonly skipsUnchanged?: boolean;
  readonly stop: Stop;
  /** `undefined`: a stopped run rejects what it has not sent before later messages that it has. */
  readonly checkpoint: DeliverCheckpoint | undefined;
  /**
   * Gets each rejection, in the order of the input. False: it could not be kept, and the message stays for the next run;
   * only with a checkpoint.
   */
  readonly onRejection: (rejection: Rejection, position: InputPosition) => boolean;
}

/** Where a message is in the input. */
export interface InputPosition {
  /** Its number, from 1. */
  readonly ordinal: number;
  /** How many messages before it this run delivered. */
  readonly deliveredBefore: number;
}

/** Wide enough that one message with many retries does not hold up the others. */
const WINDOW: WindowLimits = { slots: 50_000, bytes: 64 * 1024 * 1024 };

type InputSlot = Slot<Rejected>;

/** Delivers the messages of an input to PX, and reports the rejected ones in the order of the input. */
export class Pipeline {
  readonly #window: OrderedWindow<Rejected>;
  readonly #left: LeftMessages;
  /** Rejections of a stopped run without a checkpoint: at its end it is clear which messages are sent or settled after them. */
  readonly #late: (Rejected & InputPosition)[] = [];
  #lastSent = 0;
  #pending = 0;
  #onIdle: (() => void) | undefined;

  constructor(private readonly parts: PipelineParts) {
    this.#left = new LeftMessages(parts.checkpoint?.before?.own.refused ?? []);
    this.#window = new OrderedWindow<Rejected>(WINDOW, (rejected, number) => {
      this.#onRejected(rejected, number);
    });
  }

  /** Resolves when every message of the input is settled, or stays for the next run. */
  async run(items: AsyncIterable<InputItem>): Promise<void> {
    const { counts, skip, sending, checkpoint } = this.parts;
    for await (const item of items) {
      counts.read += 1;
      if (checkpoint?.wasSettled(counts.read) === true) continue;
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
    for (const late of this.#late) {
      // Nothing after it is done: the next run reads it again.
      if (late.ordinal > this.#lastSent) this.#left.addRejected(late.ordinal, late);
      else this.#handOn(late, late);
    }
  }

  /** What is not settled of what was read, for a checkpoint. */
  unfinished(): ReturnType<LeftMessages['save']> {
    return this.#left.save(this.#window.unfinished, this.parts.counts.read);
  }

  #onRejected(rejected: Rejected, ordinal: number): void {
    const { counts, checkpoint, stop } = this.parts;
    // All messages before it are settled.
    const deliveredBefore = counts.delivered - this.#window.settledBehind;
    const position = { ordinal, deliveredBefore };
    if (checkpoint === undefined && stop.reason !== undefined) this.#late.push({ ...rejected, ...position });
    // Behind a message that stays, this one stays, too: the rejected file has the order of the input.
    else if (ordinal > this.#left.first) this.#left.addRejected(ordinal, rejected);
    else this.#handOn(rejected, position);
  }

  #handOn(rejected: Rejected, position: InputPosition): void {
    const { counts, onRejection } = this.parts;
    const { rejection, remarks, mayBeDuplicate } = rejected;
    if (!onRejection(rejection, position)) {
      this.#left.addRejected(position.ordinal, rejected);
      return;
    }
    counts.noteRejected(rejection);
    counts.firstRejections.add(rejection);
    if (remarks !== undefined) counts.noteRemarks(remarks, rejection.item);
    if (mayBeDuplicate) counts.possibleDuplicates += 1;
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
    const { plan, error, notes = [], remarks } = this.#explain(item);
    if (plan === undefined) {
      const { code, message, retryable } = error ?? InternalError.from(undefined);
      this.#reject(item, { code, reason: message, retryable });
      return undefined;
    }
    if (sending.to === 'px') return this.#send(item, plan, remarks);
    sending.wouldBe.add(plan);
    if (notes.includes('link_skipped')) counts.linksSkipped += 1;
    if (remarks !== undefined) counts.noteRemarks(remarks, item);
    counts.noteDelivered(item);
    return undefined;
  }

  #whySkipped({ message, refusal }: InputMessage): SkipCause | undefined {
    const { config, includeRefused } = this.parts;
    if (refusal?.retryable === false && !includeRefused) return 'refused_before';
    return skipReason(message, config);
  }

  #explain(
    item: InputMessage,
  ): Pick<Explanation, 'plan' | 'error' | 'notes'> & { readonly remarks?: Remarks } {
    try {
      const explanation = this.parts.destination.explain(item.message as RudderMessage);
      const { plan, dropped, warnings } = explanation;
      // Nothing is sent of a refused message, so nothing was dropped from it.
      if (plan === undefined || dropped.length + warnings.length === 0) return explanation;
      return { ...explanation, remarks: { dropped, warnings } };
    } catch (thrown) {
      return { error: InternalError.from(thrown) };
    }
  }

  #reject(item: InputItem, reason: Omit<Rejection, 'item'>): void {
    const slot = this.#window.open(item.bytes, this.parts.counts.read);
    const rejection = { item, ...reason };
    this.#window.settle(slot, { rejection, remarks: undefined, wasSent: false, mayBeDuplicate: false });
  }

  async #send(item: InputMessage, plan: RequestPlan, remarks: Remarks | undefined): Promise<void> {
    const { sending, counts, checkpoint, skipsUnchanged } = this.parts;
    if (sending.to !== 'px') return;
    const number = counts.read;
    const slot = this.#window.open(item.bytes, number);
    const refusedBefore = this.#left.refusedBefore(number);
    if (refusedBefore !== undefined) {
      const { code, reason, retryable } = refusedBefore;
      const rejection = { item, code, reason, retryable };
      this.#window.settle(slot, { rejection, remarks, wasSent: true, mayBeDuplicate: false });
      return;
    }
    const reserved = checkpoint?.reserve(number);
    if (reserved !== undefined && !(await reserved)) {
      this.#leave(slot, false);
      return;
    }
    const mayHaveBeenSent = checkpoint?.mayHaveBeenSent(number) === true && plan.steps.some(isAppend);
    const mayHaveLanded = mayHaveBeenSent || item.refusal?.mayHaveLanded === true;
    this.#pending += 1;
    // Nothing but a checkpoint is awaited before this: the order of the input is the order in the lanes.
    const eventTimes = skipsUnchanged ? eventTimesOf(item.message) : undefined;
    void sending.router.deliver(plan, { eventTimes }).then((outcome) => {
      this.#onOutcome(outcome, { item, plan, slot, remarks, mayHaveLanded });
      this.#pending -= 1;
      if (this.#pending === 0) this.#onIdle?.();
    });
    await sending.router.ready();
    if (!this.#window.isFull) return;
    sending.deferred.releaseAll(false);
    await this.#window.room();
  }

  #onOutcome(outcome: Outcome, { item, plan, slot, remarks, mayHaveLanded: before }: Sent): void {
    const { sending, counts } = this.parts;
    if (sending.to !== 'px') return;
    sending.rules.onOutcome(outcome);
    const { requests, mayBeDuplicate } = outcome;
    counts.noteOutcome(outcome, item);
    if (requests.length > 0 || outcome.unsent !== undefined) {
      this.#lastSent = Math.max(this.#lastSent, slot.number);
    }
    if (outcome.delivered) {
      counts.noteDelivered(item);
      if (outcome.note === 'link_skipped') counts.linksSkipped += 1;
      if (mayBeDuplicate || before) counts.possibleDuplicates += 1;
      if (remarks !== undefined) counts.noteRemarks(remarks, item);
      this.#window.settle(slot);
      sending.deferred.onDelivered(plan.lanes);
      return;
    }
    const { code, status } = outcome;
    const reason = ownReason(outcome) ?? outcome.message;
    const hasLanded = requests.some(mayHaveAppended);
    const settle = (retryable: boolean): void => {
      // A missing user holds no later message back, so this one must not be sent after them.
      if (retryable && code !== 'user_not_found' && this.#keepsForNextRun()) {
        this.#leave(slot, before || hasLanded);
        return;
      }
      const mayHaveLanded = hasLanded || (before && retryable);
      const rejection = { item, code, reason, retryable, mayHaveLanded };
      this.#window.settle(slot, { rejection, remarks, wasSent: requests.length > 0, mayBeDuplicate });
    };
    const route = requests.at(-1)?.route;
    if (status === 403 && route !== undefined) sending.deferred.defer(route, plan.lanes, settle);
    else settle(isWorthRetrying(outcome));
  }

  /** Whether what cannot be sent now stays for the next run, and is not rejected. */
  #keepsForNextRun(): boolean {
    const { checkpoint, stop } = this.parts;
    return checkpoint !== undefined && stop.reason !== undefined;
  }

  #leave(slot: InputSlot, mayHaveLanded: boolean): void {
    this.#left.add(slot.number, mayHaveLanded);
    this.#window.settle(slot);
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
  readonly remarks: Remarks | undefined;
  /** Whether PX may have the event from an earlier run. */
  readonly mayHaveLanded: boolean;
}
