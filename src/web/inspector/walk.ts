import {
  advance,
  creates,
  isTransient,
  judge,
  type Answer,
  type PlanFailureCode,
  type PlanNote,
  type RequestPlan,
  type Step,
  type Transient,
  type Verdict,
} from '../../core/index.js';

/** How often the router sends one request at most, unless its options say otherwise (`maxAttempts`). */
export const MAX_ATTEMPTS = 5;

/** The answers of PX that can be tried at each step. `ok` is the success status of the step's request. */
export const ANSWERS = ['ok', '404', '400', '401', '403', '429', '500', '404 html', 'none'] as const;
export type AnswerName = (typeof ANSWERS)[number];

/** The answer at each step; a step without one is answered with success. */
export type Answers = Readonly<Partial<Record<string, AnswerName>>>;

/** One step that the plan comes to. */
export interface VisitedStep {
  readonly step: Step;
  readonly answer: AnswerName;
  readonly verdict: Verdict;
  /**
   * Present where PX's 404 is taken for "not yet": this plan has just created the object, and PX's reads may lag behind its writes.
   */
  readonly isTooEarly?: true;
}

/** How a plan ends. */
export type End =
  | { readonly to: 'delivered'; readonly note?: PlanNote }
  | {
      readonly to: 'failed';
      readonly code: PlanFailureCode | Transient;
      readonly retryable: boolean;
      /** The step whose answer explains the failure, and the status of that answer; absent where no answer came. */
      readonly answerOf: string;
      readonly status?: number;
      /** Present where the request was sent as often as the router sends it. */
      readonly attempts?: number;
    };

export interface Walk {
  readonly visited: readonly [VisitedStep, ...VisitedStep[]];
  readonly end: End;
}

/** The status of success: PX answers 201 to a create and to an event, 204 to an update (API description v0.1.6). */
export function successStatus({ request }: Step): number {
  return request.method === 'POST' ? 201 : 204;
}

/** What is known of an answer, in the form that `judge` reads. */
export function answerOf(step: Step, name: AnswerName): Answer {
  switch (name) {
    case 'ok':
      return { status: successStatus(step) };
    case 'none':
      return {};
    case '404 html':
      return { status: 404, html: true };
    default:
      return { status: Number(name) };
  }
}

/**
 * Runs a plan against answers, as the router does with its default options: from the first step to the end, by `judge` and `advance`. A
 * request whose answer may pass is sent again with the same answer until the router gives up.
 *
 * @example
 * walk(plan, { updateUser: '404' }).end; // { to: 'delivered' }, because the user is created
 */
export function walk(plan: RequestPlan, answers: Answers): Walk {
  const visited: VisitedStep[] = [];
  const created = new Set<string>();
  let step: Step = plan.steps[0];
  for (;;) {
    const name = answers[step.id] ?? 'ok';
    const object = step.object === undefined ? undefined : `${step.object.kind}:${step.object.id}`;
    const judged = judge(answerOf(step, name));
    const isTooEarly = judged === 'notFound' && object !== undefined && created.has(object);
    const verdict = isTooEarly ? 'unavailable' : judged;
    visited.push({ step, answer: name, verdict, ...(isTooEarly ? { isTooEarly } : {}) });
    if (verdict === 'ok' && object !== undefined && isCreate(step)) created.add(object);

    const next = advance(plan, step.id, verdict);
    if (next.to === 'step') {
      step = next.step;
      continue;
    }
    return { visited: visited as [VisitedStep, ...VisitedStep[]], end: endOf(next, visited) };
  }
}

function isCreate({ effect, request }: Step): boolean {
  return creates({ effect, method: request.method });
}

function endOf(
  next: Exclude<ReturnType<typeof advance>, { to: 'step' }>,
  visited: readonly VisitedStep[],
): End {
  if (next.to === 'done')
    return next.note === undefined ? { to: 'delivered' } : { to: 'delivered', note: next.note };
  const last = visited.at(-1)!;
  if (next.to === 'retry') {
    const { status } = answerOf(last.step, last.answer);
    return {
      to: 'failed',
      code: next.verdict,
      retryable: true,
      answerOf: last.step.id,
      attempts: MAX_ATTEMPTS,
      ...(status === undefined ? {} : { status }),
    };
  }
  const failing = visited.find((at) => at.step.id === next.answerOf) ?? last;
  const { status } = answerOf(failing.step, failing.answer);
  return {
    to: 'failed',
    code: next.code,
    retryable: next.retryable === true,
    answerOf: next.answerOf,
    ...(status === undefined ? {} : { status }),
  };
}

/** Whether the plan ended because PX does not know an object that it changes: another event may be creating it. */
export function isAbsence({ visited, end }: Walk): boolean {
  const { step, verdict } = visited.at(-1)!;
  return end.to === 'failed' && verdict === 'notFound' && step.effect === 'upsert' && !isCreate(step);
}

/** Whether a step is answered with one that may pass. */
export function isSentAgain({ verdict }: VisitedStep): boolean {
  return isTransient(verdict);
}
