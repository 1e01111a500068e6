import type { RouterOptions } from '../../src/router';

/** A router that gives up early, so that the host must retry. */
export const IMPATIENT = {
  maxAttempts: 2,
  backoffBaseMs: 1,
  backoffMaxMs: 5,
  // Much longer than an answer takes here: a request that times out may still arrive after a later one and
  // overwrite it.
  requestTimeoutMs: 4_000,
  requestsPerSecond: Infinity,
  requestsPerDay: Infinity,
} as const satisfies RouterOptions;
