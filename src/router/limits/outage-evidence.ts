import type { Clock } from '../../runtime/index.js';

/** The attempts of one plan at one step. */
export interface Trial {
  readonly lanes: readonly string[];
  failures: number;
  /** How many answers of the scope had decided something when it began, or failed last. */
  decidedBefore: number;
  /** Whether no answer decided anything between its last two failures. */
  isUnanswered: boolean;
  /** Whether the last attempt did not even reach the destination. */
  isCutOff: boolean;
}

/** So many messages that fail together are not at fault themselves. */
const SEVERAL = 3;

/**
 * After so many failed requests, and so much time, an outage is one although plans have attempts left. A second, because every further one
 * begins as many plans as the rate limit lets through; and a false alarm costs a second only, until the first try.
 */
const SUSTAINED_REQUESTS = 20;
const SUSTAINED_MS = 1_000;

/** How many answers back the evidence looks for messages that the destination takes. */
const RECENT = 20;

/**
 * Tells an outage of the destination from a message that it cannot take (one that it answers with 500 each time): of one API key and base URL.
 *
 * A plan is at fault itself when the destination decides something about another plan between its last two failures. Otherwise it is an outage
 * when one of these holds, where all counts begin anew with every answer that decides something:
 * - its request cannot even connect: no message is the cause of that;
 * - plans of three different first lanes (users) have failed for the first time: a message that had failed before others were taken does not count;
 * - other plans wait, and nobody else could give an answer: the last 20 that did all share a lane with one that fails now. That is the
 *   input of one user. Without plans that wait, the only one left ends after its attempts;
 * - the caller waits for ever, and the plan has used up its attempts: others may come later, and nothing says that they would be taken.
 */
export class OutageEvidence {
  #decided = 0;
  /** The lanes of the last answers that decided something: a ring. */
  readonly #served: (readonly string[])[] = [];
  // Since the last answer that decided something:
  #failures = 0;
  #firstFailureMs = 0;
  readonly #newlyFailing = new Set<string | undefined>();
  readonly #failingLanes = new Set<string>();

  /**
   * @param pending how many plans have not ended
   * @param waitsForEver whether an outage may last for any time
   */
  constructor(
    private readonly clock: Pick<Clock, 'nowMs'>,
    private readonly pending: () => number,
    private readonly waitsForEver: boolean,
  ) {}

  trial(lanes: readonly string[]): Trial {
    return { lanes, failures: 0, decidedBefore: this.#decided, isUnanswered: false, isCutOff: false };
  }

  noteDecided({ lanes }: Trial): void {
    this.#served[this.#decided % RECENT] = lanes;
    this.#decided += 1;
    if (this.#failures === 0) return;
    this.#failures = 0;
    this.#newlyFailing.clear();
    this.#failingLanes.clear();
  }

  noteFailure(trial: Trial, isCutOff: boolean): void {
    if (this.#failures === 0) this.#firstFailureMs = this.clock.nowMs();
    this.#failures += 1;
    if (trial.failures === 0 && this.#newlyFailing.size < SEVERAL) this.#newlyFailing.add(trial.lanes[0]);
    for (const lane of trial.lanes) this.#failingLanes.add(lane);
    trial.failures += 1;
    trial.isUnanswered = trial.decidedBefore === this.#decided;
    trial.decidedBefore = this.#decided;
    trial.isCutOff = isCutOff;
  }

  /** @param isSpent whether the plan may make no further attempt: then the evidence need not have lasted */
  pointsToOutage(trial: Trial, isSpent: boolean): boolean {
    if (!trial.isUnanswered || !(isSpent || this.#isSustained())) return false;
    if (isSpent && this.waitsForEver) return true;
    return trial.isCutOff || this.#newlyFailing.size >= SEVERAL || this.#nobodyElseCouldAnswer();
  }

  #isSustained(): boolean {
    const lastedMs = this.clock.nowMs() - this.#firstFailureMs;
    return this.#failures >= SUSTAINED_REQUESTS && lastedMs >= SUSTAINED_MS;
  }

  #nobodyElseCouldAnswer(): boolean {
    const isFailing = (lane: string): boolean => this.#failingLanes.has(lane);
    return this.pending() > 1 && this.#served.every((lanes) => lanes.some(isFailing));
  }
}
