import { untilAborted, type Clock } from '../../runtime/index.js';
import type { RateLimiter } from './rate-limiter.js';

/**
 * Waits until the limiter grants a request, and resolves with the waiting time in milliseconds. A request that is granted
 * at once waited 0 ms, however long a busy process takes to continue.
 */
export async function waitForRate(
  limiter: RateLimiter,
  clock: Clock,
  signal: AbortSignal,
  request: object,
): Promise<number> {
  const askedMs = clock.nowMs();
  const grant = limiter.acquire(signal, request);
  let isGranted = false;
  let hadToWait = false;
  const settle = (): void => {
    isGranted = true;
  };
  // A user's limiter, in JavaScript, may return anything that can be awaited.
  Promise.resolve(grant).then(settle, settle);
  queueMicrotask(() => {
    hadToWait = !isGranted;
  });
  await untilAborted(grant, signal);
  return hadToWait ? clock.nowMs() - askedMs : 0;
}
