import type { PlanFailureCode, Step } from '../../core/index.js';
import type { Exchange } from '../http/transport.js';

const REFUSALS: Readonly<Record<PlanFailureCode, string>> = {
  user_not_found: 'PX knows no such user',
  account_not_found: 'PX knows no such account',
  rejected: 'PX refused the request',
  denied: 'PX denied access: check the API key and its permissions',
};

/** Says why a plan ended by an answer of PX. */
export function refusalText(code: PlanFailureCode, step: Step, exchange: Exchange): string {
  return `${REFUSALS[code]}: ${answerText(step, exchange)}`;
}

/** Says why a plan ended although a later attempt may succeed. */
export function exhaustionText(step: Step, exchange: Exchange, attempts: number): string {
  const tries = attempts === 1 ? '1 attempt' : `${attempts} attempts`;
  return `given up after ${tries}: ${answerText(step, exchange)}`;
}

/** Says why a request is not even sent: PX asks to wait for longer than the plan may. */
export function pauseText(step: Step, status: number, pausedMs: number): string {
  return `${step.route} (step ${step.id}) was not sent: PX answered ${status} and asks to wait for ${Math.ceil(pausedMs / 1_000)} s`;
}

function answerText(step: Step, { status, errorCode, quote }: Exchange): string {
  const request = `${step.route} (step ${step.id})`;
  if (status === undefined) return `${request} got no answer: ${errorCode ?? 'UNKNOWN'}`;
  if (errorCode !== undefined) return `${request} answered ${status}, broken off: ${errorCode}`;
  return quote === '' ? `${request} answered ${status}` : `${request} answered ${status}: ${quote}`;
}
