import { quotaUsedUp, QuotaWarnings, type QuotaObserver, type RateLimiter } from '../../router/index.js';
import type { Clock } from '../../runtime/index.js';
import { RedisAway } from '../connection/connect.js';
import type { LinkMember, RedisLink, RunScript } from '../connection/link.js';
import { HORIZON_MS, LATE_MS, MARGIN_MS, QUIET_MS, WINDOW_MS } from '../timing.js';
import { AwayLimiter } from './away-limiter.js';
import { Sends } from './sends.js';
import { shareOf } from './share.js';
import { WaitingRequests } from './waiting-requests.js';
import { take, type Correction, type Take, type Taken } from './take.js';

/** A timer that is later than this says that the whole machine stood still. */
const STANDSTILL_MS = 100;

/**
 * A grant that is used later than this comes too late for its correction to reach Redis before others rely on it. It is given back.
 */
const STALE_MS = WINDOW_MS - HORIZON_MS - 2 * MARGIN_MS;

/** Wants more than this are asked for in parts, so that no script runs long. */
const MOST_WANTED = 200;

/** No timer of the answers is shorter, and the second number adds chance, so that several processes get their turn. */
const [ASK_AGAIN_MS, ASK_SPREAD_MS] = [1, 4];

/** A send that was granted. */
interface Send {
  readonly number: number;
  /** It counts from this time on at the earliest. In Redis, from some time between this one and when the answer of Redis came. */
  readonly countsMs: number;
  /** What the limiter of a time without Redis calls it. */
  readonly inAway?: object;
}

/** A send that Redis has granted. */
interface Grant extends Send {
  /** When it may leave. */
  readonly startMs: number;
}

/**
 * A limiter whose sends are counted in Redis, together with those of all processes. While Redis is away it allows this process its share, after a pause in
 * which the last grants of Redis run out.
 *
 * The order of `acquire` is kept within the process; between processes the one that asks first is served first, as far as
 * {@link HORIZON_MS} goes.
 */
export class SharedRateLimiter implements RateLimiter, LinkMember {
  readonly #waiting = new WaitingRequests(() => {
    this.#next();
  });
  readonly #grants: Grant[] = [];
  readonly #sends = new Sends();
  /** By what their askers call them. */
  readonly #leaving = new WeakMap<object, Send>();
  #corrections: Correction[] = [];
  #number = 0;
  #isAsking = false;
  #askAgainMs = -Infinity;
  #stopTimer: (() => void) | undefined;
  #local: AwayLimiter | undefined;
  /** The last grants of Redis count until then. */
  #quietUntilMs = -Infinity;
  /** Whether Redis decides; otherwise `#local` does, when it is there and not held. */
  #isShared: boolean;
  #isHeld = false;
  /** What Redis counted of the day lately, and what was sent without it since. */
  #usedToday = 0;
  #sentAway = 0;
  #warnings: QuotaWarnings;
  #epoch: string;
  #hasGivenBack = false;

  constructor(
    private readonly link: RedisLink,
    private readonly keys: readonly string[],
    private readonly clock: Clock,
    private readonly random: () => number,
    private readonly onQuota: QuotaObserver,
  ) {
    this.#warnings = this.#makeWarnings();
    this.#isShared = link.isJoined;
    this.#epoch = link.epoch;
    if (!link.isJoined) this.away(link.awaySinceMs);
  }

  usedShare(): number {
    return Math.min(1, (this.#usedToday + this.#sentAway) / this.link.limits.requestsPerDay);
  }

  acquire(signal: AbortSignal, request?: object): Promise<void> {
    return this.#waiting.add(signal, request);
  }

  /** What waited for a connection counts from when it left. */
  left(request: object): void {
    const send = this.#leaving.get(request);
    if (send === undefined) return;
    this.#local?.left(send.inAway);
    this.#noteLeaving(send);
  }

  /** What was sent over new connections has arrived by now, and counts from now on (see the limiter of one process). */
  answered(): void {
    const nowMs = this.clock.nowMs();
    this.#local?.answered();
    for (const number of this.#sends.answered(nowMs)) this.#correct(number, nowMs);
  }

  isIdle(): boolean {
    return this.#waiting.count === 0 && this.#grants.length === 0 && this.#sends.isEmpty(this.clock.nowMs());
  }

  away(sinceMs: number): void {
    this.#isShared = false;
    this.#isHeld = false;
    this.#quietUntilMs = sinceMs + QUIET_MS;
    this.#next();
  }

  async rejoin(run: RunScript, epoch: string): Promise<void> {
    this.#isHeld = true;
    this.#next();
    const nowMs = this.clock.nowMs();
    const isForgotten = epoch !== this.#epoch && this.#epoch !== '';
    const sentAway = this.#sentAway === 0 ? [] : [{ ageMs: 0, count: this.#sentAway }];
    const day = isForgotten ? this.#sends.ofDay(this.clock.epochMs()) : sentAway;
    const corrections = this.#sends.since(nowMs - WINDOW_MS);
    if (corrections.length > 0 || day.length > 0)
      await take(run, this.keys, { ...this.#nothing(epoch), corrections, day });
    this.#epoch = epoch;
    this.#sentAway = 0;
  }

  joined(): void {
    this.#epoch = this.link.epoch;
    this.#local = undefined;
    this.#isHeld = false;
    this.#isShared = true;
    this.#askAgainMs = -Infinity;
    this.#next();
  }

  /** Does whatever can be done now, and sets the timer for what comes next. */
  #next(): void {
    this.#useGrants();
    if (this.#isShared) this.#askWhenDue();
    else this.#useLocal();
    this.#setTimer();
  }

  #useGrants(): void {
    let [isGivenBack, isUsed] = [false, false];
    for (let grant = this.#grants[0]; grant !== undefined; grant = this.#grants[0]) {
      const nowMs = this.clock.nowMs();
      const isWanted = this.#waiting.count > 0;
      if (nowMs < grant.startMs + (isWanted ? 0 : LATE_MS)) break;
      this.#grants.shift();
      // A process that is so late every time must get on, too: it gives back once only.
      const isStale = nowMs - grant.countsMs > STALE_MS && !this.#hasGivenBack;
      if (isWanted && !isStale) {
        isUsed = true;
        this.#send(grant);
      } else {
        isGivenBack ||= isWanted;
        this.#corrections.push({ number: grant.number, leftMs: undefined });
      }
    }
    if (isUsed || isGivenBack) this.#hasGivenBack = !isUsed;
  }

  /** Lets the first that waits send. */
  #send(send: Send): void {
    this.#sends.add(send.number, this.clock.nowMs(), this.clock.epochMs());
    const request = this.#waiting.grantFirst();
    if (request !== undefined) this.#leaving.set(request, send);
    // At the end of the round, in which a busy process writes it.
    this.clock.after(0, () => {
      this.#noteLeaving(send);
    });
  }

  #noteLeaving({ number, countsMs, inAway }: Send): void {
    const leftMs = this.clock.nowMs();
    if (leftMs - countsMs > LATE_MS) this.#correct(number, leftMs - LATE_MS, inAway === undefined);
  }

  /** @param isGrant whether Redis knows of the send, although it may be away */
  #correct(number: number, leftMs: number, isGrant = false): void {
    this.#sends.date(number, leftMs);
    if (!isGrant && !this.#isShared) return;
    this.#corrections.push({ number, leftMs });
    this.#next();
  }

  #askWhenDue(): void {
    if (this.#isAsking) return;
    const missing = this.#waiting.count - this.#grants.length;
    const isDue = missing > 0 && this.#askAgainMs <= this.clock.nowMs();
    if (isDue || this.#corrections.length > 0) void this.#ask(isDue ? Math.min(missing, MOST_WANTED) : 0);
  }

  async #ask(wanted: number): Promise<void> {
    this.#isAsking = true;
    const asked: Take = {
      ...this.#nothing(this.link.epoch),
      wanted,
      first: this.#number,
      ahead: this.#mostAhead(),
      corrections: this.#corrections,
    };
    this.#corrections = [];
    this.#number += wanted;
    try {
      const taken = await take((...args) => this.link.run(...args), this.keys, asked);
      if (taken === undefined) this.link.loseData(asked.epoch);
      else this.#useAnswer(asked, taken);
    } catch (error) {
      if (!(error instanceof RedisAway)) throw error;
      // The link has told everybody. Corrections that are lost are about sends of before: they count no longer when the pause ends.
    } finally {
      this.#isAsking = false;
    }
    this.#next();
  }

  #nothing(epoch: string): Take {
    const { id } = this.link;
    const nowMs = this.clock.nowMs();
    return { epoch, id, wanted: 0, first: 0, ahead: 0, corrections: [], day: [], nowMs };
  }

  /** So that no process takes all that is granted ahead. */
  #mostAhead(): number {
    const { requestsPerSecond } = this.link.limits;
    if (requestsPerSecond === Infinity) return 0;
    return Math.ceil(shareOf(requestsPerSecond * (HORIZON_MS / WINDOW_MS), this.link.processes));
  }

  #useAnswer(asked: Take, { usedToday, isUsedUp, againInMs, startsInMs }: Taken): void {
    const nowMs = this.clock.nowMs();
    startsInMs.forEach((delayMs, index) => {
      this.#grants.push({
        number: asked.first + index,
        startMs: nowMs + delayMs,
        countsMs: asked.nowMs + delayMs,
      });
    });
    this.#usedToday = usedToday;
    this.#warn(usedToday, isUsedUp ? againInMs : 0);
    if (isUsedUp) {
      this.#waiting.refuseAfter(this.#grants.length, quotaUsedUp(againInMs));
      return;
    }
    if (startsInMs.length === asked.wanted) return;
    // Half of what is granted ahead is used first: so nobody asks for each single send.
    const aheadMs = (this.#grants.at(-1)?.startMs ?? nowMs) - nowMs;
    const waitMs = Math.max(againInMs, aheadMs / 2, ASK_AGAIN_MS);
    this.#askAgainMs = nowMs + waitMs + this.random() * ASK_SPREAD_MS;
  }

  #warn(used: number, waitMs: number): void {
    const { requestsPerDay } = this.link.limits;
    // Another process may have brought another limit.
    if (requestsPerDay !== this.#warnings.limit) this.#warnings = this.#makeWarnings();
    this.#warnings.note({ used, waitMs });
  }

  #makeWarnings(): QuotaWarnings {
    return new QuotaWarnings(this.link.limits.requestsPerDay, this.onQuota);
  }

  #useLocal(): void {
    const isWanted = !this.#isHeld && this.#waiting.count > this.#grants.length;
    if (isWanted && this.clock.nowMs() >= this.#quietUntilMs) this.#local ??= this.#makeLocal();
    this.#local?.want(isWanted);
  }

  #makeLocal(): AwayLimiter {
    const leftToday = Math.max(0, this.link.limits.requestsPerDay - this.#usedToday);
    return new AwayLimiter(this.link, leftToday, this.clock, (answer) => {
      if ('granted' in answer) {
        this.#sentAway += 1;
        const countsMs = this.clock.nowMs();
        this.#send({ number: this.#number++, countsMs, inAway: answer.granted });
      } else this.#waiting.refuseAfter(0, answer.refusal);
      this.#next();
    });
  }

  /** For the next grant, and for the next time to ask. */
  #setTimer(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    const dueMs = this.#dueMs();
    if (dueMs === Infinity) return;
    // Whole milliseconds, rounded up: a timer drops the fraction, and would come too soon.
    const delayMs = Math.max(1, Math.ceil(dueMs - this.clock.nowMs()));
    const wakeMs = this.clock.nowMs() + delayMs;
    this.#stopTimer = this.clock.after(delayMs, () => {
      this.#stopTimer = undefined;
      this.#noteStandstill(wakeMs);
      this.#next();
    });
  }

  #dueMs(): number {
    const [grant] = this.#grants;
    const grantMs =
      grant === undefined ? Infinity : grant.startMs + (this.#waiting.count === 0 ? LATE_MS : 0);
    if (this.#waiting.count <= this.#grants.length) return grantMs;
    if (this.#isShared) return this.#isAsking ? grantMs : Math.min(grantMs, this.#askAgainMs);
    return this.#local === undefined ? Math.min(grantMs, this.#quietUntilMs) : grantMs;
  }

  /** What left shortly before a machine stood still may arrive only now, together with what leaves now. */
  #noteStandstill(wakeMs: number): void {
    const nowMs = this.clock.nowMs();
    if (nowMs - wakeMs <= STANDSTILL_MS) return;
    for (const { number } of this.#sends.since(wakeMs - STANDSTILL_MS)) this.#correct(number, nowMs);
  }
}
