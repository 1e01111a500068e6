import type { Method, RequestDescriptor } from './request.js';
import { isTransient, type Settled, type Transient, type Verdict } from './verdict.js';

/**
 * What a request does in the destination.
 *
 * `read` changes nothing. `upsert` writes an object: a `PUT` changes one that exists, a `POST` creates one and is refused where it exists.
 * `append` writes something new each time it is sent. `delete` removes an object. All but `append` may be repeated without harm.
 */
export type Effect = 'read' | 'upsert' | 'append' | 'delete';

/** The user or account that a request reads or writes. */
export interface StepObject {
  readonly kind: 'user' | 'account';
  readonly id: string;
}

/**
 * When what a message says of each kind of object came about, in epoch milliseconds: one message may date its user and its account apart.
 * Absent: unknown.
 */
export type EventTimes = Readonly<Partial<Record<StepObject['kind'], number>>>;

/** Why a plan ended without success, when the reason is the plan's own and not the answer's. */
export type PlanFailureCode = 'user_not_found' | 'account_not_found' | 'rejected' | 'denied';

/** What a plan that is delivered leaves out, because the configuration says so: `link_skipped`, the link of a user to an account. */
export const PLAN_NOTES = ['link_skipped'] as const;
export type PlanNote = (typeof PLAN_NOTES)[number];

/**
 * What a plan does after an answer. `answerOf` names the step whose answer explains the failure best. A table says `user_not_found` where
 * another message may still create the user: that failure is retryable.
 */
export type Next<Id extends string = string> =
  | { readonly to: 'step'; readonly id: Id }
  | { readonly to: 'done'; readonly note?: PlanNote }
  | { readonly to: 'fail'; readonly code: PlanFailureCode; readonly answerOf?: Id };

/** One request with its table from verdict to what comes next. Without an entry, `ok` ends the plan and all else fails it. */
export interface Step<Id extends string = string> {
  readonly id: Id;
  /** The destination's name for this call: counters, records and messages show it. */
  readonly route: string;
  readonly effect: Effect;
  /** Absent where the request is not about an object that could be missing. */
  readonly object?: StepObject;
  readonly request: RequestDescriptor;
  readonly on?: Readonly<Partial<Record<Settled, Next<Id>>>>;
}

/**
 * What one message becomes: named steps, each of which says what to do on which answer. Pure data; steps only point forward.
 *
 * Steps of one plan may share a request object: a plan is read, never written.
 */
export interface RequestPlan<Id extends string = string> {
  /** What must stay in order: plans that share a lane run one after another. `user:<id>`, `account:<id>`. */
  readonly lanes: readonly string[];
  /** Runs from the first step. */
  readonly steps: readonly [Step<Id>, ...Step<Id>[]];
}

/** What `advance` says: where a plan goes, or that the request is to be sent again. */
export type Advance =
  | { readonly to: 'step'; readonly step: Step }
  | { readonly to: 'done'; readonly note?: PlanNote }
  | {
      readonly to: 'fail';
      readonly code: PlanFailureCode;
      readonly answerOf: string;
      /** Present where the same plan may succeed later, because another message may create the user. */
      readonly retryable?: true;
    }
  | { readonly to: 'retry'; readonly verdict: Transient };

/**
 * What a plan does after `verdict` at step `at`: go to another step, end, fail, or send the same request again. Pure.
 *
 * @throws RangeError when the plan has no step `at`, or when its table names a step that does not come later.
 * @example
 * advance(plan, 'updateUser', 'notFound'); // { to: 'step', step: { id: 'createUser', … } }
 * advance(plan, 'updateUser', 'throttled'); // { to: 'retry', verdict: 'throttled' }
 */
export function advance(plan: RequestPlan, at: string, verdict: Verdict): Advance {
  const index = plan.steps.findIndex((step) => step.id === at);
  const step = plan.steps[index];
  if (step === undefined) throw new RangeError(`the plan has no step "${at}"`);
  if (isTransient(verdict)) return { to: 'retry', verdict };

  const next = step.on?.[verdict];
  if (next === undefined) {
    return verdict === 'ok' ? { to: 'done' } : { to: 'fail', code: failureCode(step, verdict), answerOf: at };
  }
  if (next.to === 'done') return next;
  if (next.to === 'fail') {
    const { code, answerOf = at } = next;
    return { to: 'fail', code, answerOf, ...(code === 'user_not_found' ? { retryable: true } : {}) };
  }

  const target = plan.steps.findIndex((candidate) => candidate.id === next.id);
  if (target <= index)
    throw new RangeError(`step "${at}" points to "${next.id}", which does not come later in the plan`);
  return { to: 'step', step: plan.steps[target]! };
}

function failureCode({ object }: Step, verdict: Exclude<Settled, 'ok'>): PlanFailureCode {
  if (verdict !== 'notFound') return verdict;
  // Without an object, nothing could be missing: the address itself is wrong.
  return object === undefined ? 'rejected' : `${object.kind}_not_found`;
}

/** Whether a request creates its object, and so is refused where the object exists. */
export function creates({ effect, method }: { readonly effect: Effect; readonly method: Method }): boolean {
  return effect === 'upsert' && method === 'POST';
}

/**
 * The most requests that one run of a plan can make when none is retried: the longest way through its steps.
 *
 * @example
 * maxRequests(process(identifyEvent, config)); // 3: update, create, update again
 */
export function maxRequests(plan: RequestPlan): number {
  const longest = new Map<string, number>();
  for (const step of [...plan.steps].reverse()) {
    const onward = Object.values(step.on ?? {}).map((next) =>
      next.to === 'step' ? (longest.get(next.id) ?? 0) : 0,
    );
    longest.set(step.id, 1 + Math.max(0, ...onward));
  }
  return longest.get(plan.steps[0].id)!;
}
