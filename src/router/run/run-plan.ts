import {
  advance,
  type Advance,
  InternalError,
  type PlanNote,
  type RequestDescriptor,
  type RequestPlan,
  type Step,
  type Settled,
  type Transient,
  type Verdict,
} from '../../core/index.js';
import { backoffMs } from '../limits/retry.js';
import { callQuietly, ownTextRedactor } from '../../runtime/index.js';
import { Cancelled, type CancelOn } from './cancellation.js';
import { classifyAttempt, mayHaveLanded } from '../http/classify-attempt.js';
import { headerIn, readAnswer } from '../http/redact.js';
import type { RouterSettings } from '../options.js';
import {
  endedByRouter,
  exhaustion,
  exhaustionText,
  failed,
  outageError,
  pausedError,
  refusal,
  refusalText,
  type Outcome,
  type OutcomeBase,
  type RequestRecord,
} from './outcome.js';
import { asksForPause } from '../limits/retry-after-pause.js';
import type { Trial } from '../limits/outage-evidence.js';
import type { AttemptResult, Transport } from '../http/transport.js';
import type { PlanMemory } from '../object-memory/plan-memory.js';
import { ReadAfterWrite, type RecentCreations } from './read-after-write.js';
import { SendGate, type GateContext, type Permit } from './send-gate.js';
import { WaitBudget, type Wait } from './wait-budget.js';

/** What a plan runs with. */
export interface RunContext extends GateContext {
  readonly settings: RouterSettings;
  readonly transport: Transport;
  readonly recentCreations: RecentCreations;
  /** `undefined`: everything is sent. */
  readonly memory: PlanMemory | undefined;
  readonly observe: (record: RequestRecord) => void;
}

/** Runs a plan from its first step to its end. Never rejects. */
export async function runPlan(plan: RequestPlan, context: RunContext): Promise<Outcome> {
  const run = new PlanRun(plan, context);
  try {
    return await run.toEnd();
  } catch (thrown) {
    if (thrown instanceof Cancelled) return endedByRouter(thrown.reason, run.sent, context.pause.remainingMs);
    const error = InternalError.from(thrown);
    return failed(error, run.sent, { retryAfterMs: error.retryAfterMs });
  } finally {
    if (context.memory !== undefined) await run.release();
  }
}

type Refusal = Extract<Advance, { to: 'fail' }>;

/** What comes after a step, and the answer to it. */
interface StepEnd {
  /** `again`: the same step, whose request is not the same any more. */
  readonly next: Exclude<Advance, { to: 'retry' }> | { readonly to: 'again' };
  readonly result: AttemptResult;
}

const NOT_SENT: AttemptResult = { html: false, summary: '', text: '', durationMs: 0 };

class PlanRun {
  readonly #requests: RequestRecord[] = [];
  readonly #lastAttempts = new Map<string, AttemptResult>();
  readonly #unseen: ReadAfterWrite;
  readonly #budget: WaitBudget;
  readonly #gate: SendGate;
  #retries = 0;
  #mayBeDuplicate = false;
  /** The present step's attempts so far, and whether one of them may have been carried out. */
  #attempts = 0;
  #mayHaveLanded = false;
  /** Of these, the attempts before the end of an outage, and later ones that the destination asked to make later: they do not count. */
  #beforeOutageEnd = 0;
  #uncounted = 0;
  #trial: Trial | undefined;

  constructor(
    private readonly plan: RequestPlan,
    private readonly context: RunContext,
  ) {
    this.#budget = new WaitBudget(context.settings, context.deadlineMs);
    this.#gate = new SendGate(context, this.#budget, () => {
      this.#beforeOutageEnd = this.#attempts;
      this.#uncounted = 0;
    });
    this.#unseen = new ReadAfterWrite(context.recentCreations);
  }

  /** What the plan has sent so far. */
  get sent(): OutcomeBase {
    const sent = { requests: this.#requests, retries: this.#retries, mayBeDuplicate: this.#mayBeDuplicate };
    const unsent = this.context.memory?.unsent;
    return unsent === undefined ? sent : { ...sent, unsent };
  }

  /** Gives back the object of a step that was not settled. */
  async release(): Promise<void> {
    await this.context.memory?.end(this.#attempts > 0);
  }

  /** @throws Cancelled, DestinationError of the rate limiter, or what a malformed plan leads to. */
  async toEnd(): Promise<Outcome> {
    let step: Step = this.plan.steps[0];
    for (;;) {
      const { memory } = this.context;
      const request = memory === undefined ? step.request : await this.#requestOf(step, memory);
      const end = request === undefined ? this.#pass(step) : await this.#settle(step, request);
      if ('delivered' in end) return end;
      const { next, result } = end;
      if (next.to === 'done') return this.#delivered(step, result, next.note);
      if (next.to === 'fail') return this.#refused(step, result, next);
      if (next.to === 'step') step = next.step;
      this.#attempts = 0;
      this.#mayHaveLanded = false;
      this.#beforeOutageEnd = 0;
      this.#uncounted = 0;
      this.#trial = undefined;
    }
  }

  /** What to send of a step; `undefined` when the destination holds all of it. */
  #requestOf(step: Step, memory: PlanMemory): Promise<RequestDescriptor | undefined> {
    return this.context.cancellation.during(this.#cancelOn, (signal) => memory.begin(step, signal));
  }

  /** A step of which nothing is sent ends as if it had been accepted. */
  #pass(step: Step): StepEnd {
    return { next: advance(this.plan, step.id, 'ok') as StepEnd['next'], result: NOT_SENT };
  }

  /** Sends a request until its answer decides something, or the plan ends. */
  async #settle(step: Step, request: RequestDescriptor): Promise<StepEnd | Outcome> {
    for (;;) {
      const attempt = await this.#attempt(step, request);
      if ('delivered' in attempt) return attempt;
      const { result, verdict } = attempt;
      const next = advance(this.plan, step.id, verdict);
      if (next.to !== 'retry') {
        const isWhole = (await this.context.memory?.settle(step, verdict as Settled)) ?? true;
        return { next: isWhole ? next : { to: 'again' }, result };
      }
      const wait = this.#waitBeforeRetry(result);
      if (this.#outlastsOutage(wait === undefined)) continue;
      if (wait === undefined) return this.#exhausted(step, result, next.verdict);
      await this.#gate.wait(wait);
    }
  }

  /** One attempt; an outcome when there is to be none. */
  async #attempt(
    step: Step,
    request: RequestDescriptor,
  ): Promise<{ result: AttemptResult; verdict: Verdict } | Outcome> {
    const passed = await this.#gate.pass(this.#cancelOn, (permit) => this.#send(step, request, permit));
    if (passed === 'notAnswering') return this.#notAnswered(step);
    return passed === 'pausedTooLong' ? this.#pausedTooLong(step) : passed.sent;
  }

  /** Whether the plan waits for the end of an outage. */
  #outlastsOutage(isSpent: boolean): boolean {
    const holds = this.#trial !== undefined && this.context.breaker?.holds(this.#trial, isSpent) === true;
    // Who allows one attempt wants nothing to be sent twice, whatever the answer.
    return holds && this.context.settings.maxAttempts > 1;
  }

  /** A plan that has begun is brought to its end when the router closes; one that has not is given back. */
  get #cancelOn(): CancelOn {
    return this.#requests.length === 0 ? 'cancelOrClose' : 'cancel';
  }

  async #send(
    step: Step,
    request: RequestDescriptor,
    { waitedMs, grant, turn }: Permit,
  ): Promise<{ result: AttemptResult; verdict: Verdict }> {
    const { transport, limiter, pause, breaker } = this.context;
    this.#noteSending(step);
    const onLeave = (): void => callQuietly(() => limiter.left?.(grant));
    const result = await transport(request, step.effect === 'read', onLeave);
    if (result.status !== undefined) callQuietly(() => limiter.answered?.());
    pause.note(result.status, result.retryAfterMs);
    const answer = classifyAttempt(result, step.effect);
    if (this.#trial !== undefined) breaker?.note(this.#trial, answer, result, turn);
    return { result, verdict: this.#noteAnswer(step, result, { answer, waitedMs }) };
  }

  #noteSending(step: Step): void {
    this.#attempts += 1;
    this.#trial ??= this.context.breaker?.trial(this.plan.lanes);
    if (this.#attempts > 1) this.#retries += 1;
    // All other writes say the same twice, or are refused.
    if (step.effect === 'append' && this.#mayHaveLanded) this.#mayBeDuplicate = true;
  }

  #noteAnswer(
    step: Step,
    result: AttemptResult,
    { answer, waitedMs }: { readonly answer: Verdict; readonly waitedMs: number },
  ): Verdict {
    const verdict = this.#unseen.correct(step, answer);
    const landed = mayHaveLanded(result);
    this.#unseen.note(step, verdict, landed);
    this.#mayHaveLanded ||= landed;
    this.#budget.noteRequest(result.durationMs);
    this.#lastAttempts.set(step.id, result);

    const { status, errorCode, retryAfterMs } = result;
    const record: RequestRecord = {
      step: step.id,
      route: step.route,
      effect: step.effect,
      method: step.request.method,
      ...(status === undefined ? {} : { status }),
      ...(result.html ? { html: true } : {}),
      ...(errorCode === undefined ? {} : { errorCode }),
      durationMs: toTenths(result.durationMs),
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
  #waitBeforeRetry({ status, retryAfterMs = 0 }: AttemptResult): Wait | undefined {
    const { settings } = this.context;
    const attempts = this.#attempts - this.#beforeOutageEnd;
    const isThrottle = status === 429 || asksForPause(status, retryAfterMs);
    // Who allows one attempt wants nothing to be sent twice, whatever the answer.
    if (isThrottle && this.#budget.waitsForThrottle && settings.maxAttempts > 1) this.#uncounted += 1;
    else if (attempts - this.#uncounted >= settings.maxAttempts) return undefined;
    const wait = { delayMs: Math.max(backoffMs(settings, attempts), retryAfterMs), isThrottle };
    return this.#budget.allows(wait) ? wait : undefined;
  }

  #refused(step: Step, result: AttemptResult, { code, answerOf, retryable }: Refusal): Outcome {
    const failing = this.plan.steps.find(({ id }) => id === answerOf) ?? step;
    const answer = this.#lastAttempts.get(failing.id) ?? result;
    const { api } = this.context.settings;
    const text = ownTextRedactor(this.#keyOf(failing))(refusalText(api, code, failing, answer));
    return failed(refusal(code, text, retryable), this.sent, { status: answer.status });
  }

  #delivered(step: Step, result: AttemptResult, note: PlanNote | undefined): Outcome {
    const body =
      step.effect === 'read' && result.text !== ''
        ? { body: readAnswer(result.text, this.#keyOf(step)) }
        : {};
    return { delivered: true, ...(note === undefined ? {} : { note }), ...body, ...this.sent };
  }

  #exhausted(step: Step, result: AttemptResult, verdict: Transient): Outcome {
    const text = ownTextRedactor(this.#keyOf(step))(exhaustionText(step, result, this.#attempts));
    return failed(exhaustion(verdict, text), this.sent, result);
  }

  #pausedTooLong(step: Step): Outcome {
    const { status, remainingMs: retryAfterMs } = this.context.pause;
    const error = pausedError(this.context.settings.api, step, this.context.pause);
    return failed(error, this.sent, { status, retryAfterMs });
  }

  /** The step's own attempts explain it where there were any. */
  #notAnswered(step: Step): Outcome {
    const result = this.#attempts === 0 ? undefined : this.#lastAttempts.get(step.id);
    if (result !== undefined)
      return this.#exhausted(step, result, this.#requests.at(-1)!.verdict as Transient);
    return failed(outageError(this.context.settings.api, step), this.sent);
  }

  #keyOf({ request }: Step): string {
    return headerIn(request.headers, this.context.settings.api.keyHeader);
  }
}

function toTenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}
