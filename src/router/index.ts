/** Delivers plans: `createRouter` is the way in. */
import { PX_API } from '../destinations/gainsight_px/index.js';
import { DEFAULTS, parseOptions, type RouterOptions } from './options.js';
import { PlanRouter, type Router } from './router.js';

/**
 * A router.
 *
 * @throws ConfigurationError `configuration_invalid` when an option is not valid.
 * @example
 * const router = createRouter({ requestsPerSecond: 100 });
 * for (const event of events) {
 *   await router.ready();
 *   void router.deliver(process(event, config)).then(report);
 * }
 * await router.idle();
 * await router.close();
 */
export function createRouter(options: RouterOptions = {}): Router {
  return new PlanRouter(parseOptions(options, PX_API));
}

/** The defaults of the numeric options. The command line and its help take theirs from here. */
export const ROUTER_DEFAULTS = { ...DEFAULTS, ...PX_API.limits } as const;

export { createMemoryRateLimiter } from './limits/memory-rate-limiter.js';
export { parseDayUsage, type DayUsage } from './limits/day-quota.js';
export { QuotaWarnings, type QuotaObserver, type QuotaWarning } from './limits/quota-warnings.js';
export { quotaUsedUp } from './limits/rate-limiter.js';
export { systemClock, type Clock, type MinimalSignal, type Signal } from '../runtime/index.js';
export { createHttpFetch } from './http/undici-fetch.js';
export type { Router } from './router.js';
export type { AnswerBody, Fetch, FetchAnswer, FetchInit } from './http/fetch.js';
export type { DeliverOptions, Observed, Remembered, RouterOptions, SkipUnchangedOptions } from './options.js';
export type { Delivered, Failed, Outcome, OutcomeBase, RequestRecord } from './run/outcome.js';
export type { RouterStats } from './stats.js';
export type { Batch, EndedJob, Ordered, PlanJob } from './ordering/batch.js';
export type { OutageChange, OutageOptions } from './limits/outage-options.js';
export type { LimitScope, RateLimiter } from './limits/rate-limiter.js';
export type {
  MemoryRateLimiter,
  MemoryRateLimiterOptions,
  RateLimits,
} from './limits/memory-rate-limiter.js';
export type { ObjectName, ObjectStore, OpenObject } from './object-memory/object-store.js';
export type { Unsent } from './object-memory/plan-write.js';

// What the signatures above name, and the errors that a limiter throws and a caller meets.
export {
  AbortedError,
  ConfigurationError,
  DestinationError,
  InternalError,
  isDestinationError,
  RetryableError,
  ThrottledError,
  type Effect,
  type ErrorCode,
  type ErrorDetails,
  type ErrorKind,
  type EventTimes,
  type Issue,
  type Next,
  type PlanFailureCode,
  type PlanNote,
  type RequestPlan,
  type Step,
  type StepObject,
  type BodyValue,
  type Method,
  type RequestBody,
  type RequestDescriptor,
  type Settled,
  type Transient,
  type Verdict,
} from '../core/index.js';
export { failed, holdsBack, NOTHING_SENT } from './run/outcome.js';
