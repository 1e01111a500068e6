import type { FileMessage } from './file-message.js';

/** What a page of `gainsight-px inspect` shows at first. Its JSON never holds an API key. */
export interface InspectorStart {
  /** The messages of files, at least one. Absent: an example. */
  readonly file?: {
    readonly name: string;
    readonly messages: readonly FileMessage[];
    /** Whether the files hold more messages than these. */
    readonly more: boolean;
  };
  /** Absent: the configuration of the examples. */
  readonly config?: unknown;
}
