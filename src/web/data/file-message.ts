/** One message of a file, as the event editor shows it. */
export interface FileMessage {
  /** JSON with two blanks of indentation; for what is not JSON, the text as it is. */
  readonly text: string;
  /** The place in the file: `line 7`, `line 7, batch[2]`. */
  readonly at: string;
  /** Why an earlier run did not deliver it, in a rejected file: `id_missing: …`. */
  readonly rejected?: string;
}
