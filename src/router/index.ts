/** Delivers plans to Gainsight PX: `createRouter` is the way in. */
export { createRouter } from './router.js';
export { createMemoryRateLimiter } from './limits/memory-rate-limiter.js';
export { systemClock, type Clock, type MinimalSignal, type Signal } from '../runtime/index.js';
export { createHttpFetch } from './http/undici-fetch.js';
export type { Router } from './router.js';
export type { AnswerBody, Fetch, FetchAnswer, FetchInit } from './http/fetch.js';
export type { DeliverOptions, RouterOptions } from './options.js';
export type { Delivered, Failed, Outcome, OutcomeBase, RequestRecord } from './run/outcome.js';
export type { RouterStats } from './stats.js';
export type { Batch, EndedJob, PlanJob } from './ordering/batch.js';
export type { LimitScope, RateLimiter } from './limits/rate-limiter.js';
export type { RateLimits } from './limits/memory-rate-limiter.js';

// What the signatures above name, and the errors that a limiter throws and a caller meets.
export {
  AbortedError,
  ConfigurationError,
  DestinationError,
  InternalError,
  isDestinationError,
  RetryableError,
  ThrottledError,
  type ErrorCode,
  type ErrorDetails,
  type ErrorKind,
  type Issue,
  type Next,
  type PlanFailureCode,
  type PlanNote,
  type RequestPlan,
  type RouteName,
  type Step,
  type BodyValue,
  type EndpointPath,
  type Method,
  type RequestBody,
  type RequestDescriptor,
  type Settled,
  type Transient,
  type Verdict,
} from '../core/index.js';
export { mayHaveArrived } from './http/transport-error.js';
export { failed, holdsBack, NOTHING_SENT } from './run/outcome.js';
export { ROUTER_DEFAULTS } from './options.js';
