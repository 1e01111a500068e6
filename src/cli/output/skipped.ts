import {
  skipReasonText,
  type DestinationConfig,
  type SkipReason,
} from '../../destinations/gainsight_px/index.js';

/** That `deliver` skips a message, and why; for `explain` and `transform`. */
export interface Skipped {
  readonly code: SkipReason;
  readonly message: string;
}

export function skippedAs(code: SkipReason, config: DestinationConfig): Skipped {
  return { code, message: skipReasonText(code, config) };
}
