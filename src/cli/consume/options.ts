import type { KafkaOptions, SetupOptions } from '../kafka/kafka-options.js';
import type { SendingLimits, SharingOptions } from '../options.js';
import type { LogLevel } from '../output/service-log.js';

/** The options of the command `consume`, parsed. */
export interface ConsumeOptions extends KafkaOptions, SetupOptions, SharingOptions, SendingLimits {
  readonly topic: readonly string[];
  readonly group: string;
  readonly from: 'earliest' | 'latest';
  readonly deadLetters?: string;
  readonly config?: string;
  /** In milliseconds. */
  readonly retryFor: number;
  readonly onQuota: 'wait' | 'stop';
  /** In milliseconds; 0: off. Default: on where Redis is shared. */
  readonly skipUnchanged?: number;
  readonly window: number;
  /** In megabytes. */
  readonly windowMemory: number;
  /** In milliseconds. */
  readonly sessionTimeout: number;
  readonly metricsPort?: number;
  readonly metricsHost: string;
  readonly logLevel: LogLevel;
  readonly pxUrl?: string;
}
