import type { RouterOptions } from '../../src/router';

/** A router that gives up soon, so that it is the host that has to try again. */
export const IMPATIENT = {
  maxAttempts: 2,
  backoffBaseMs: 1,
  backoffMaxMs: 5,
  // Far more than an answer ever takes here: what is given up may still arrive after what was sent later, and overwrite it.
  requestTimeoutMs: 4_000,
  requestsPerSecond: Infinity,
  requestsPerDay: Infinity,
} as const satisfies RouterOptions;
