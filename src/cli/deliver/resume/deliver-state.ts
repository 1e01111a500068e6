import type { Checkpoint } from '../../checkpoint/checkpoint.js';
import type { DayUsage } from '../../../router/index.js';
import type { SavedRejectedFile } from '../../rejected/rejected-file.js';
import type { SavedCounts } from '../report/counts.js';

/** What `deliver` stores in its checkpoint. */
export interface DeliverState {
  /** Of the messages that are settled, and of all requests. */
  readonly counts: SavedCounts;
  /** Null without `--rejected`. */
  readonly rejected: SavedRejectedFile | null;
  /**
   * Messages that PX refused, and that are not in the rejected file yet, because an earlier one is not settled. They are not
   * sent again: later messages of the same user may be delivered already, and must not be overwritten.
   */
  readonly refused: readonly SavedRefusal[];
  /** What was sent within the last 24 hours, as far as this checkpoint knows. */
  readonly quota: DayUsage;
}

/** Why PX refused a message. */
export interface SavedRefusal {
  /** The number of the message in the input. */
  readonly number: number;
  readonly code: string;
  readonly reason: string;
  readonly retryable: boolean;
}

export type DeliverCheckpoint = Checkpoint<DeliverState>;
