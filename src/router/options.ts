import {
  ConfigurationError,
  isDestinationError,
  isObject,
  typeName,
  type DestinationApi,
  type EventTimes,
  type Issue,
} from '../core/index.js';
import type { Fetch } from './http/fetch.js';
import {
  ORIGIN_EXPECTED,
  isSignal,
  parseOrigin,
  systemClock,
  type Clock,
  type Signal,
} from '../runtime/index.js';
import type { RequestRecord } from './run/outcome.js';
import type { OutageOptions } from './limits/outage-options.js';
import type { QuotaWarning } from './limits/quota-warnings.js';
import type { LimitScope, RateLimiter } from './limits/rate-limiter.js';
import type { ObjectStore } from './object-memory/object-store.js';

/** How a router behaves. All of it is optional. */
export interface RouterOptions {
  /** Sends the requests. Default: the global `fetch`. */
  readonly fetch?: Fetch;
  /**
   * Sends to this origin what plans address to the destination; path, query, headers and body stay as they are. For the simulator
   * (`(await simulator.listen()).origin`) and for a gateway. https, or http of a loopback address, because requests carry the API key; a path in it
   * is ignored. Limits and order stay those of the address in the plan. Default: where the plan says.
   */
  readonly origin?: string;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** Random numbers from 0 (inclusive) to 1 (exclusive), for the jitter of retries. Default: `Math.random`. */
  readonly random?: () => number;
  /** Time for one attempt, its answer's body included. Default 10,000. */
  readonly requestTimeoutMs?: number;
  /**
   * How much of an answer's body is read at most, in bytes: answers of the API to a write are far smaller, a proxy's page may be anything. A plan
   * that reads fails as `unavailable` where its answer is longer. Default 65,536.
   */
  readonly maxAnswerBytes?: number;
  /** How often one step is sent at most, the first time included. 1: nothing is sent a second time, for no reason. Default 5. */
  readonly maxAttempts?: number;
  /**
   * How long one plan may take in requests and waits between attempts until it is no longer retried; waiting for its
   * lanes, for concurrency and for the rate limit does not count. Default 60,000.
   */
  readonly maxPlanTimeMs?: number;
  /** The first wait between attempts is random up to this, each further one up to twice the former. Default 250. */
  readonly backoffBaseMs?: number;
  /**
   * The longest wait between attempts. An answer that asks for a longer one (`Retry-After`) ends the plan as retryable.
   * Default 30,000.
   */
  readonly backoffMaxMs?: number;
  /**
   * How long one plan may wait because the destination asks it to: after a 429, and while a `Retry-After` pauses its API key. Given, such answers
   * and waits count in neither `maxAttempts` nor `maxPlanTimeMs`, and `backoffMaxMs` does not bound them: for a caller that waits rather
   * than gives back. Default: they count, and a pause longer than `backoffMaxMs` or than what is left of `maxPlanTimeMs` ends the plan at once
   * as `throttled` (after a 503: `unavailable`).
   */
  readonly maxThrottleWaitMs?: number;
  /** Requests in flight at most, per API key and base URL. Default 20. */
  readonly concurrency?: number;
  /**
   * Requests sent at most within any one second, per API key and base URL; `Infinity` for no limit.
   * Default 180: the destination's API allows about 200.
   */
  readonly requestsPerSecond?: number;
  /** Requests sent at most within any 24 hours, per API key and base URL; `Infinity` for no limit. Default 1,000,000, as the destination's API allows. */
  readonly requestsPerDay?: number;
  /** Makes the limiter of an API key and base URL, in place of `requestsPerSecond` and `requestsPerDay`. */
  readonly rateLimiter?: (scope: LimitScope) => RateLimiter;
  /**
   * Leaves out of updates what the destination holds already, and what a newer event wrote: for so many milliseconds after it accepted a value, or
   * as the options say. A plan needs its `eventTimes` for that. Default: everything is sent.
   */
  readonly skipUnchanged?: number | SkipUnchangedOptions;
  /**
   * How many plans may be pending before `ready()` makes its caller wait; at ten times as many `deliver` refuses.
   * Default 1,000.
   */
  readonly maxPending?: number;
  /**
   * What happens to later plans of a lane when one failed in a way that may pass. `continue` (default): they are sent.
   * `blockLanes`: they fail as `blocked`, for as long as the router lives, so that sending the failed one again never
   * overwrites newer data with older.
   */
  readonly onRetryableFailure?: 'continue' | 'blockLanes';
  /**
   * Pauses an API key and base URL while the destination does not answer, instead of using up the attempts of every plan. What plans
   * wait for that, and what they sent meanwhile, counts in neither `maxAttempts` nor `maxPlanTimeMs` nor `maxThrottleWaitMs`.
   * Default: no pause.
   */
  readonly outage?: OutageOptions;
  /**
   * What happens when the requests of the last 24 hours reach `requestsPerDay`. `fail` (default): plans end as `daily_quota_reached`. `wait`:
   * they wait until the next request is allowed; that counts in no limit of a plan but its `timeLeftMs`.
   */
  readonly onQuotaUsedUp?: 'fail' | 'wait';
  /** Told at 80 % and at 100 % of `requestsPerDay`; a `rateLimiter` of your own tells its own observer. What it throws is ignored. */
  readonly onQuota?: (warning: QuotaWarning, scope: LimitScope) => void;
  /** Cancels all plans, those handed in later too. */
  readonly signal?: Signal;
  /** Told of every attempt when it is over. What it throws is ignored. */
  readonly onRequest?: (record: RequestRecord) => void;
}

/** How the router remembers what the destination accepted. */
export interface SkipUnchangedOptions {
  /** For how long, in milliseconds: somebody else may change the object meanwhile, and then it stays so for as long. */
  readonly forMs: number;
  /** Objects in memory at most, of all API keys together; the one that was used least recently is forgotten first. Default 100,000. */
  readonly maxObjects?: number;
  /** Bytes that they take at most, about. Default 64 MB: 60,000 users of 15 fields. */
  readonly maxBytes?: number;
  /** Keeps what is remembered, in place of the memory of this process. */
  readonly store?: ObjectStore;
}

/** Observes the requests of one plan. */
export interface Observed {
  /** Told of every attempt of the plan when it is over, after `onRequest` of the router. What it throws is ignored. Default: nobody. */
  readonly onRequest?: ((record: RequestRecord) => void) | undefined;
}

/** How one plan is delivered. */
export interface DeliverOptions extends Remembered, Observed {
  /** Cancels this plan: one that has not begun sends nothing, one that has ends after its request in flight. */
  readonly signal?: Signal;
  /**
   * How long the caller can wait from now, in milliseconds: a wait between attempts, or a pause that the destination asks for, that would end later ends the
   * plan at once, as what it waits for. It interrupts nothing else: `signal` does. Default: no limit.
   */
  readonly timeLeftMs?: number;
}

/** What the object memory (`skipUnchanged`) must know of a plan. */
export interface Remembered {
  /** The times of the plan's event, as `eventTimesOf` gives them. Without, an object of the plan is always written whole. Default: none. */
  readonly eventTimes?: EventTimes | undefined;
  /**
   * Whether somebody else sends requests of the plan once more, at a time that the router does not know: then nothing is left out, and
   * nothing is remembered of its objects for as long as anything is. Default: no.
   */
  readonly isRepeatedElsewhere?: boolean | undefined;
}

/** The defaults of the numeric options; those of the rate come from the destination's API. */
export const DEFAULTS = {
  requestTimeoutMs: 10_000,
  maxAnswerBytes: 65_536,
  maxAttempts: 5,
  maxPlanTimeMs: 60_000,
  backoffBaseMs: 250,
  backoffMaxMs: 30_000,
  concurrency: 20,
  maxPending: 1_000,
} as const;

/** Options whose default is to be absent. */
type OptionalKey =
  | 'origin'
  | 'rateLimiter'
  | 'signal'
  | 'onRequest'
  | 'maxThrottleWaitMs'
  | 'skipUnchanged'
  | 'outage'
  | 'onQuota';

/** Options with every default filled in, and the API that the router sends to. */
export type RouterSettings = Readonly<
  Required<Omit<RouterOptions, OptionalKey>> & Pick<RouterOptions, OptionalKey> & { api: DestinationApi }
>;

/** The defaults of {@link SkipUnchangedOptions}. */
export const MEMORY_DEFAULTS = { maxObjects: 100_000, maxBytes: 64 * 1024 * 1024 } as const;

interface NumberRule {
  readonly key: keyof RouterOptions;
  readonly expected: string;
  readonly holds: (value: number) => boolean;
}

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 1;
const isCountOrInfinity = (value: number): boolean => value === Infinity || isCount(value);
const isDuration = (value: number): boolean => value >= 0 && value <= 2 ** 31 - 1; // what a timer can hold

const NUMBER_RULES: readonly NumberRule[] = [
  { key: 'maxAnswerBytes', expected: 'an integer of at least 1', holds: isCount },
  { key: 'maxAttempts', expected: 'an integer of at least 1', holds: isCount },
  { key: 'concurrency', expected: 'an integer of at least 1', holds: isCount },
  { key: 'maxPending', expected: 'an integer of at least 1', holds: isCount },
  { key: 'requestsPerSecond', expected: 'an integer of at least 1, or Infinity', holds: isCountOrInfinity },
  { key: 'requestsPerDay', expected: 'an integer of at least 1, or Infinity', holds: isCountOrInfinity },
  {
    key: 'requestTimeoutMs',
    expected: 'milliseconds from 1 to 2147483647',
    holds: (ms) => ms >= 1 && isDuration(ms),
  },
  { key: 'backoffBaseMs', expected: 'milliseconds from 0 to 2147483647', holds: isDuration },
  { key: 'backoffMaxMs', expected: 'milliseconds from 0 to 2147483647', holds: isDuration },
  { key: 'maxThrottleWaitMs', expected: 'milliseconds from 0 to 2147483647', holds: isDuration },
  { key: 'maxPlanTimeMs', expected: 'milliseconds, or Infinity', holds: (ms) => ms >= 0 },
];

const FUNCTIONS = ['fetch', 'random', 'rateLimiter', 'onRequest', 'onQuota'] as const;
const MODES: Readonly<Record<string, readonly string[]>> = {
  onRetryableFailure: ['continue', 'blockLanes'],
  onQuotaUsedUp: ['fail', 'wait'],
};

/**
 * Options with their defaults.
 *
 * @param api what the router sends to
 * @throws ConfigurationError `configuration_invalid`, with all issues at once.
 */
export function parseOptions(options: RouterOptions, api: DestinationApi): RouterSettings {
  try {
    return parse(options, api);
  } catch (thrown) {
    if (isDestinationError(thrown)) throw thrown;
    // A getter or a proxy.
    const message = 'expected plain data that can be read, found something that throws';
    throw invalidOptions([{ path: 'options', message }], message, thrown);
  }
}

function parse(options: RouterOptions, api: DestinationApi): RouterSettings {
  if (!isObject(options)) {
    const message = `expected an object, found ${typeName(options)}`;
    throw invalidOptions([{ path: 'options', message }], message);
  }
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const issues = [...numberIssues(given), ...otherIssues(given)];
  if (issues.length > 0) {
    throw invalidOptions(issues, issues.map(({ path, message }) => `${path}: ${message}`).join('; '));
  }
  return {
    ...defaults(api),
    ...given,
    ...(given.origin === undefined ? {} : { origin: parseOrigin(given.origin)! }),
  };
}

function invalidOptions(issues: readonly Issue[], text: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError('configuration_invalid', `router options are not valid: ${text}`, {
    issues,
    cause,
  });
}

function defaults(api: DestinationApi): RouterSettings {
  return {
    // Looked up at each call, so that whoever replaces the global function later is heard.
    fetch: (url, init) => globalThis.fetch(url, init),
    clock: systemClock,
    random: Math.random,
    ...DEFAULTS,
    ...api.limits,
    onRetryableFailure: 'continue',
    onQuotaUsedUp: 'fail',
    api,
  };
}

function numberIssues(given: Readonly<Record<string, unknown>>): Issue[] {
  return NUMBER_RULES.flatMap(({ key, expected, holds }) => {
    const value = given[key];
    if (value === undefined || (typeof value === 'number' && holds(value))) return [];
    const found = typeof value === 'number' ? String(value) : typeof value;
    return [{ path: key, message: `expected ${expected}, found ${found}` }];
  });
}

function otherIssues(given: Readonly<Record<string, unknown>>): Issue[] {
  const issues: Issue[] = FUNCTIONS.filter(
    (key) => given[key] !== undefined && typeof given[key] !== 'function',
  ).map((key) => ({ path: key, message: `expected a function, found ${typeof given[key]}` }));
  const { origin, clock, signal } = given;
  if (origin !== undefined && parseOrigin(origin) === undefined) {
    // Not shown: there may be a password in it.
    issues.push({ path: 'origin', message: `expected ${ORIGIN_EXPECTED}` });
  }
  if (clock !== undefined && !isClock(clock)) {
    issues.push({ path: 'clock', message: 'expected an object with the functions nowMs, epochMs and after' });
  }
  if (signal !== undefined && !isSignal(signal)) {
    issues.push({ path: 'signal', message: `expected an AbortSignal, found ${typeName(signal)}` });
  }
  issues.push(...memoryIssues(given.skipUnchanged));
  for (const [key, modes] of Object.entries(MODES)) {
    const mode = given[key];
    if (mode !== undefined && !modes.includes(mode as string))
      issues.push({ path: key, message: `expected ${modes.map((one) => `'${one}'`).join(' or ')}` });
  }
  return [...issues, ...outageIssues(given.outage)];
}

function outageIssues(outage: unknown): Issue[] {
  if (outage === undefined) return [];
  if (!isObject(outage))
    return [{ path: 'outage', message: `expected an object, found ${typeName(outage)}` }];
  const { retryForMs, onChange } = outage;
  const issues: Issue[] = [];
  if (typeof retryForMs !== 'number' || !(retryForMs >= 0)) {
    const found = typeof retryForMs === 'number' ? String(retryForMs) : typeof retryForMs;
    issues.push({
      path: 'outage.retryForMs',
      message: `expected milliseconds of at least 0, or Infinity, found ${found}`,
    });
  }
  if (onChange !== undefined && typeof onChange !== 'function')
    issues.push({ path: 'outage.onChange', message: `expected a function, found ${typeof onChange}` });
  return issues;
}

function memoryIssues(given: unknown): Issue[] {
  if (given === undefined) return [];
  const lifetime = 'milliseconds from 1 to 2147483647';
  const isLifetime = (ms: unknown): boolean => typeof ms === 'number' && ms >= 1 && isDuration(ms);
  if (!isObject(given)) {
    if (isLifetime(given)) return [];
    const found = typeof given === 'number' ? String(given) : typeName(given);
    return [{ path: 'skipUnchanged', message: `expected ${lifetime}, or an object, found ${found}` }];
  }
  const { forMs, store } = given;
  const issues: Issue[] = isLifetime(forMs)
    ? []
    : [{ path: 'skipUnchanged.forMs', message: `expected ${lifetime}` }];
  for (const key of ['maxObjects', 'maxBytes']) {
    const value = given[key];
    if (value !== undefined && !(typeof value === 'number' && isCount(value)))
      issues.push({ path: `skipUnchanged.${key}`, message: 'expected an integer of at least 1' });
  }
  if (store !== undefined && !(isObject(store) && typeof store.open === 'function'))
    issues.push({ path: 'skipUnchanged.store', message: 'expected an object with the function open' });
  return issues;
}

function isClock(value: unknown): boolean {
  return (
    isObject(value) && [value.nowMs, value.epochMs, value.after].every((part) => typeof part === 'function')
  );
}
