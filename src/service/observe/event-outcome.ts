import type { ErrorCode } from '../../core/index.js';
import { isFailed, type JobResult } from '../batch/job-result.js';
import type { EventOutcome } from './outcome-names.js';

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
