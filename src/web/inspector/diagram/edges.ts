import { advance, type Advance, type RequestPlan, type Settled, type Step } from '../../../core/index.js';
import { successStatus, type AnswerName, type VisitedStep } from '../walk.js';

/** Where an edge leads: a step, the delivered end, or the other one. */
export const DELIVERED = 'delivered';
export const FAILED = 'failed';

/** What a step does after some answers: one edge for each target. */
export interface Edge {
  readonly from: string;
  /** The id of a step, {@link DELIVERED} or {@link FAILED}. */
  readonly to: string;
  /** The statuses of PX that lead there: `404`, `204`, `else`. */
  readonly label: string;
}

const SETTLED: readonly Settled[] = ['ok', 'notFound', 'rejected', 'denied'];

/** All edges of a plan. What is not named fails the plan, and is one edge `else`. */
export function edgesOf(plan: RequestPlan): readonly Edge[] {
  return plan.steps.flatMap((step) => {
    const labels = new Map<string, string[]>();
    for (const verdict of SETTLED) {
      const to = targetOf(advance(plan, step.id, verdict));
      labels.set(to, [...(labels.get(to) ?? []), statusOf(step, verdict)]);
    }
    return [...labels].map(([to, statuses]) => ({
      from: step.id,
      to,
      label: to === FAILED ? 'else' : statuses.join(', '),
    }));
  });
}

function targetOf(next: Advance): string {
  if (next.to === 'step') return next.step.id;
  return next.to === 'done' ? DELIVERED : FAILED;
}

function statusOf(step: Step, verdict: Settled): string {
  if (verdict === 'ok') return String(successStatus(step));
  return { notFound: '404', rejected: '400', denied: '401, 403' }[verdict];
}

/** The edges that a walk takes, with the answer that was given as label. */
export function takenEdges(visited: readonly VisitedStep[], isDelivered: boolean): readonly Edge[] {
  return visited.map((at, index) => ({
    from: at.step.id,
    to: visited[index + 1]?.step.id ?? (isDelivered ? DELIVERED : FAILED),
    label: shortAnswer(at.step, at.answer),
  }));
}

/** An answer as short as it can be. */
export function shortAnswer(step: Step, answer: AnswerName): string {
  if (answer === 'ok') return String(successStatus(step));
  return answer === 'none' ? 'none' : answer;
}

/** Which answers lead to a step, in words: `when PX answers 404 to updateUser`. */
export function reachedBy(edges: readonly Edge[], id: string): string {
  const ways = edges.filter(({ to }) => to === id).map(({ from, label }) => `${label} to ${from}`);
  return ways.length === 0 ? 'first' : `when PX answers ${ways.join(', or ')}`;
}
