import type { ErrorCode } from '../../core/index.js';
import { isFailed, type JobResult } from '../batch/job-result.js';

/** What one call of the host achieved for an event. */
export type EventOutcome =
  /** PX accepted it. */
  | 'delivered'
  /** The host received a request to send. */
  | 'handedOver'
  /** This destination does not use its message type. */
  | 'filtered'
  /** It failed, and a retry cannot help. */
  | 'dropped'
  /** It failed, and the host retries it. */
  | 'retry';

/** An event as metrics and log count it. */
export interface CountedEvent {
  /** The type of its message; `user` for an erasure. */
  readonly type: string;
  readonly outcome: EventOutcome;
  /** Why it was neither delivered nor handed over. */
  readonly code?: ErrorCode;
}

/** Counts an event by its outcome; `result` has the error code. */
export function countedEvent(type: string, outcome: EventOutcome, result: JobResult): CountedEvent {
  const hasReason = outcome !== 'delivered' && outcome !== 'handedOver' && isFailed(result);
  return hasReason ? { type, outcome, code: result.code } : { type, outcome };
}
