import type { JsonObject, Method, Verdict } from '../../core/index.js';

/** The route of the service on which an event came. */
export type LiveRoute =
  /** `POST /routerTransform` of a host. */
  | 'routerTransform'
  /** `POST /v0/destinations/gainsight_px` of a host. */
  | 'processor'
  /** The delivery proxy of a host. Its requests hold no message. */
  | 'proxy'
  /** `POST /v1/deliver` and the paths of SDKs. */
  | 'deliver';

/** What became of an event in one call; `retry`: its sender sends it again. */
export type LiveResult = 'delivered' | 'handedOver' | 'filtered' | 'retry' | 'dropped';

/** One step of the plan of an event. Not every step is sent: `LiveEvent.requests` says which were. */
export interface LiveStep {
  readonly id: string;
  /** PX's name for the call, such as `users.update`. */
  readonly route: string;
  readonly method: Method;
  /** Path and query, from the first slash. */
  readonly path: string;
  /** Absent for a request without a body, and where the bodies of the event are too large to keep. */
  readonly body?: JsonObject;
}

/** One attempt at a request to PX. */
export interface LiveRequest {
  /** `LiveStep.id`. */
  readonly step: string;
  readonly route: string;
  readonly method: Method;
  /** HTTP status; absent when no answer came. */
  readonly status?: number;
  /** Why there was no usable answer: `ECONNRESET`, `TIMEOUT` … Absent when there was one. */
  readonly errorCode?: string;
  /** From sending to the end of the answer, in milliseconds. */
  readonly durationMs: number;
  /** How long it waited for the rate limit before, in milliseconds. */
  readonly waitedMs: number;
  /** How long the answer asks to wait, in milliseconds; absent when it does not. */
  readonly retryAfterMs?: number;
  readonly verdict: Verdict;
}

/** What an event did not have to send. */
export interface LiveUnsent {
  /** Steps of the plan in which no field was left. */
  readonly steps: number;
  /** Fields whose values PX holds. */
  readonly unchangedFields: number;
  /** Fields that a newer event wrote. */
  readonly staleFields: number;
}

/**
 * One event, as one call of a host or sender brought it. Texts are cut at 300 characters, `error.message` at 2,000. No text holds the API key: it is
 * masked as `[redacted]` wherever the event has it.
 */
export interface LiveEvent {
  /** Unique, also after a restart; opaque. */
  readonly id: string;
  /** When the service had its outcome: epoch milliseconds. */
  readonly atMs: number;
  readonly route: LiveRoute;
  /** The message type: `identify`, `group`, `track`, `page`, `screen`, `alias` or `other`. */
  readonly type: string;
  /** The `event` of a track message, the `name` of a page or screen message. */
  readonly eventName?: string;
  /** The user that the plan writes; without a plan, the `userId` or `anonymousId` of the message. */
  readonly userId?: string;
  /** The account that the plan writes; without a plan, the `groupId` of the message. */
  readonly groupId?: string;
  readonly destinationId?: string;
  /** `delivered`, `handed_over` or the error code. */
  readonly code: string;
  readonly result: LiveResult;
  /** The message; absent on the route `proxy`, and where it is too large or too deep to keep. */
  readonly message?: unknown;
  /** The size of the message as JSON, in bytes, where it is too large (64 KB) or nested too deep to keep; absent otherwise. */
  readonly messageTooLargeBytes?: number;
  /**
   * The configuration that the event was mapped with, the service's defaults included: only the keys that have a meaning, without `apiKey`. Absent
   * where there was none, or it is too large to keep.
   */
  readonly config?: JsonObject;
  /** The steps of the plan; empty when the event could not be mapped. */
  readonly steps: readonly LiveStep[];
  /** The attempts of this call, in order. Empty when nothing was sent, or the event was repeated and had been delivered before. */
  readonly requests: readonly LiveRequest[];
  /** What was not sent, because PX holds it already (`--skip-unchanged`); absent when everything was. */
  readonly unsent?: LiveUnsent;
  /** Why it was neither delivered nor handed over; absent when it was. The message quotes PX's answer where one explains the failure. */
  readonly error?: { readonly code: string; readonly message: string; readonly retryable: boolean };
  /** From the head of the call that brought it until its outcome was known, in milliseconds: all events of one call share the time. */
  readonly durationMs: number;
  /** How long ago the event was received by its host then, in milliseconds; absent where nobody says when. See `LiveNow.lagMs`. */
  readonly lagMs?: number;
}

/** What happened in one second. */
export interface LiveSecond {
  /** Its begin: epoch milliseconds, a multiple of 1,000. */
  readonly atMs: number;
  /** Events with an outcome, erasures not counted. */
  readonly events: number;
  /** Those of `events` with the result `retry` or `dropped`. */
  readonly failed: number;
  /** Requests to PX that ended: the sum of the six below. */
  readonly requests: number;
  /** Answered 2xx. */
  readonly ok: number;
  /** Answered 404: most ask whether PX knows a user, and are no error. */
  readonly notFound: number;
  /** Answered 429. */
  readonly throttled: number;
  /** Answered with another 4xx. */
  readonly refused: number;
  /** Answered 5xx, or with anything else. */
  readonly serverError: number;
  /** No answer came. */
  readonly noAnswer: number;
}

/** What the service is doing now: all of its workers together. */
export interface LiveNow {
  /** Epoch milliseconds. */
  readonly atMs: number;
  /** The last five minutes, oldest first; a second in which nothing happened is left out. */
  readonly seconds: readonly LiveSecond[];
  /** Plans that wait or run. */
  readonly pending: number;
  /** Requests to PX in flight. */
  readonly inFlight: number;
  /** Requests per second that one API key may send; absent: no limit. */
  readonly limit?: number;
  /** How long nothing is sent yet because PX asks to wait, in milliseconds: the longest wait of all API keys. 0: nothing waits for that. */
  readonly pausedMs: number;
  /**
   * The lag: how old events were when the service had their outcome, from the time their host received them. It counts the events of the last
   * minute (at most 1,000 of each worker) whose message or job says when it was received. An event that is retried counts at each attempt, so the lag grows while PX
   * does not take events. Absent when no event of the last minute says it.
   */
  readonly lagMs?: { readonly p50: number; readonly p95: number; readonly max: number };
}

/** The answer of `GET /live/events`. */
export interface LiveAnswer {
  /** The newest events that match, oldest first. */
  readonly events: readonly LiveEvent[];
  /** For `after` of the next call, which then gives what came since; opaque. */
  readonly cursor: string;
  /** Events that match and are not in the answer, because it would exceed `limit` or 4 MB: older than those in it. */
  readonly left: number;
  /** Events in memory now. */
  readonly kept: number;
  /** Events in memory at most. Older ones are forgotten; large events lower the number. */
  readonly bound: number;
  readonly now: LiveNow;
}

/**
 * The query of `GET /live/events`. All texts are substrings, in any case, of at most 200 characters; an event must match each of them.
 *
 * @example
 * fetch('/live/events?after=…&code=rejected'); // with `Authorization: Bearer <token>` where the service answers 401
 */
export interface LiveQuery {
  /** `cursor` of an earlier answer. Default: all events in memory. */
  readonly after?: string;
  /** Events in the answer at most, from 1 to 1,000. Default 300. */
  readonly limit?: number;
  /** In `userId` or `groupId`. */
  readonly user?: string;
  /** In `code` or `result`. */
  readonly code?: string;
  /** In `eventName` or `type`. */
  readonly event?: string;
}
