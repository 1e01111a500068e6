export { AbortFanOut } from './abort-fan-out.js';
export { ACCESS_TOKEN_EXPECTED, isAccessToken, tokenCheck } from './access-token.js';
export { systemClock } from './clock.js';
export type { Clock } from './clock.js';
export { Deadline } from './deadline.js';
export { digest, shortName } from './digest.js';
export {
  ORIGIN_EXPECTED,
  UPSTREAM_EXPECTED,
  atOrigin,
  isLoopback,
  isLoopbackHost,
  isUpstreamUrl,
  parseOrigin,
} from './origin.js';
export { MASK, ownTextRedactor, redactor } from './redactor.js';
export { isSignal } from './signal.js';
export type { MinimalSignal, Signal } from './signal.js';
export { stringifyJson } from './stringify-json.js';
export { callQuietly } from './user-callback.js';
export { sleep, untilAborted, waitFor } from './wait-for.js';
export { PAGE_HEADERS } from './page-headers.js';
