import { advance, type PlanNote, type RequestPlan, type Step } from '../core/plan.js';
import type { Transient, Verdict } from '../core/verdict.js';
import { backoffMs } from './backoff.js';
import { sleep } from './clock.js';
import { exhaustionText, refusalText } from './failure-text.js';
import { Interrupted, type Interruption } from './interruption.js';
import { judgeExchange, mayHaveLanded, reads } from './judge-exchange.js';
import { apiKeyOf, readAnswer } from './redact.js';
import type { Settings } from './options.js';
import {
  exhaustion,
  failed,
  ownFailure,
  refusal,
  thrownFailure,
  type Outcome,
  type RequestRecord,
  type Trail,
} from './outcome.js';
import type { RateLimiter } from './rate-limiter.js';
import type { RecentCreations } from './recent-creations.js';
import type { Slots } from './slots.js';
import type { Exchange, Transport } from './transport.js';
import { UnseenObjects } from './unseen-objects.js';

/** What a plan runs with. */
export interface RunContext {
  readonly settings: Settings;
  readonly transport: Transport;
  readonly slots: Slots;
  readonly limiter: RateLimiter;
  readonly recentCreations: RecentCreations;
  readonly interruption: Interruption;
  readonly observe: (record: RequestRecord) => void;
}

/** Runs a plan from its first step to its end. Never rejects. */
export async function runPlan(plan: RequestPlan, context: RunContext): Promise<Outcome> {
  const run = new PlanRun(plan, context);
  try {
    return await run.toEnd();
  } catch (thrown) {
    const failure = thrown instanceof Interrupted ? ownFailure(thrown.reason) : thrownFailure(thrown);
    return failed(failure, run.trail);
  }
}

class PlanRun {
  readonly #requests: RequestRecord[] = [];
  readonly #lastExchange = new Map<string, Exchange>();
  readonly #unseen: UnseenObjects;
  /** Time in requests and in waits between attempts. */
  #spentMs = 0;
  #retries = 0;
  #mayBeDuplicate = false;
  /** The present step's attempts so far, and whether one of them may have been carried out. */
  #attempts = 0;
  #mayHaveLanded = false;

  constructor(
    private readonly plan: RequestPlan,
    private readonly context: RunContext,
  ) {
    this.#unseen = new UnseenObjects(plan.lanes, context.recentCreations);
  }

  get trail(): Trail {
    return { requests: this.#requests, retries: this.#retries, mayBeDuplicate: this.#mayBeDuplicate };
  }

  /** @throws Interrupted, DestinationError of the rate limiter, or what a malformed plan leads to. */
  async toEnd(): Promise<Outcome> {
    let step: Step = this.plan.steps[0];
    for (;;) {
      const { exchange, verdict } = await this.#attempt(step);
      const next = advance(this.plan, step.id, verdict);
      if (next.to === 'done') return this.#delivered(step, exchange, next.note);
      if (next.to === 'fail') {
        const failing = this.plan.steps.find(({ id }) => id === next.answerOf) ?? step;
        const answer = this.#lastExchange.get(failing.id) ?? exchange;
        const text = refusalText(next.code, failing, answer);
        return failed(refusal(next.code, text, answer.status, next.retryable), this.trail);
      }
      if (next.to === 'step') {
        step = next.step;
        this.#attempts = 0;
        this.#mayHaveLanded = false;
        continue;
      }
      const delayMs = this.#retryDelayMs(exchange);
      if (delayMs === undefined) return this.#exhausted(step, exchange, next.verdict);
      await this.#pause(delayMs);
    }
  }

  async #attempt(step: Step): Promise<{ exchange: Exchange; verdict: Verdict }> {
    const { clock } = this.context.settings;
    const { slots, limiter, interruption, transport } = this.context;
    // A plan that has begun is brought to its end when the router closes; one that has not is given back.
    const givesWayTo = this.#requests.length === 0 ? 'cancelOrClose' : 'cancel';
    await interruption.during(givesWayTo, (signal) => slots.acquire(signal));
    try {
      const askedMs = clock.nowMs();
      // Last before sending: what the limiter counts must be what is sent.
      let hadToWait = false;
      await interruption.during(givesWayTo, (signal) => {
        const turn = limiter.acquire(signal);
        whenPending(turn, () => (hadToWait = true));
        return turn;
      });
      // Of a turn that was given at once, only the time that a busy process takes to go on has passed.
      const waitedMs = hadToWait ? clock.nowMs() - askedMs : 0;
      this.#noteSending(step);
      const exchange = await transport(step.request);
      if (exchange.status !== undefined) limiter.answered?.();
      return { exchange, verdict: this.#noteAnswer(step, exchange, waitedMs) };
    } finally {
      slots.release();
    }
  }

  #noteSending(step: Step): void {
    this.#attempts += 1;
    if (this.#attempts > 1) this.#retries += 1;
    // PUT and DELETE say the same twice, and PX refuses to create an object twice; an event it takes twice.
    if (step.route === 'events.create' && this.#mayHaveLanded) this.#mayBeDuplicate = true;
  }

  #noteAnswer(step: Step, exchange: Exchange, waitedMs: number): Verdict {
    const verdict = this.#unseen.correct(step.route, judgeExchange(exchange, step.route));
    const landed = mayHaveLanded(exchange);
    this.#unseen.note(step.route, verdict, landed);
    this.#mayHaveLanded ||= landed;
    this.#spentMs += exchange.durationMs;
    this.#lastExchange.set(step.id, exchange);

    const { status, errorCode } = exchange;
    const record: RequestRecord = {
      step: step.id,
      route: step.route,
      ...(status === undefined ? {} : { status }),
      ...(errorCode === undefined ? {} : { errorCode }),
      durationMs: toTenths(exchange.durationMs),
      waitedMs: toTenths(waitedMs),
      verdict,
    };
    this.#requests.push(record);
    this.context.observe(record);
    return verdict;
  }

  /** How long to wait before the next attempt; undefined when there is to be none. */
  #retryDelayMs({ retryAfterMs }: Exchange): number | undefined {
    const { settings } = this.context;
    if (this.#attempts >= settings.maxAttempts) return undefined;
    const delayMs = backoffMs(settings, this.#attempts, retryAfterMs);
    return delayMs === undefined || this.#spentMs + delayMs > settings.maxPlanTimeMs ? undefined : delayMs;
  }

  async #pause(delayMs: number): Promise<void> {
    const { settings, interruption } = this.context;
    await interruption.during('cancelOrClose', (signal) => sleep(settings.clock, delayMs, signal));
    this.#spentMs += delayMs;
  }

  #delivered(step: Step, exchange: Exchange, note: PlanNote | undefined): Outcome {
    const body =
      reads(step.route) && exchange.text !== ''
        ? { body: readAnswer(exchange.text, apiKeyOf(step.request.headers)) }
        : {};
    return { delivered: true, ...(note === undefined ? {} : { note }), ...body, ...this.trail };
  }

  #exhausted(step: Step, exchange: Exchange, verdict: Transient): Outcome {
    return failed(
      exhaustion(verdict, exhaustionText(step, exchange, this.#attempts), exchange.status),
      this.trail,
    );
  }
}

/** Calls back, within this turn of the event loop, unless a promise is settled already. */
function whenPending(promise: Promise<unknown>, callback: () => void): void {
  let isSettled = false;
  const settle = (): void => {
    isSettled = true;
  };
  // A limiter of the user's own, in JavaScript, may return anything that can be awaited.
  Promise.resolve(promise).then(settle, settle);
  queueMicrotask(() => {
    if (!isSettled) callback();
  });
}

function toTenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}
