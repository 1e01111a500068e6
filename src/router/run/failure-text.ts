import type { DestinationApi, PlanFailureCode, Step } from '../../core/index.js';
import type { Exchange } from '../http/transport.js';

/** Says why a plan ended by an answer. */
export function refusalText(
  { failureTexts }: DestinationApi,
  code: PlanFailureCode,
  step: Step,
  exchange: Exchange,
): string {
  return `${failureTexts[code]}: ${answerText(step, exchange)}`;
}

/** Says why a plan ended although a later attempt may succeed. */
export function exhaustionText(step: Step, exchange: Exchange, attempts: number): string {
  const tries = attempts === 1 ? '1 attempt' : `${attempts} attempts`;
  return `given up after ${tries}: ${answerText(step, exchange)}`;
}

/** Says why a request is not even sent: the API asks to wait for longer than the plan may. */
export function pauseText({ name }: DestinationApi, step: Step, status: number, pausedMs: number): string {
  return `${step.route} (step ${step.id}) was not sent: ${name} answered ${status} and asks to wait for ${Math.ceil(pausedMs / 1_000)} s`;
}

function answerText(step: Step, { status, errorCode, quote }: Exchange): string {
  const request = `${step.route} (step ${step.id})`;
  if (status === undefined) return `${request} got no answer: ${errorCode ?? 'UNKNOWN'}`;
  if (errorCode !== undefined) return `${request} answered ${status}, broken off: ${errorCode}`;
  return quote === '' ? `${request} answered ${status}` : `${request} answered ${status}: ${quote}`;
}
