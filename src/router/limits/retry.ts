/** How long to wait between the attempts at one request. */
export interface BackoffSettings {
  readonly backoffBaseMs: number;
  readonly backoffMaxMs: number;
  readonly random: () => number;
}

/**
 * The wait before a retry, in milliseconds: exponential with full jitter, so that requests that failed together are not repeated together.
 *
 * @param retry 1 for the first.
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoffMs({ backoffBaseMs, backoffMaxMs, random }: BackoffSettings, retry: number): number {
  return random() * Math.min(backoffMaxMs, backoffBaseMs * 2 ** (retry - 1));
}

const TIME = /\d{2}:\d{2}:\d{2}/.source;

/** The three forms of a date: the one to write, and the two older ones that a client has to read as well (RFC 9110, section 5.6.7). */
const DATES = [
  `[A-Z][a-z]{2}, \\d{2} [A-Z][a-z]{2} \\d{4} ${TIME} GMT`,
  `[A-Z][a-z]{5,8}, \\d{2}-[A-Z][a-z]{2}-\\d{2} ${TIME} GMT`,
].map((form) => new RegExp(`^${form}$`));
const ASCTIME = new RegExp(`^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \\d]\\d ${TIME} \\d{4}$`);

/** Seconds; a header that came twice is one with a comma (RFC 9110, section 5.3). */
const SECONDS = /^\d+(?:\s*,\s*\d+)*$/;

/** A longer wait would not be exact in milliseconds. */
const LONGEST_MS = Number.MAX_SAFE_INTEGER;

/**
 * How long a `Retry-After` header asks to wait, in milliseconds, or undefined when it is absent or makes no sense.
 *
 * It is a number of seconds or a date (RFC 9110, section 10.2.3). A date in the past asks for no wait; of several numbers the largest holds.
 *
 * @example
 * parseRetryAfter('2', Date.now()); // 2000
 */
export function parseRetryAfter(header: string | null, epochMs: number): number | undefined {
  const text = header?.trim() ?? '';
  if (SECONDS.test(text)) return Math.min(LONGEST_MS, Math.max(...text.split(',').map(Number)) * 1000);
  const dateMs = parseDate(text);
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - epochMs);
}

/** Milliseconds since 1970; NaN when the text is not a date. */
function parseDate(text: string): number {
  // This form has no zone, and `Date.parse` would read it as local time.
  if (ASCTIME.test(text)) return Date.parse(`${text} GMT`);
  return DATES.some((form) => form.test(text)) ? Date.parse(text) : NaN;
}
