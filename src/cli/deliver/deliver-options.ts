import type { CheckpointChoice } from '../checkpoint/open-checkpoint.js';
import type { DeliveryTargetOptions } from './delivery-target.js';
import type { ProgressStyle } from './report/progress.js';

/** The options of the command, parsed. */
export interface DeliverCommandOptions extends DeliveryTargetOptions, CheckpointChoice {
  readonly config?: string;
  readonly skip: number;
  readonly includeRefused?: true;
  readonly progress: ProgressStyle;
  /** The file of the report. */
  readonly report?: string;
  readonly json?: true;
}
