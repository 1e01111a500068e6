import type { Mode } from '../../service/index.js';
import type { SendingLimits, SharingOptions } from '../options.js';
import type { LogLevel } from '../output/service-log.js';

/** The parsed options of `serve`. */
export interface ServeOptions extends SendingLimits, SharingOptions {
  readonly host: string;
  readonly port: number;
  readonly workers: number;
  readonly mode: Mode;
  readonly upstream?: string;
  readonly defaults?: string;
  readonly ingest?: boolean;
  readonly live?: boolean;
  readonly config?: string;
  /** In milliseconds. */
  readonly ingestDeadline: number;
  /** In megabytes. */
  readonly bodyMemory: number;
  readonly logLevel: LogLevel;
  readonly graceMs: number;
  readonly drainMs: number;
  /** In milliseconds; 0: off. */
  readonly skipUnchanged?: number;
  readonly pxUrl?: string;
}
