const TOKEN = /^[!-9;-~]{16,200}$/;

/** What {@link isIngestToken} accepts, for error texts. HTTP Basic cannot have a colon in a user name. */
export const INGEST_TOKEN_EXPECTED = '16 to 200 printable ASCII characters without blank and colon';

/** Whether a value can be the token of those that post messages. */
export function isIngestToken(value: unknown): value is string {
  return typeof value === 'string' && TOKEN.test(value);
}
