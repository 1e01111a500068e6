import { isDestinationError } from '../../core/index.js';
import type { RedisChange, SharedThroughRedis } from '../../redis/index.js';
import type { QuotaObserver, RouterOptions } from '../../router/index.js';
import { UsageError, type Environment } from '../io.js';
import { skipUnchangedFor, type SendingLimits, type SharingOptions } from '../options.js';

/** Whom to tell of changes. */
export interface SharingObserver {
  readonly onChange: (change: RedisChange) => void;
  readonly onQuota?: QuotaObserver;
}

/**
 * Opens the Redis that `--redis` or the environment names; `undefined` when neither does. The caller closes it, after what sends.
 *
 * @throws UsageError
 */
export async function openSharedLimits(
  { redis, redisProcesses, requestsPerSecond, requestsPerDay }: SharingOptions & SendingLimits,
  env: Environment,
  observer: SharingObserver,
): Promise<SharedThroughRedis | undefined> {
  // Loaded here, because only few calls need it.
  const { openRedis } = await import('../../redis/index.js');
  const limits = { requestsPerSecond, requestsPerDay };
  try {
    return await openRedis({ url: redis, processes: redisProcesses, env, ...limits, ...observer });
  } catch (error) {
    if (isDestinationError(error) && error.kind === 'configuration') throw new UsageError(error.message);
    throw error;
  }
}

/**
 * The router's options of what is shared. The object memory is shared, too, where it is on: a process alone would not know what others write.
 *
 * @param skipUnchanged how long PX's objects are remembered, in milliseconds; 0: not at all
 */
export function sharedRouterOptions(
  shared: SharedThroughRedis | undefined,
  skipUnchanged: number,
): Pick<RouterOptions, 'rateLimiter' | 'skipUnchanged'> {
  if (shared === undefined) return skipUnchangedFor(skipUnchanged);
  const { rateLimiter, objectStore: store } = shared;
  return { rateLimiter, ...(skipUnchanged === 0 ? {} : { skipUnchanged: { forMs: skipUnchanged, store } }) };
}
