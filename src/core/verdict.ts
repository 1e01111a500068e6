/** An answer that decides something; only these may stand in a plan's tables. */
export type Settled = 'ok' | 'notFound' | 'rejected' | 'denied';

/** An answer, or the lack of one, that may be another a moment later. Retrying is the router's business, never a plan's. */
export type Transient = 'throttled' | 'unavailable' | 'unreachable';

export type Verdict = Settled | Transient;

/** What is known of one attempt at a request. */
export interface Answer {
  /** HTTP status; absent when no answer came. */
  readonly status?: number;
  /** Whether the body is an HTML page: a gateway's answer, not the API's. */
  readonly html?: boolean;
}

interface VerdictRule {
  readonly when: (status: number, html: boolean) => boolean;
  readonly verdict: Verdict;
}

/** First match wins. An answer that matches nothing came from no HTTP server that we know: unavailable. */
const VERDICT_RULES: readonly VerdictRule[] = [
  { when: (status) => status >= 200 && status <= 299, verdict: 'ok' },
  { when: (status) => status === 401 || status === 403, verdict: 'denied' },
  // A gateway's 404 page must not count as "there is no such user".
  { when: (status, html) => status === 404 && html, verdict: 'unavailable' },
  { when: (status) => status === 404, verdict: 'notFound' },
  { when: (status) => status === 408 || status === 429, verdict: 'throttled' },
  { when: (status) => status >= 400 && status <= 499, verdict: 'rejected' },
];

/**
 * What an answer means: one ordered table, first match wins.
 *
 * 1xx, 3xx (redirects are never followed: they would carry the key elsewhere), 5xx and everything unknown are
 * `unavailable`; no status at all is `unreachable`.
 *
 * @example
 * judge({ status: 204 });             // 'ok'
 * judge({ status: 404, html: true }); // 'unavailable'
 * judge({});                          // 'unreachable'
 */
export function judge(answer: Answer): Verdict {
  const { status, html = false } = answer;
  if (status === undefined) return 'unreachable';
  return VERDICT_RULES.find((rule) => rule.when(status, html))?.verdict ?? 'unavailable';
}

/** Whether a verdict may change by itself, so that the same request is worth sending again. */
export function isTransient(verdict: Verdict): verdict is Transient {
  return verdict === 'throttled' || verdict === 'unavailable' || verdict === 'unreachable';
}
