/** Delivers plans to Gainsight PX: `createRouter` is the way in. */
export { createRouter } from './router.js';
export { createBlockade } from './blockade.js';
export { createMemoryRateLimiter } from './memory-rate-limiter.js';
export { systemClock } from './clock.js';
export { createHttpFetch } from './http-fetch.js';
export type { Router } from './router.js';
export type { AnswerBody, DeliverOptions, Fetch, FetchAnswer, FetchInit, RouterOptions } from './options.js';
export type { Delivered, Failed, Outcome, OutcomeBase, RequestRecord } from './outcome.js';
export type { RouterStats } from './stats.js';
export type { Blockade } from './blockade.js';
export type { LimitScope, RateLimiter } from './rate-limiter.js';
export type { RateLimits } from './memory-rate-limiter.js';
export type { Clock } from './clock.js';
export type { MinimalSignal, Signal } from './signal.js';

// What the signatures above name, and the errors that a limiter throws and a caller meets.
export {
  AbortedError,
  ConfigurationError,
  DestinationError,
  InternalError,
  isDestinationError,
  RetryableError,
  ThrottledError,
} from '../core/errors.js';
export type { ErrorCode, ErrorDetails, ErrorKind, Fault } from '../core/errors.js';
export type { Next, PlanFailureCode, PlanNote, RequestPlan, RouteName, Step } from '../core/plan.js';
export type { BodyValue, EndpointPath, Method, RequestBody, RequestDescriptor } from '../core/request.js';
export type { Settled, Transient, Verdict } from '../core/verdict.js';
