import type { RequestPlan } from '../../src';
import { errorStatus } from '../../src/protocol';
import { holdsBack, type Outcome } from '../../src/router';
import { isAbsence as isAbsenceOfService, withinAttempts } from '../../src/service/batch/job-result';
import { hostActions, jobStatus } from '../../src/web/inspector/host-actions';
import {
  answerOf,
  ANSWERS,
  isAbsence,
  isSentAgain,
  MAX_ATTEMPTS,
  type Walk,
} from '../../src/web/inspector/walk';
import type { ScriptedAnswer } from '../__mocks__/px-api.fake';
import { setUp } from '../router/setup';
import { plansOfFixtures, ways } from '../web/inspector/plans';

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

describe.each(plansOfFixtures())('the plan of %s', (_name, plan) => {
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
