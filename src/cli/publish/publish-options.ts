import type { ProgressStyle } from '../deliver/report/progress.js';
import type { CheckpointChoice } from '../checkpoint/open-checkpoint.js';
import type { KafkaOptions, SetupOptions } from '../kafka/kafka-options.js';

/** The options of the command, parsed. */
export interface PublishOptions extends KafkaOptions, SetupOptions, CheckpointChoice {
  readonly topic: string;
  readonly skip: number;
  readonly includeRefused?: true;
  /** In milliseconds. */
  readonly retryFor: number;
  readonly progress: ProgressStyle;
  readonly json?: true;
}

/** How the command was called. */
export interface PublishCall {
  readonly options: PublishOptions;
  /** The options of this call that the resume command needs too, as words. */
  readonly wordsToRepeat: readonly string[];
}
