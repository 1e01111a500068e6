import { judge, type Effect, type Verdict } from '../../core/index.js';
import { wasNeverSent } from './transport-error.js';
import type { AttemptResult } from './transport.js';

/** What came back means: as `judge` says, where the body matters only if it came whole. */
export function classifyAttempt(result: AttemptResult, effect: Effect): Verdict {
  const { status, html, errorCode } = result;
  if (status === undefined) return 'unreachable';
  const verdict = judge({ status, html });
  // Without the body, nobody can tell whether a 404 is the API's or a gateway's.
  if (verdict === 'notFound' && errorCode !== undefined) return 'unreachable';
  if (verdict === 'ok' && effect === 'read') {
    if (errorCode !== undefined) return 'unreachable';
    if (!isJsonObject(result.text)) return 'unavailable';
  }
  return verdict;
}

/** Whether the destination may have carried out a request although no answer says so: the answer got lost, or a gateway gave up. */
export function mayHaveLanded({ status, errorCode }: AttemptResult): boolean {
  if (status === undefined) return !wasNeverSent(errorCode ?? '');
  return status >= 500 || status === 408;
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
}
