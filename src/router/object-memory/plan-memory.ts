import {
  creates,
  type EventTimes,
  type RequestDescriptor,
  type RequestPlan,
  type Settled,
  type Step,
  type StepObject,
} from '../../core/index.js';
import { NOTHING_KNOWN } from './known-object.js';
import type { HeldObject, ObjectMemory } from './object-memory.js';
import { ALL_SENT, sumOf, writeOf, type Unsent, type Write } from './plan-write.js';

/**
 * The object memory during one plan. A step begins with {@link begin} and, where that gives a request, is settled with {@link settle}. A
 * plan ends with {@link end}, however it ends.
 */
export class PlanMemory {
  #unsent = ALL_SENT;
  #write: (Write & { readonly object: HeldObject }) | undefined;
  #isBegun = false;
  /** Whether the next request is sent whole. */
  #isWhole = false;

  constructor(
    private readonly plan: RequestPlan,
    private readonly eventTimes: EventTimes,
    private readonly isRepeatedElsewhere: boolean,
    private readonly memory: ObjectMemory,
  ) {}

  /** What was not sent so far; `undefined` where that is nothing. */
  get unsent(): Unsent | undefined {
    return this.#unsent === ALL_SENT ? undefined : this.#unsent;
  }

  /**
   * The request of a step without what need not be sent; `undefined` where nothing is left of it: then the step counts as accepted.
   *
   * @throws the signal's reason
   */
  async begin(step: Step, signal: AbortSignal): Promise<RequestDescriptor | undefined> {
    if (!this.#isBegun && this.isRepeatedElsewhere) await this.#blind(signal);
    this.#isBegun = true;
    const { object: name, request } = step;
    const { writes, clock, keepMs } = this.memory.settings;
    if (name === undefined || !this.#changesFields(step)) return request;
    const object = await this.memory.hold(name, signal);
    const event = { eventMs: this.eventTimes[name.kind], nowMs: clock.epochMs(), keepMs };
    const write = writeOf(step, this.plan, writes, this.#isWhole ? NOTHING_KNOWN : object.known, event);
    if (write.request === undefined) {
      this.#count(write.unsent);
      await object.close(write.whenAccepted);
      return undefined;
    }
    this.#write = { ...write, object };
    // A process may end before the answer comes: then nothing is left that may be wrong.
    await object.leave(write.otherwise);
    return write.request;
  }

  /**
   * Notes the answer that decides about the step.
   *
   * @returns whether it does: a request that is refused, and was not sent whole, is to be sent once more. Perhaps it is the lack of a field that
   * was refused.
   */
  async settle({ effect, object, request }: Step, verdict: Settled): Promise<boolean> {
    const write = this.#write;
    this.#write = undefined;
    if (write !== undefined) {
      if (verdict === 'ok') this.#count(write.unsent);
      // A create that is refused has written nothing: another process has created the object meanwhile, perhaps with newer fields.
      const isKept = verdict === 'rejected' && creates({ effect, method: request.method });
      const failed = verdict === 'notFound' ? write.whenGone : write.otherwise;
      await write.object.close(verdict === 'ok' ? write.whenAccepted : isKept ? write.object.known : failed);
      this.#isWhole = verdict === 'rejected' && write.request !== request;
      return !this.#isWhole;
    }
    if (verdict === 'notFound' && object !== undefined) {
      // The object is gone, although this call is not the one that writes it.
      const held = await this.memory.hold(object, new AbortController().signal);
      await held.close(NOTHING_KNOWN);
    }
    return true;
  }

  /** @param hasSent whether something may have been sent of the step that is not settled */
  async end(hasSent: boolean): Promise<void> {
    const write = this.#write;
    this.#write = undefined;
    await write?.object.close(hasSent ? write.otherwise : write.object.known);
  }

  /** Nothing is remembered of what somebody else overwrites, for as long as anything is remembered. */
  async #blind(signal: AbortSignal): Promise<void> {
    const { clock, keepMs } = this.memory.settings;
    const names = new Map<string, StepObject>();
    for (const step of this.plan.steps) {
      const { object } = step;
      if (object !== undefined && this.#changesFields(step)) names.set(`${object.kind}:${object.id}`, object);
    }
    for (const name of names.values()) {
      const object = await this.memory.hold(name, signal);
      await object.close({ ...NOTHING_KNOWN, blindUntilMs: clock.epochMs() + keepMs });
    }
  }

  #changesFields({ effect, route }: Step): boolean {
    const writes = effect === 'upsert' || effect === 'delete';
    return writes && this.memory.settings.writes[route] !== 'apart';
  }

  #count(unsent: Unsent): void {
    if (unsent !== ALL_SENT) this.#unsent = sumOf(this.#unsent, unsent);
  }
}
