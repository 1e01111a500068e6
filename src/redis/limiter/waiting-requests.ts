import { waitFor } from '../../runtime/index.js';

interface Waiting {
  readonly request: object | undefined;
  readonly grant: () => void;
  readonly refuse: (error: Error) => void;
}

/** The requests that wait for their turn, first come, first served. */
export class WaitingRequests {
  readonly #waiting = new Set<Waiting>();

  /** @param onChange called when one is added, and when one is cancelled */
  constructor(private readonly onChange: () => void) {}

  get count(): number {
    return this.#waiting.size;
  }

  /** Resolves when its turn has come; rejects with the signal's reason, or with the error of `refuseAfter`. */
  add(signal: AbortSignal, request: object | undefined): Promise<void> {
    return waitFor(signal, (grant, refuse) => {
      const waiting: Waiting = { request, grant, refuse };
      this.#waiting.add(waiting);
      this.onChange();
      return () => {
        this.#waiting.delete(waiting);
        this.onChange();
      };
    });
  }

  /** Grants the one that waits longest, and returns it, where its asker has named it. */
  grantFirst(): object | undefined {
    const [first] = this.#waiting;
    if (first === undefined) return undefined;
    this.#waiting.delete(first);
    first.grant();
    return first.request;
  }

  /** Refuses all but the first ones. */
  refuseAfter(count: number, error: Error): void {
    for (const waiting of [...this.#waiting].slice(count)) {
      this.#waiting.delete(waiting);
      waiting.refuse(error);
    }
  }
}
