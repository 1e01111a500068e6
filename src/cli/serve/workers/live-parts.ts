import type { Clock } from '../../../router/index.js';
import type { LivePart, ParsedLiveQuery } from '../../../service/index.js';
import type { ToWorker } from './messages.js';

/** A worker that does not answer in this time is left out of the answer. */
const LONGEST_MS = 2_000;

interface Ask {
  readonly parts: LivePart[];
  /** The workers that have not answered. */
  readonly waiting: Set<number>;
  readonly end: () => void;
}

/** Asks all workers for their parts of an answer of `/live/events`, in the primary process. */
export class LiveParts {
  readonly #asks = new Map<number, Ask>();
  #asked = 0;

  /** @param send hands a message to a worker */
  constructor(
    private readonly clock: Clock,
    private readonly send: (worker: number, message: ToWorker) => void,
  ) {}

  /** The parts of all workers that answer; those that end, or take too long, have none. */
  ask(workers: Iterable<number>, query: ParsedLiveQuery): Promise<readonly LivePart[]> {
    const id = (this.#asked += 1);
    return new Promise((resolve) => {
      const parts: LivePart[] = [];
      const end = (): void => {
        cancelTimer();
        this.#asks.delete(id);
        resolve(parts);
      };
      const cancelTimer = this.clock.after(LONGEST_MS, end);
      const waiting = new Set(workers);
      this.#asks.set(id, { parts, waiting, end });
      for (const worker of waiting) this.send(worker, { kind: 'liveQuery', id, query });
      if (waiting.size === 0) end();
    });
  }

  /** A worker has answered. */
  answered(worker: number, id: number, part: LivePart): void {
    const ask = this.#asks.get(id);
    if (ask?.waiting.delete(worker) !== true) return;
    ask.parts.push(part);
    if (ask.waiting.size === 0) ask.end();
  }

  /** A worker has ended. */
  gone(worker: number): void {
    for (const { waiting, end } of [...this.#asks.values()])
      if (waiting.delete(worker) && waiting.size === 0) end();
  }
}
