import type { Checkpoint } from '../checkpoint/checkpoint.js';
import type { StateWithRejected } from '../checkpoint/open-checkpoint.js';
import type { SavedCounts } from '../deliver/report/counts.js';

/** What `publish` stores in its checkpoint. */
export interface PublishState extends StateWithRejected {
  /** Of the messages that are settled. `delivered` are those that the brokers acknowledged. */
  readonly counts: SavedCounts;
  readonly withoutKey: number;
}

export type PublishCheckpoint = Checkpoint<PublishState>;
