import { PX_API } from '../../../destinations/gainsight_px/index.js';
import type { PlanFailureCode } from '../../../core/index.js';
import { isSentAgain, MAX_ATTEMPTS, type End, type VisitedStep, type Walk } from '../walk.js';
import { answerWords } from './answer-words.js';

/** The way of a plan, a sentence for each step that it comes to. */
export function pathSentences({ visited }: Walk): readonly string[] {
  return visited.map(
    (at, index) => `${at.step.id} gets ${answerWords(at.step, at.answer)}${after(at, visited[index + 1])}.`,
  );
}

function after(at: VisitedStep, next: VisitedStep | undefined): string {
  const early = at.isTooEarly === true ? ' for what this plan has just created: PX may not see it yet' : '';
  if (isSentAgain(at)) return `${early}. It is sent again, up to ${MAX_ATTEMPTS} times`;
  return next === undefined ? ', and the plan ends' : `, so ${next.step.id} is next`;
}

/** The end of a plan: a headline, and what it means. */
export function endWords(end: End): { readonly title: string; readonly text: string } {
  if (end.to === 'delivered') {
    return end.note === undefined
      ? { title: 'Delivered', text: 'PX has all that the message says.' }
      : {
          title: 'Delivered, without the link',
          text: 'link_skipped: the account is written, but no user is linked to it. With missingUserOnGroup "create" the user is created.',
        };
  }
  const { code, retryable, answerOf, attempts, status } = end;
  const why =
    code in PX_API.failureTexts
      ? PX_API.failureTexts[code as PlanFailureCode]
      : `given up after ${attempts ?? MAX_ATTEMPTS} attempts`;
  const answer = status === undefined ? 'no answer' : `answer ${status}`;
  return {
    title: `Not delivered: ${code}, ${retryable ? 'retryable' : 'not retryable'}`,
    text: `${why} (${answer} to ${answerOf}).`,
  };
}
