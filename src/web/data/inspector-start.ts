/** What a page of `gainsight-px inspect` shows at first. It never holds an API key. */
export interface InspectorStart {
  /** Messages, as the text of a file: one JSON value in each line. Absent: an example. */
  readonly file?: { readonly name: string; readonly text: string };
  /** Absent: the configuration of the examples. */
  readonly config?: unknown;
}
