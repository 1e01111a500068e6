import { isDestinationError } from '../../core/index.js';
import type { RedisChange, SharedThroughRedis } from '../../redis/index.js';
import type { QuotaObserver, RouterOptions } from '../../router/index.js';
import { UsageError, type Environment } from '../io.js';
import type { SendingLimits, SharingOptions } from '../options.js';

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

/** The default of `--skip-unchanged` for commands that run in several processes, for their help. */
export const USUAL_SKIP_UNCHANGED = '10m with --redis, otherwise 0';
const USUAL_SHARED_MS = 10 * 60_000;

/**
 * The router's options of what is shared. The object memory is shared, too, where it is on. By default it is on only where it is shared: a
 * process alone does not know what others write, and would leave out a field that another process has changed since.
 *
 * @param skipUnchanged how long PX's objects are remembered, in milliseconds; 0: not at all
 */
export function sharedRouterOptions(
  shared: SharedThroughRedis | undefined,
  skipUnchanged: number | undefined,
): Pick<RouterOptions, 'rateLimiter' | 'skipUnchanged'> {
  if (shared === undefined)
    return skipUnchanged === undefined || skipUnchanged === 0 ? {} : { skipUnchanged };
  const { rateLimiter, objectStore: store } = shared;
  const forMs = skipUnchanged ?? USUAL_SHARED_MS;
  return { rateLimiter, ...(forMs === 0 ? {} : { skipUnchanged: { forMs, store } }) };
}
