/** Limits, and knowledge of objects, that several processes share through Redis: `openRedis` is the way in. */
export { openRedis } from './open-redis.js';
export type { RedisChange, RedisOptions, RedisStats, SharedThroughRedis } from './open-redis.js';
export type { RedisEnvironment } from './connection/settings.js';
export type {
  Clock,
  LimitScope,
  ObjectName,
  ObjectStore,
  OpenObject,
  QuotaObserver,
  QuotaWarning,
  RateLimiter,
} from '../router/index.js';
