import { compile, type DestinationConfig } from '../../destinations/gainsight_px/index.js';
import {
  createRouter,
  systemClock,
  type RequestRecord,
  type Router,
  type RouterOptions,
} from '../../router/index.js';
import type { CommitPoint } from '../../kafka/index.js';
import { StopRules } from '../deliver/run/stop-rules.js';
import { Stop } from '../deliver/run/stop.js';
import { DeadLetters, type UndeliverableMessage } from './dead-letters.js';
import { MessageDelivery } from './message-delivery.js';
import type { MessageOutcome } from './outcomes.js';
import type { WindowLimits } from './partition-window.js';
import { Worker } from './worker.js';

/** What the worker tells of what it does, for metrics and the log. */
export interface SessionObserver {
  message(type: string, outcome: MessageOutcome, code?: string): void;
  request(record: RequestRecord): void;
  commitFailed(error: unknown): void;
  deadLetterFailed(error: unknown): void;
}

export interface SessionParts {
  readonly config: DestinationConfig;
  readonly router: RouterOptions;
  /** How long one message is tried that PX does not take, in milliseconds; then it is a dead letter. */
  readonly retryForMs: number;
  readonly limits: WindowLimits;
  /** Commits; resolves with false when the group has given the partitions to others. */
  readonly commit: (points: readonly CommitPoint[]) => Promise<boolean>;
  /** Writes a dead letter; resolves when all replicas have it. */
  readonly sendDeadLetter: (letter: UndeliverableMessage) => Promise<void>;
  readonly observer: SessionObserver;
}

/** A message that waits keeps its place for as long as it takes: the window bounds what waits, not the router. */
const UNBOUNDED = Number.MAX_SAFE_INTEGER;
/** The longest wait that the router can be given. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/** One worker of a consumer group: all of it but the client of Kafka. */
export class ConsumeSession {
  readonly stop = new Stop();
  readonly router: Router;
  readonly worker: Worker;
  readonly deadLetters: DeadLetters;

  constructor({ config, router, retryForMs, limits, commit, sendDeadLetter, observer }: SessionParts) {
    const clock = router.clock ?? systemClock;
    const rules = new StopRules(this.stop, (route) => {
      this.worker.onRouteOpen(route);
    });
    this.router = createRouter({
      ...router,
      maxAttempts: UNBOUNDED,
      maxPlanTimeMs: retryForMs,
      maxThrottleWaitMs: LONGEST_WAIT_MS,
      maxPending: UNBOUNDED,
      onRequest: (record) => {
        rules.onRequest(record);
        observer.request(record);
      },
    });
    this.deadLetters = new DeadLetters({
      send: sendDeadLetter,
      clock,
      onFailure: (error) => {
        observer.deadLetterFailed(error);
      },
    });
    const delivery = new MessageDelivery({
      router: this.router,
      destination: compile(config),
      config,
      clock,
      remembersObjects: router.skipUnchanged !== undefined,
      onOutcome: (outcome) => {
        rules.onOutcome(outcome);
      },
      count: (type, outcome, code) => {
        observer.message(type, outcome, code);
      },
    });
    this.worker = new Worker({
      clock,
      delivery,
      deadLetters: this.deadLetters,
      limits,
      commit,
      onCommitFailure: (error) => {
        observer.commitFailed(error);
      },
    });
    // Whatever the reason is: what has not begun is for the next owner of the partitions.
    this.stop.onStop(() => {
      this.worker.giveUp();
    });
  }

  /**
   * Waits for the requests in flight, commits, and closes the router.
   *
   * @param hurry ends the wait for the requests in flight
   */
  async end(hurry: AbortSignal): Promise<void> {
    await this.worker.stop(hurry);
    // Its plans are given up, so it has nothing to wait for but the requests that `hurry` does not wait for.
    void this.router.close();
  }
}
