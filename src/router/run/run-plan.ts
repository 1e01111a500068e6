import {
  advance,
  InternalError,
  type PlanNote,
  type RequestPlan,
  type Step,
  judge,
  type Transient,
  type Verdict,
} from '../../core/index.js';
import { backoffMs } from '../limits/retry.js';
import { sleep, untilAborted, tell } from '../../runtime/index.js';
import { exhaustionText, pauseText, refusalText } from './failure-text.js';
import { Interrupted, type GivesWayTo, type Interruption } from './cancellation.js';
import { judgeExchange, mayHaveLanded } from '../http/classify-attempt.js';
import { headerIn, readAnswer, redactOwnText } from '../http/redact.js';
import type { RouterSettings } from '../options.js';
import {
  endedByRouter,
  exhaustion,
  failed,
  refusal,
  type Outcome,
  type OutcomeBase,
  type RequestRecord,
} from './outcome.js';
import type { RateLimiter } from '../limits/rate-limiter.js';
import type { RecentCreations } from './recent-creations.js';
import { asksForPause, type ScopePause } from '../limits/retry-after-pause.js';
import type { Slots } from '../limits/semaphore.js';
import type { Exchange, Transport } from '../http/transport.js';
import { UnseenObjects } from './read-after-write.js';
import { WaitBudget, type Wait } from './wait-budget.js';

/** What a plan runs with. */
export interface RunContext {
  readonly settings: RouterSettings;
  readonly transport: Transport;
  readonly slots: Slots;
  readonly limiter: RateLimiter;
  readonly recentCreations: RecentCreations;
  readonly pause: ScopePause;
  /** When the caller needs the outcome, on the clock of the settings. */
  readonly deadlineMs: number;
  readonly interruption: Interruption;
  readonly observe: (record: RequestRecord) => void;
}

/** Runs a plan from its first step to its end. Never rejects. */
export async function runPlan(plan: RequestPlan, context: RunContext): Promise<Outcome> {
  const run = new PlanRun(plan, context);
  try {
    return await run.toEnd();
  } catch (thrown) {
    return thrown instanceof Interrupted
      ? endedByRouter(thrown.reason, run.sent, context.pause.remainingMs)
      : failed(InternalError.from(thrown), run.sent);
  }
}

class PlanRun {
  readonly #requests: RequestRecord[] = [];
  readonly #lastExchange = new Map<string, Exchange>();
  readonly #unseen: UnseenObjects;
  readonly #budget: WaitBudget;
  #retries = 0;
  #mayBeDuplicate = false;
  /** The present step's attempts so far, and whether one of them may have been carried out. */
  #attempts = 0;
  #mayHaveLanded = false;
  /** Of these, the attempts that the destination asked to make later and that do not count. */
  #uncounted = 0;

  constructor(
    private readonly plan: RequestPlan,
    private readonly context: RunContext,
  ) {
    this.#budget = new WaitBudget(context.settings, context.deadlineMs);
    this.#unseen = new UnseenObjects(context.recentCreations);
  }

  /** What the plan has sent so far. */
  get sent(): OutcomeBase {
    return { requests: this.#requests, retries: this.#retries, mayBeDuplicate: this.#mayBeDuplicate };
  }

  /** @throws Interrupted, DestinationError of the rate limiter, or what a malformed plan leads to. */
  async toEnd(): Promise<Outcome> {
    let step: Step = this.plan.steps[0];
    for (;;) {
      const attempt = await this.#attempt(step);
      if (attempt === undefined) return this.#pausedTooLong(step);
      const { exchange, verdict } = attempt;
      const next = advance(this.plan, step.id, verdict);
      if (next.to === 'done') return this.#delivered(step, exchange, next.note);
      if (next.to === 'fail') {
        const failing = this.plan.steps.find(({ id }) => id === next.answerOf) ?? step;
        const answer = this.#lastExchange.get(failing.id) ?? exchange;
        const { api } = this.context.settings;
        const text = redactOwnText(refusalText(api, next.code, failing, answer), this.#keyOf(failing));
        return failed(refusal(next.code, text, next.retryable), this.sent, { status: answer.status });
      }
      if (next.to === 'step') {
        step = next.step;
        this.#attempts = 0;
        this.#mayHaveLanded = false;
        this.#uncounted = 0;
        continue;
      }
      const wait = this.#waitBeforeRetry(exchange);
      if (wait === undefined) return this.#exhausted(step, exchange, next.verdict);
      await this.#wait(wait);
    }
  }

  /** One attempt; `undefined` when the destination asks for a pause that is longer than the plan may wait. */
  async #attempt(step: Step): Promise<{ exchange: Exchange; verdict: Verdict } | undefined> {
    const { slots, interruption } = this.context;
    for (;;) {
      if (!(await this.#passPause())) return undefined;
      await interruption.during(this.#givesWayTo, (signal) => slots.acquire(signal));
      try {
        const waitedMs = await this.#waitForRate();
        // It may have begun while this plan waited. What the limiter counted in vain is lost: rarely, and little.
        if (this.context.pause.remainingMs === 0) return await this.#send(step, waitedMs);
      } finally {
        slots.release();
      }
    }
  }

  /** A plan that has begun is brought to its end when the router closes; one that has not is given back. */
  get #givesWayTo(): GivesWayTo {
    return this.#requests.length === 0 ? 'cancelOrClose' : 'cancel';
  }

  /** Resolves when no pause is asked for any longer; with false when that is later than this plan may wait. */
  async #passPause(): Promise<boolean> {
    const { pause } = this.context;
    for (let delayMs = pause.remainingMs; delayMs > 0; delayMs = pause.remainingMs) {
      const wait = { delayMs, isThrottle: true };
      if (!this.#budget.allows(wait)) return false;
      await this.#wait(wait);
    }
    return true;
  }

  /** Waits for the rate limit, last before sending: what the limiter counts must be what is sent. Resolves with the time in ms. */
  async #waitForRate(): Promise<number> {
    const { settings, limiter, interruption } = this.context;
    const askedMs = settings.clock.nowMs();
    let hadToWait = false;
    await interruption.during(this.#givesWayTo, (signal) => {
      const turn = limiter.acquire(signal);
      whenPending(turn, () => (hadToWait = true));
      return untilAborted(turn, signal);
    });
    // Of a turn that was given at once, only the time that a busy process takes to go on has passed.
    return hadToWait ? settings.clock.nowMs() - askedMs : 0;
  }

  async #send(step: Step, waitedMs: number): Promise<{ exchange: Exchange; verdict: Verdict }> {
    const { transport, limiter, pause } = this.context;
    this.#noteSending(step);
    const exchange = await transport(step.request, step.effect === 'read');
    if (exchange.status !== undefined) tell(() => limiter.answered?.());
    pause.note(exchange.status, exchange.retryAfterMs);
    return { exchange, verdict: this.#noteAnswer(step, exchange, waitedMs) };
  }

  #noteSending(step: Step): void {
    this.#attempts += 1;
    if (this.#attempts > 1) this.#retries += 1;
    // All other writes say the same twice, or are refused.
    if (step.effect === 'append' && this.#mayHaveLanded) this.#mayBeDuplicate = true;
  }

  #noteAnswer(step: Step, exchange: Exchange, waitedMs: number): Verdict {
    const verdict = this.#unseen.correct(step, judgeExchange(exchange, step.effect));
    const landed = mayHaveLanded(exchange);
    this.#unseen.note(step, verdict, landed);
    this.#mayHaveLanded ||= landed;
    this.#budget.noteRequest(exchange.durationMs);
    this.#lastExchange.set(step.id, exchange);

    const { status, errorCode, retryAfterMs } = exchange;
    const record: RequestRecord = {
      step: step.id,
      route: step.route,
      effect: step.effect,
      method: step.request.method,
      ...(status === undefined ? {} : { status }),
      ...(errorCode === undefined ? {} : { errorCode }),
      durationMs: toTenths(exchange.durationMs),
      waitedMs: toTenths(waitedMs),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      verdict,
      ...(landed ? { mayHaveLanded: true } : {}),
    };
    this.#requests.push(record);
    this.context.observe(record);
    return verdict;
  }

  /** The wait before the next attempt; undefined when there is to be none. */
  #waitBeforeRetry({ status, retryAfterMs = 0 }: Exchange): Wait | undefined {
    const { settings } = this.context;
    const isThrottle = status === 429 || asksForPause(status, retryAfterMs);
    // Who allows one attempt wants nothing to be sent twice, whatever the answer.
    if (isThrottle && this.#budget.waitsForThrottle && settings.maxAttempts > 1) this.#uncounted += 1;
    else if (this.#attempts - this.#uncounted >= settings.maxAttempts) return undefined;
    const wait = { delayMs: Math.max(backoffMs(settings, this.#attempts), retryAfterMs), isThrottle };
    return this.#budget.allows(wait) ? wait : undefined;
  }

  async #wait(wait: Wait): Promise<void> {
    const { settings, interruption } = this.context;
    await interruption.during('cancelOrClose', (signal) => sleep(settings.clock, wait.delayMs, signal));
    this.#budget.noteWait(wait);
  }

  #delivered(step: Step, exchange: Exchange, note: PlanNote | undefined): Outcome {
    const body =
      step.effect === 'read' && exchange.text !== ''
        ? { body: readAnswer(exchange.text, this.#keyOf(step)) }
        : {};
    return { delivered: true, ...(note === undefined ? {} : { note }), ...body, ...this.sent };
  }

  #exhausted(step: Step, exchange: Exchange, verdict: Transient): Outcome {
    const text = redactOwnText(exhaustionText(step, exchange, this.#attempts), this.#keyOf(step));
    return failed(exhaustion(verdict, text), this.sent, exchange);
  }

  #pausedTooLong(step: Step): Outcome {
    const { status, remainingMs: retryAfterMs } = this.context.pause;
    const verdict = judge({ status }) as Transient;
    const error = exhaustion(verdict, pauseText(this.context.settings.api, step, status, retryAfterMs));
    return failed(error, this.sent, { status, retryAfterMs });
  }

  #keyOf({ request }: Step): string {
    return headerIn(request.headers, this.context.settings.api.keyHeader);
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
