import type { RequestDescriptor } from '../../core/index.js';

/** What came of sending a request once. */
export interface AttemptResult {
  /** HTTP status; absent when no answer came. */
  readonly status?: number;
  /** Why there is no usable answer; the status may have come all the same, but what it belongs to was cut off. */
  readonly errorCode?: string;
  /** Whether the answer is an HTML page: a gateway's, not the API's. */
  readonly html: boolean;
  /** How long the answer asks to wait, in milliseconds; absent when it does not. */
  readonly retryAfterMs?: number;
  /** What the answer says, for people: bounded, on one line, without the API key. */
  readonly summary: string;
  /**
   * The beginning of the answer's body as it came, where it was asked for and the answer is a 2xx: a plan that waits must not hold more. It may
   * hold the API key: for parsing, never for showing.
   */
  readonly text: string;
  /** From sending to the end of the answer, in milliseconds. */
  readonly durationMs: number;
}

/**
 * Sends one request once. Never rejects: what goes wrong on the way is a result too.
 *
 * @param wantsBody whether the request is made for its answer's body; by default it is not
 * @param onLeave called when the request leaves, where that can be told
 * @throws InstrumentationError `plan_invalid` at once when the body cannot be written as JSON.
 */
export type Transport = (
  request: RequestDescriptor,
  wantsBody?: boolean,
  onLeave?: () => void,
) => Promise<AttemptResult>;
