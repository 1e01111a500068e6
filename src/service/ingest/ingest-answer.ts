import { errorStatus, errorText, isFilterable } from '../../protocol/index.js';
import { holdsBack, type Failed, type Outcome } from '../../router/index.js';

/** What became of one message. */
export interface MessageOutcome {
  /** Place among the messages of the request, from 0. */
  readonly index: number;
  /** Place in the body: `batch[3]`, `[3]`; absent when the body is one message. */
  readonly at?: string;
  readonly messageId?: string;
  /** 200: delivered or skipped; 4xx: refused for good; 429 and 5xx: to be sent again. */
  readonly status: number;
  /** Absent when it was delivered. */
  readonly code?: string;
  readonly error?: string;
  readonly retryable?: boolean;
}

/** The answer to a request. */
export interface IngestAnswer {
  readonly status: 200 | 207 | 422 | 429 | 503;
  /** In seconds; present with 429 and 503. */
  readonly retryAfter?: number;
  readonly body: {
    readonly messages: number;
    readonly delivered: number;
    readonly skipped: number;
    readonly rejected: number;
    readonly retry: number;
    /** One for each message, in order; absent when all are delivered or skipped. */
    readonly outcomes?: readonly MessageOutcome[];
  };
}

/** A message of a request, and what became of it. */
export interface SettledMessage {
  readonly at: string;
  readonly messageId: string | undefined;
  readonly outcome: Outcome;
}

/** The day's quota frees up in stretches of ten minutes. */
const QUOTA_RETRY_SECONDS = 600;

/**
 * The answer to a request, from the outcomes of its messages. Engines and SDKs read only the status, and take every 2xx for "done": so
 * one message that is to be sent again makes the whole request come again (429 when PX or the quota asks to wait, else 503), and one whose
 * messages are all refused for good is 422, which engines hand to their dead letters. In between it is 207.
 *
 * A missing user makes no request come again: it may never come.
 */
export function ingestAnswer(messages: readonly SettledMessage[]): IngestAnswer {
  const failures = messages.map(({ outcome }) => outcome).filter((outcome) => !outcome.delivered);
  const skipped = failures.filter(isSkipped).length;
  const comingAgain = failures.filter(holdsBack);
  const delivered = messages.length - failures.length;
  const counts = { messages: messages.length, delivered, skipped };
  const rejected = failures.length - skipped - comingAgain.length;
  const body = { ...counts, rejected, retry: comingAgain.length };
  if (rejected + comingAgain.length === 0) return { status: 200, body };
  const withOutcomes = { ...body, outcomes: messages.map(messageOutcome) };
  if (comingAgain.length === 0)
    return { status: rejected === messages.length ? 422 : 207, body: withOutcomes };
  // A blocked message waits for another one, which says why.
  const causes = comingAgain.filter(({ code }) => code !== 'blocked');
  const isThrottled = causes.length > 0 && causes.every(({ kind }) => kind === 'throttled');
  return {
    status: isThrottled ? 429 : 503,
    retryAfter: Math.max(...causes.map(retryAfter), 1),
    body: withOutcomes,
  };
}

function messageOutcome({ at, messageId, outcome }: SettledMessage, index: number): MessageOutcome {
  const place = {
    index,
    ...(at === '' ? {} : { at }),
    ...(messageId === undefined ? {} : { messageId }),
  };
  if (outcome.delivered) return { ...place, status: 200 };
  const { code, message, retryable, error, status } = outcome;
  const isDone = isSkipped(outcome);
  return {
    ...place,
    status: isDone ? 200 : errorStatus(error, status),
    code,
    error: errorText(message),
    ...(isDone ? {} : { retryable }),
  };
}

/** Whether a message is not meant for PX. */
export function isSkipped({ error }: Failed): boolean {
  return isFilterable(error);
}

function retryAfter({ code, retryAfterMs = 0 }: Failed): number {
  return code === 'daily_quota_reached' ? QUOTA_RETRY_SECONDS : Math.ceil(retryAfterMs / 1_000);
}
