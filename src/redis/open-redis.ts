import { ConfigurationError } from '../core/index.js';
import {
  systemClock,
  type Clock,
  type LimitScope,
  type ObjectStore,
  type QuotaObserver,
  type RateLimiter,
} from '../router/index.js';
import { callQuietly, sleep } from '../runtime/index.js';
import { prepareConnect, RedisAway } from './connection/connect.js';
import { RedisLink, type LinkChange } from './connection/link.js';
import { readRedisSettings, redisAddress, type RedisEnvironment } from './connection/settings.js';
import { shareOf } from './limiter/share.js';
import { SharedRateLimiters } from './limiter/shared-rate-limiters.js';
import { RedisObjectStore } from './objects/redis-object-store.js';
import { RECONNECT_MS } from './timing.js';

/** How processes share their limits. */
export interface RedisOptions {
  /** `redis[s]://[user@]host[:port][/database]`, without a password. Default: `GAINSIGHT_PX_REDIS_URL` of `env`. */
  readonly url?: string | undefined;
  /** `GAINSIGHT_PX_REDIS_URL` may hold a password; `GAINSIGHT_PX_REDIS_PASSWORD` wins over it. Default: `process.env`. */
  readonly env?: RedisEnvironment;
  /** Requests sent at most within any one second, by all processes together; the lowest that one of them allows holds. `Infinity`: no limit. */
  readonly requestsPerSecond: number;
  /** Requests sent at most within any 24 hours, in the same way. */
  readonly requestsPerDay: number;
  /**
   * How many processes there are at most. With it a process starts without Redis, too, and sends its share; and while Redis is away, no share is
   * larger. Default: Redis must be there at the start, and says later how many there were lately.
   */
  readonly processes?: number | undefined;
  /** Told whenever Redis is away, and is back. What it throws is ignored. */
  readonly onChange?: (change: RedisChange) => void;
  /** Told by each process at 80 % and at 100 % of `requestsPerDay`, for each API key and base URL. */
  readonly onQuota?: QuotaObserver | undefined;
  /** Default: the machine's. */
  readonly clock?: Clock;
}

/** Redis is away, or is back. */
export interface RedisChange {
  readonly isConnected: boolean;
  /** What happened and what it means, for a log: without user and password. */
  readonly text: string;
}

/** What the processes share, as one of them sees it. */
export interface RedisStats {
  readonly isConnected: boolean;
  /** How many processes there were lately, this one included. */
  readonly processes: number;
  /** What this process may send in a second at most: all of the limit, or its share while Redis is away. */
  readonly requestsPerSecond: number;
}

/** Limits and knowledge of objects that are shared with other processes. */
export interface SharedThroughRedis {
  /** For `RouterOptions.rateLimiter`. */
  readonly rateLimiter: (scope: LimitScope) => RateLimiter;
  /** For `skipUnchanged` of the router: what PX holds, known to all processes. */
  readonly objectStore: ObjectStore;
  stats(): RedisStats;
  /** Leaves, so that the others need not count this process any longer. */
  close(): Promise<void>;
}

/** At the start, Redis may come up a little later than the process. */
const START_MS = 10_000;

/**
 * Shares limits, and what is known of objects, with all processes that use the same Redis database; `undefined` when neither `url` nor the environment names one.
 *
 * Needs the package `@redis/client` and Redis 6.2 or newer, or a server that speaks its protocol and runs Lua scripts. The keys begin with
 * `{gainsight-px}:` and hold no API key.
 *
 * @throws ConfigurationError `configuration_invalid` when the URL is not valid, the package is not installed, Redis refuses the login, or
 * cannot be reached for 10 s and `processes` is not given
 * @example
 * const shared = await openRedis({ url: 'redis://127.0.0.1:6379', requestsPerSecond: 180, requestsPerDay: 1_000_000 });
 * const router = createRouter({ rateLimiter: shared?.rateLimiter });
 */
export async function openRedis(options: RedisOptions): Promise<SharedThroughRedis | undefined> {
  const settings = readRedisSettings(options.url, options.env ?? process.env);
  if (settings === undefined) return undefined;
  const {
    clock = systemClock,
    requestsPerSecond,
    requestsPerDay,
    processes = 0,
    onChange,
    onQuota,
  } = options;
  const limits = { requestsPerSecond, requestsPerDay };
  const address = redisAddress(settings);
  const connect = await prepareConnect(settings, clock);
  const link: RedisLink = new RedisLink(connect, clock, limits, processes, (change) => {
    callQuietly(() => onChange?.({ isConnected: change.isJoined, text: changeText(link, address, change) }));
  });
  await start(link, address, clock, processes > 0);
  const limiters = new SharedRateLimiters(link, clock, onQuota);
  const objectStore = new RedisObjectStore(link, clock, Math.random);
  link.add(objectStore);
  return {
    rateLimiter: (scope) => limiters.of(scope),
    objectStore,
    stats: () => ({
      isConnected: link.isJoined,
      processes: link.processes,
      requestsPerSecond: link.isJoined ? link.limits.requestsPerSecond : shareInForce(link),
    }),
    close: () => link.close(),
  };
}

/** @throws ConfigurationError when Redis cannot be reached, and the process cannot know its share */
async function start(link: RedisLink, address: string, clock: Clock, knowsShare: boolean): Promise<void> {
  const giveUpMs = clock.nowMs() + START_MS;
  for (;;) {
    try {
      await link.open();
      return;
    } catch (error) {
      if (!(error instanceof RedisAway)) throw error;
      if (knowsShare) {
        link.startAway(error);
        return;
      }
      if (clock.nowMs() >= giveUpMs) {
        const message = `Redis at ${address} does not answer: ${error.reason}. Start it; or give --redis-processes, the largest number of processes that share the limit, and this one starts with its share`;
        throw new ConfigurationError('configuration_invalid', message, {
          issues: [{ path: '--redis', message }],
        });
      }
      await sleep(clock, RECONNECT_MS);
    }
  }
}

function changeText(link: RedisLink, address: string, { isJoined, reason }: LinkChange): string {
  const { requestsPerSecond } = link.limits;
  if (isJoined) {
    return `Redis at ${address} answers: ${sharers(link.processes)} ${perSecond(requestsPerSecond)}`;
  }
  return `Redis does not answer (${reason ?? 'unknown'}): this process sends its share, ${perSecond(shareInForce(link))}, as one of ${link.processes}, and what PX holds is not remembered`;
}

function shareInForce(link: RedisLink): number {
  return shareOf(link.limits.requestsPerSecond, link.processes);
}

function sharers(processes: number): string {
  return processes === 1 ? '1 process shares' : `${processes} processes share`;
}

function perSecond(limit: number): string {
  return limit === Infinity ? 'no limit of requests per second' : `${limit} requests per second`;
}
