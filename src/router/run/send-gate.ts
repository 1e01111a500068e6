import { isDestinationError } from '../../core/index.js';
import { sleep } from '../../runtime/index.js';
import type { NoTurn, OutageBreaker, Turn } from '../limits/outage-breaker.js';
import type { RateLimiter } from '../limits/rate-limiter.js';
import type { ScopePause } from '../limits/retry-after-pause.js';
import type { Semaphore } from '../limits/semaphore.js';
import { waitForRate } from '../limits/wait-for-rate.js';
import type { RouterSettings } from '../options.js';
import type { CancelOn, Cancellation } from './cancellation.js';
import type { Wait, WaitBudget } from './wait-budget.js';

/** What decides when a request of a plan may be sent. */
export interface GateContext {
  readonly settings: Pick<RouterSettings, 'clock' | 'onQuotaUsedUp'>;
  readonly slots: Semaphore;
  readonly limiter: RateLimiter;
  readonly pause: ScopePause;
  /** `undefined`: the router does not pause in an outage. */
  readonly breaker: OutageBreaker | undefined;
  /** When the caller needs the outcome, on the clock of the settings. */
  readonly deadlineMs: number;
  readonly cancellation: Cancellation;
}

/** Lets one request be sent, at once. */
export interface Permit {
  readonly turn: Turn;
  /** How long the request waited for the rate limit, in milliseconds. */
  readonly waitedMs: number;
  /** Names the request to the rate limiter. */
  readonly grant: object;
}

/** Why a request is not sent: a pause is longer than the plan may wait, or the destination does not answer. */
export type NotSent = 'pausedTooLong' | 'notAnswering';

/** The waits of one plan: before a request, and between the attempts at it. */
export class SendGate {
  /** @param onOutageOver called when an outage has ended for which this plan waited */
  constructor(
    private readonly context: GateContext,
    private readonly budget: WaitBudget,
    private readonly onOutageOver: () => void,
  ) {}

  /**
   * Sends a request when no pause, no other request and no rate limit keeps it back.
   *
   * @throws Cancelled, DestinationError of the rate limiter
   */
  async pass<T>(
    cancelOn: CancelOn,
    send: (permit: Permit) => Promise<T>,
  ): Promise<{ readonly sent: T } | NotSent> {
    const { slots, cancellation, breaker, pause } = this.context;
    for (;;) {
      const turn = await this.#turn();
      if (turn === 'givenUp' || turn === 'late') return 'notAnswering';
      // A pause may begin while the plan waits for anything else.
      const maySend = (): boolean => pause.askedMs === 0 && breaker?.allows(turn) !== false;
      try {
        if (!(await this.#passPause())) return 'pausedTooLong';
        await cancellation.during(cancelOn, (signal) => slots.acquire(signal));
        const grant = {};
        try {
          // Last before sending: what the limiter counts must be what is sent.
          const waitedMs = maySend() ? await this.#passLimiter(cancelOn, grant) : undefined;
          // What the limiter counted in vain is lost: rarely, and little.
          if (waitedMs !== undefined && maySend()) return { sent: await send({ turn, waitedMs, grant }) };
        } finally {
          slots.release();
        }
      } finally {
        if (turn === 'probe') breaker?.giveBack();
      }
    }
  }

  /** Waits between two attempts. */
  async wait(wait: Wait): Promise<void> {
    await this.#sleep(wait.delayMs);
    this.budget.noteWait(wait);
  }

  async #turn(): Promise<Turn | NoTurn> {
    const { breaker, cancellation, deadlineMs } = this.context;
    if (breaker?.isOpen !== true) return 'ordinary';
    const turn = await cancellation.during('cancelOrClose', (signal) => breaker.turn(signal, deadlineMs));
    if (turn === 'ordinary') {
      this.budget.reset();
      this.onOutageOver();
    }
    return turn;
  }

  /** Resolves when no pause is asked for any longer; with false when that is later than this plan may wait. */
  async #passPause(): Promise<boolean> {
    const { pause } = this.context;
    for (let delayMs = pause.remainingMs; delayMs > 0; delayMs = pause.remainingMs) {
      if (pause.status === undefined) {
        // The day's quota: it counts in no limit but the caller's time.
        if (this.budget.isTooLate(delayMs)) return false;
        await this.#sleep(delayMs);
        continue;
      }
      const wait = { delayMs, isThrottle: true };
      if (!this.budget.allows(wait)) return false;
      await this.wait(wait);
    }
    return true;
  }

  /** Resolves with the time that the request waited, or with `undefined` when the day's quota pauses everything first. */
  async #passLimiter(cancelOn: CancelOn, grant: object): Promise<number | undefined> {
    const { settings, limiter, cancellation, pause } = this.context;
    try {
      return await cancellation.during(cancelOn, (signal) =>
        waitForRate(limiter, settings.clock, signal, grant),
      );
    } catch (thrown) {
      const waitMs = settings.onQuotaUsedUp === 'wait' ? quotaWaitMs(thrown) : undefined;
      if (waitMs === undefined) throw thrown;
      pause.noteQuota(waitMs);
      return undefined;
    }
  }

  async #sleep(delayMs: number): Promise<void> {
    const { settings, cancellation } = this.context;
    await cancellation.during('cancelOrClose', (signal) => sleep(settings.clock, delayMs, signal));
  }
}

/** How long the day's quota lasts, when a limiter says so. */
function quotaWaitMs(thrown: unknown): number | undefined {
  return isDestinationError(thrown) && thrown.code === 'daily_quota_reached'
    ? thrown.retryAfterMs
    : undefined;
}
