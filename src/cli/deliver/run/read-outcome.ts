import type { Step } from '../../../core/index.js';
import type { Failed, RequestRecord } from '../../../router/index.js';

/** Every other request is idempotent. */
export const isAppend = ({ effect }: Pick<Step, 'effect'>): boolean => effect === 'append';

/** Whether PX may have taken an event although no answer says so. */
export function mayHaveAppended(request: RequestRecord): boolean {
  return isAppend(request) && request.mayHaveLanded === true;
}

/** Why the run itself, and not an answer of PX, ended a message. */
export function ownReason({ code, requests }: Failed): string | undefined {
  if (code === 'blocked') {
    return 'not sent: an earlier message of the same user or account failed, and must be delivered first';
  }
  if (code !== 'closed' && code !== 'cancelled') return undefined;
  return requests.length === 0 ? 'not sent: the run was stopped' : 'not finished: the run was stopped';
}

/** A 401 is about the key, so the message may be delivered with another one. */
export function isWorthRetrying(outcome: Failed): boolean {
  return outcome.retryable || outcome.status === 401;
}
