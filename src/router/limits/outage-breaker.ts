import { isTransient, type Verdict } from '../../core/index.js';
import { callQuietly, waitFor, type Clock } from '../../runtime/index.js';
import type { AttemptResult } from '../http/transport.js';
import { couldNotConnect } from '../http/transport-error.js';
import { OutageEvidence, type Trial } from './outage-evidence.js';
import type { OutageChange, OutageOptions } from './outage-options.js';
import type { LimitScope } from './rate-limiter.js';
import type { ScopePause } from './retry-after-pause.js';

/** The first wait for a try, and the longest. */
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;

/** How a request may be sent: as all others, or as the only one of a pause. */
export type Turn = 'ordinary' | 'probe';

/** Why it may not: the pause is given up, or is longer than the caller has time. */
export type NoTurn = 'givenUp' | 'late';

interface Outage {
  readonly sinceMs: number;
  waitMs: number;
  nextTryMs: number;
  isProbing: boolean;
  givenUp: boolean;
}

/** What a breaker works with. */
export interface BreakerParts {
  readonly clock: Clock;
  readonly random: () => number;
  readonly options: OutageOptions;
  readonly scope: LimitScope;
  /** What the destination itself asks for: no try comes before its end. */
  readonly pause: ScopePause;
  /** How many plans of this API key and base URL have not ended. */
  readonly pending: () => number;
}

/**
 * Pauses an API key and base URL while the destination does not answer.
 *
 * A pause begins when {@link OutageEvidence} says so, for a plan that has used up its attempts, or after 20 failed requests over a second.
 * Then nothing is sent but one try at a growing interval: the next attempt of the plan that has waited longest, so that another message is
 * tried each time. The first answer that decides something ends the pause, whichever request it answers.
 *
 * When a pause is given up, later plans end without being sent; one a minute is still tried, so that a router that lives on finds out
 * that the destination answers again.
 */
export class OutageBreaker {
  readonly #parts: BreakerParts;
  readonly #evidence: OutageEvidence;
  readonly #waiting = new Set<(turn: Turn | NoTurn) => void>();
  #outage: Outage | undefined;
  #cause = '';
  #cancelTimer: (() => void) | undefined;

  constructor(parts: BreakerParts) {
    this.#parts = parts;
    this.#evidence = new OutageEvidence(parts.clock, parts.pending, parts.options.retryForMs === Infinity);
  }

  /** Whether requests must ask for their turn. */
  get isOpen(): boolean {
    return this.#outage !== undefined;
  }

  /** Begins the attempts at one step. */
  trial(lanes: readonly string[]): Trial {
    return this.#evidence.trial(lanes);
  }

  /** Resolves when a request may be sent, or never may. A `probe` must be sent or given back. */
  turn(signal: AbortSignal, deadlineMs: number): Promise<Turn | NoTurn> {
    const outage = this.#outage;
    if (outage === undefined) return Promise.resolve('ordinary');
    if (!outage.givenUp) return this.#wait(signal, deadlineMs);
    if (outage.isProbing || this.#untilTryMs(outage) > 0) return Promise.resolve('givenUp');
    outage.isProbing = true;
    return Promise.resolve('probe');
  }

  /** Whether a request with this turn may still be sent. */
  allows(turn: Turn): boolean {
    return turn === 'probe' || this.#outage === undefined;
  }

  /** A probe is not sent after all: another one takes its turn. */
  giveBack(): void {
    if (this.#outage !== undefined) this.#outage.isProbing = false;
    this.#startTimer();
  }

  /** Notes an attempt, with the verdict of its answer alone. */
  note(trial: Trial, verdict: Verdict, { status, errorCode }: AttemptResult, turn: Turn): void {
    if (!isTransient(verdict)) {
      this.#evidence.noteDecided(trial);
      this.#close();
      return;
    }
    this.#cause = errorCode ?? String(status);
    this.#evidence.noteFailure(trial, status === undefined && couldNotConnect(errorCode));
    const outage = this.#outage;
    if (outage === undefined || turn === 'ordinary') return;
    outage.isProbing = false;
    outage.waitMs = Math.min(LONGEST_WAIT_MS, outage.waitMs * 2);
    outage.nextTryMs = this.#parts.clock.nowMs() + this.#jittered(outage.waitMs);
    this.#awaitTry(outage);
  }

  /**
   * Whether a plan whose attempt failed waits for the end of an outage, whatever attempts and time it has left.
   *
   * @param isSpent whether it has none left
   */
  holds(trial: Trial, isSpent: boolean): boolean {
    const { clock, pause, options } = this.#parts;
    const leftMs = options.retryForMs - this.#pausedMs(this.#outage);
    // The destination itself says that it takes longer.
    if (pause.remainingMs > leftMs) return false;
    if (this.#outage !== undefined) return !this.#outage.givenUp;
    if (!this.#evidence.pointsToOutage(trial, isSpent)) return false;
    const outage: Outage = {
      sinceMs: clock.nowMs(),
      waitMs: FIRST_WAIT_MS,
      nextTryMs: clock.nowMs() + this.#jittered(FIRST_WAIT_MS),
      isProbing: false,
      givenUp: false,
    };
    this.#outage = outage;
    this.#awaitTry(outage);
    return true;
  }

  #wait(signal: AbortSignal, deadlineMs: number): Promise<Turn | NoTurn> {
    const { clock } = this.#parts;
    return waitFor<Turn | NoTurn>(signal, (resolve) => {
      const settle = (turn: Turn | NoTurn): void => {
        stop();
        resolve(turn);
      };
      const cancelDeadline =
        deadlineMs === Infinity
          ? (): void => undefined
          : clock.after(Math.max(0, deadlineMs - clock.nowMs()), () => {
              settle('late');
            });
      const stop = (): void => {
        cancelDeadline();
        this.#waiting.delete(settle);
        // A timer keeps the process alive.
        if (this.#waiting.size === 0) this.#stopTimer();
      };
      this.#waiting.add(settle);
      this.#startTimer();
      return stop;
    });
  }

  #awaitTry(outage: Outage): void {
    if (!outage.givenUp) this.#tell('paused', outage);
    this.#startTimer();
  }

  #startTimer(): void {
    this.#stopTimer();
    const outage = this.#outage;
    if (outage === undefined || this.#waiting.size === 0) return;
    const tryMs = outage.isProbing ? Infinity : this.#untilTryMs(outage);
    const delayMs = Math.min(tryMs, this.#parts.options.retryForMs - this.#pausedMs(outage));
    if (delayMs === Infinity) return;
    this.#cancelTimer = this.#parts.clock.after(Math.max(0, Math.ceil(delayMs)), () => {
      this.#cancelTimer = undefined;
      this.#onTime(outage);
    });
  }

  #stopTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #onTime(outage: Outage): void {
    if (this.#pausedMs(outage) >= this.#parts.options.retryForMs) {
      outage.givenUp = true;
      this.#tell('givenUp', outage);
      this.#settleAll('givenUp');
      return;
    }
    if (!outage.isProbing && this.#untilTryMs(outage) <= 0) {
      const [first] = this.#waiting;
      outage.isProbing = first !== undefined;
      first?.('probe');
    }
    this.#startTimer();
  }

  #close(): void {
    const outage = this.#outage;
    if (outage === undefined) return;
    this.#outage = undefined;
    this.#stopTimer();
    this.#tell('resumed', outage);
    this.#settleAll('ordinary');
  }

  #settleAll(turn: Turn | NoTurn): void {
    for (const settle of [...this.#waiting]) settle(turn);
  }

  #tell(state: OutageChange['state'], outage: Outage): void {
    const nextTryMs = state === 'paused' ? this.#untilTryMs(outage) : 0;
    const change = { state, nextTryMs, pausedMs: this.#pausedMs(outage), cause: this.#cause };
    const { options, scope } = this.#parts;
    callQuietly(() => options.onChange?.(change, scope));
  }

  #untilTryMs({ nextTryMs }: Outage): number {
    const { clock, pause } = this.#parts;
    return Math.max(0, pause.remainingMs, nextTryMs - clock.nowMs());
  }

  #pausedMs(outage: Outage | undefined): number {
    return outage === undefined ? 0 : this.#parts.clock.nowMs() - outage.sinceMs;
  }

  /** Between three quarters of the wait and all of it, so that several processes do not try together. */
  #jittered(waitMs: number): number {
    return waitMs * (0.75 + this.#parts.random() / 4);
  }
}
