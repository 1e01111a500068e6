import { compile, type DestinationConfig, type RequestPlan } from '../../../src';
import { errorStatus } from '../../../src/protocol';
import { holdsBack, type Outcome } from '../../../src/router';
import { isAbsence as isAbsenceOfService, withinAttempts } from '../../../src/service/batch/job-result';
import { hostActions, jobStatus } from '../../../src/web/inspector/host-actions';
import {
  answerOf,
  ANSWERS,
  isAbsence,
  isSentAgain,
  MAX_ATTEMPTS,
  walk,
  type Answers,
  type Walk,
} from '../../../src/web/inspector/walk';
import type { ScriptedAnswer } from '../../__mocks__/px-api.fake';
import { expectsError, loadFixtures } from '../../fixture-runs/load-fixtures';
import { setUp } from '../../router/setup';

/** One plan of each shape that the fixtures have: the tables are what a walk reads. */
const plans = (): [string, RequestPlan][] => {
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
};

/** Every way through a plan: each answer at each step that it comes to. */
function* ways(plan: RequestPlan, answers: Answers = {}): Generator<[Answers, Walk]> {
  const result = walk(plan, answers);
  const open = result.visited.find(({ step }) => answers[step.id] === undefined);
  if (open === undefined) {
    yield [answers, result];
    return;
  }
  for (const answer of ANSWERS) yield* ways(plan, { ...answers, [open.step.id]: answer });
}

/** The answers of a walk, each as often as the router asks for it. */
function script({ visited }: Walk): ScriptedAnswer[] {
  return visited.flatMap((at) => {
    const { status, html } = answerOf(at.step, at.answer);
    const answer: ScriptedAnswer =
      status === undefined
        ? { error: 'ECONNRESET' }
        : {
            status,
            ...(html === true
              ? { body: '<!doctype html><p>x', headers: { 'content-type': 'text/html' } }
              : {}),
          };
    return Array.from({ length: isSentAgain(at) ? MAX_ATTEMPTS : 1 }, () => answer);
  });
}

async function runBy(plan: RequestPlan, answers: readonly ScriptedAnswer[]): Promise<Outcome> {
  const { router, clock } = setUp(answers);
  const outcome = await clock.runUntil(router.deliver(plan));
  await router.close();
  return outcome;
}

describe.each(plans())('the plan of %s', (_name, plan) => {
  const all = [...ways(plan)];

  it('has ways to its end', () => {
    expect(all.length).toBeGreaterThanOrEqual(ANSWERS.length);
    expect(all.some(([, { end }]) => end.to === 'delivered')).toBe(true);
  });

  test('each way ends as the router ends it', async () => {
    for (const [answers, way] of all) {
      const outcome = await runBy(plan, script(way));
      const sent = way.visited.flatMap((at) =>
        Array.from({ length: isSentAgain(at) ? MAX_ATTEMPTS : 1 }, () => [at.step.id, at.verdict]),
      );
      const { end } = way;
      expect([answers, outcome.requests.map(({ step, verdict }) => [step, verdict])]).toEqual([
        answers,
        sent,
      ]);
      expect([answers, endOf(outcome)]).toEqual([answers, { note: undefined, ...end, attempts: undefined }]);
    }
  });

  test('each way gives the job the status that the service gives it', async () => {
    for (const [answers, way] of all) {
      const outcome = await runBy(plan, script(way));
      for (const attemptNum of [0, 1, 2, 3]) {
        const seen = withinAttempts(outcome, { attemptNum });
        const status = seen.delivered ? undefined : errorStatus(seen.error, seen.status);
        expect([answers, attemptNum, jobStatus(way, attemptNum)]).toEqual([answers, attemptNum, status]);
      }
      expect([answers, isAbsence(way)]).toEqual([answers, !outcome.delivered && isAbsenceOfService(outcome)]);
      const processor = hostActions({ kind: 'sent', plan, walk: way })[1]!;
      if (plan.steps[0].effect !== 'append')
        expect([answers, processor.told.startsWith('503')]).toEqual([answers, holdsBack(outcome)]);
    }
  });
});

/** The outcome of the router in the words of a walk. */
function endOf(outcome: Outcome): object {
  if (outcome.delivered) return { to: 'delivered', note: outcome.note };
  const { code, retryable, status, message } = outcome;
  return { to: 'failed', code, retryable, status, answerOf: /step (\w+)/.exec(message)?.[1] };
}
