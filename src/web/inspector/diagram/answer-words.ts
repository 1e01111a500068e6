import type { Step } from '../../../core/index.js';
import { successStatus, type AnswerName } from '../walk.js';

/** An answer of PX to a step in a few words. */
export function answerWords(step: Step, answer: AnswerName): string {
  switch (answer) {
    case 'ok':
      return `${successStatus(step)}: ${successWord(step)}`;
    case '404':
      return step.object === undefined ? '404: not found' : `404: no ${step.object.kind}`;
    case '400':
      return '400: refused';
    case '401':
      return '401: key unknown';
    case '403':
      return '403: not allowed';
    case '429':
      return '429: slow down';
    case '500':
      return '500: server error';
    case '404 html':
      return '404: HTML page';
    case 'none':
      return 'no answer';
  }
}

function successWord({ effect, request: { method } }: Step): string {
  if (effect === 'append') return 'taken';
  return method === 'POST' ? 'created' : 'updated';
}
