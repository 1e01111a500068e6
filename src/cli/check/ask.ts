import type { RequestPlan } from '../../core/index.js';
import type { Outcome, Router } from '../../router/index.js';

/** What PX said to one request, as far as a check needs it. */
export type Answer = { readonly status?: number; readonly html: boolean } & (
  | { readonly is: 'answered'; readonly body: unknown }
  /** 401 or 403. */
  | { readonly is: 'denied' }
  | { readonly is: 'throttled'; readonly retryAfterMs?: number }
  /** Another status that PX decides: 400 or 404, say. */
  | { readonly is: 'refused' }
  /** A status of 5xx. */
  | { readonly is: 'unavailable' }
  /** What answers is not PX: a proxy, a login page, another server. */
  | { readonly is: 'notPx' }
  /** No whole answer came. */
  | { readonly is: 'unreachable'; readonly errorCode: string }
);

/** The time limit of a request. */
export const REQUEST_TIMEOUT_MS = 10_000;

/** The options of the router: bounded, as a person waits for the table. */
export const ROUTER_OPTIONS = {
  requestTimeoutMs: REQUEST_TIMEOUT_MS,
  maxAttempts: 2,
  backoffMaxMs: 1_000,
  // An account may have thousands of attributes.
  maxAnswerBytes: 16 * 1024 * 1024,
} as const;

/** Sends a plan of one step. */
export async function ask(router: Router, plan: RequestPlan): Promise<Answer> {
  return answerOf(await router.deliver(plan));
}

function answerOf(outcome: Outcome): Answer {
  const { status: recorded, html = false, errorCode = 'UNKNOWN' } = outcome.requests.at(-1) ?? {};
  // Not sent, because an earlier answer asks to wait: then only the outcome has its status.
  const status = recorded ?? (outcome.delivered ? undefined : outcome.status);
  const head = { ...(status === undefined ? {} : { status }), html };
  if (outcome.delivered) return { ...head, is: 'answered', body: outcome.body };
  const { code, retryAfterMs, error } = outcome;
  if (error.kind === 'bug') throw error;
  if (code === 'denied') return { ...head, is: 'denied' };
  if (code === 'throttled')
    return { ...head, is: 'throttled', ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  if (code === 'unreachable') return { ...head, is: 'unreachable', errorCode };
  if (code === 'unavailable')
    return { ...head, is: status !== undefined && status >= 500 ? 'unavailable' : 'notPx' };
  // 407: a proxy wants a login.
  return { ...head, is: status === 407 ? 'notPx' : 'refused' };
}

/** What PX answered, in words: `403 with an HTML page`. */
export function answerText(answer: Answer): string {
  const { status, html } = answer;
  if (status === undefined) return answer.is === 'unreachable' ? `nothing (${answer.errorCode})` : 'nothing';
  if (answer.is === 'unreachable') return `${status}, broken off (${answer.errorCode})`;
  return html ? `${status} with an HTML page` : String(status);
}
