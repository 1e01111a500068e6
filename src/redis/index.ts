/** Limits, and knowledge of objects, that several processes share through Redis: `openRedis` is the way in. */
export { openRedis } from './open-redis.js';
export type { RedisChange, RedisOptions, RedisStats, SharedThroughRedis } from './open-redis.js';
export type { RedisEnvironment } from './connection/settings.js';
export type {
  Clock,
  LimitScope,
  MinimalSignal,
  ObjectName,
  ObjectStore,
  OpenObject,
  QuotaObserver,
  QuotaWarning,
  RateLimiter,
  Signal,
  StepObject,
} from '../router/index.js';
