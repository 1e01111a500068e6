import type { Failed, Outcome, OutageChange, RequestRecord } from '../../../router/index.js';
import { duration } from '../../output/quantities.js';
import type { Stop } from './stop.js';

/** So many 403s in a row are about the key, not about single users. */
const FORBIDDEN_IN_A_ROW = 20;

/**
 * How long a message waits at least while PX answers 429 or asks for pauses with `Retry-After`, in milliseconds. Meanwhile the
 * run sends nothing, and reads nothing once as many messages wait as may. When PX asks for more, the run ends and prints
 * the command that resumes it.
 */
const THROTTLE_WAIT_MS = 15 * 60 * 1000;

/** The same for a run that waits longer for a PX that does not answer at all. */
export function throttleWaitMs(retryForMs: number): number {
  return Math.max(THROTTLE_WAIT_MS, retryForMs);
}

/**
 * Ends a run in which nothing more can succeed: after a 401, after 20 times 403 in a row on one route, when the daily
 * quota is used up, when PX asks for a longer pause than the command waits for, and when it does not answer for as long.
 */
export class StopRules {
  readonly #forbidden = new Map<string, number>();

  /** @param onRouteOpen is called when PX takes a request, so that the key may use its route */
  constructor(
    private readonly stop: Stop,
    private readonly onRouteOpen: (route: string) => void,
    private readonly throttleWaitMs = THROTTLE_WAIT_MS,
  ) {}

  /** Call it for each request before its plan continues, so that nothing of its lane is sent after a 401. */
  onRequest({ route, status, verdict }: RequestRecord): void {
    if (status === 401) {
      this.stop.request(
        'unauthorized',
        'PX answered 401, it does not know the API key: check GAINSIGHT_PX_API_KEY (or apiKey) and dataCenter',
      );
    } else if (status === 403) {
      const inARow = (this.#forbidden.get(route) ?? 0) + 1;
      this.#forbidden.set(route, inARow);
      if (inARow < FORBIDDEN_IN_A_ROW) return;
      this.stop.request(
        'forbidden',
        `PX answered 403 ${inARow} times in a row to ${route}: give the API key the permission to write`,
      );
    } else if (verdict === 'ok' || verdict === 'notFound' || verdict === 'rejected') {
      // A 429 or an outage says nothing about the key.
      this.#forbidden.delete(route);
      this.onRouteOpen(route);
    }
  }

  onOutcome(outcome: Outcome): void {
    if (outcome.delivered) return;
    const { code, retryAfterMs = 0 } = outcome;
    if (this.#isThrottledTooLong(outcome)) {
      if (retryAfterMs === 0) this.#stopThrottled(this.throttleWaitMs);
      else {
        this.stop.request(
          'throttled',
          `PX asks to send nothing for ${duration(retryAfterMs)}: resume after that time`,
        );
      }
    }
    if (code !== 'daily_quota_reached') return;
    const after = retryAfterMs === 0 ? '24 hours' : duration(retryAfterMs);
    this.stop.request(
      'daily_quota_reached',
      `the daily quota of requests (--requests-per-day) is used up: resume after ${after}`,
    );
  }

  /** Call it before the outcomes of the messages that waited. */
  onOutage({ state, pausedMs, cause }: OutageChange): void {
    if (state !== 'givenUp') return;
    if (cause === '429') this.#stopThrottled(pausedMs);
    else {
      this.stop.request(
        'outage',
        `PX did not answer for ${duration(pausedMs)} (${cause}): resume when it answers again`,
      );
    }
  }

  #stopThrottled(waitedMs: number): void {
    this.stop.request('throttled', `PX answered 429 for ${duration(waitedMs)}: resume later`);
  }

  /**
   * Whether a message was not sent because PX asked for a longer wait than was left. A 408 is about one request only, not
   * about the key; and a message that may be sent only once did not wait.
   */
  #isThrottledTooLong({ code, status, retryAfterMs, retries, requests }: Failed): boolean {
    const isAsked =
      (code === 'throttled' && status === 429) || (code === 'unavailable' && retryAfterMs !== undefined);
    return isAsked && ((retryAfterMs ?? 0) > this.throttleWaitMs || retries > 0 || requests.length === 0);
  }
}
