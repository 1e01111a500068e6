import { compile, type DestinationConfig, type RequestPlan } from '../../../src';
import { ANSWERS, walk, type Answers, type Walk } from '../../../src/web/inspector/walk';
import { expectsError, loadFixtures } from '../../fixture-runs/load-fixtures';

/** One plan of each shape that the fixtures have: the tables are what a walk reads. */
export function plansOfFixtures(): [string, RequestPlan][] {
  const byShape = new Map<string, [string, RequestPlan]>();
  for (const { name, config, event, expect: due } of loadFixtures()) {
    if (expectsError(due)) continue;
    const plan = compile(config as unknown as DestinationConfig).process(event);
    const shape = JSON.stringify(
      plan.steps.map(({ id, on, object, request }) => [id, on, object?.kind, request.method]),
    );
    if (!byShape.has(shape)) byShape.set(shape, [name, plan]);
  }
  return [...byShape.values()];
}

/** Every way through a plan: each answer at each step that it comes to. */
export function* ways(plan: RequestPlan, answers: Answers = {}): Generator<[Answers, Walk]> {
  const result = walk(plan, answers);
  const open = result.visited.find(({ step }) => answers[step.id] === undefined);
  if (open === undefined) {
    yield [answers, result];
    return;
  }
  for (const answer of ANSWERS) yield* ways(plan, { ...answers, [open.step.id]: answer });
}
