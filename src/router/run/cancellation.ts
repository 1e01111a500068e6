/** Why a plan is to end before its time. */
export type InterruptionReason = 'cancelled' | 'closed';

/** What a wait rejects with when it is interrupted. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';

  constructor(readonly reason: InterruptionReason) {
    super(reason);
  }
}

/** When a wait gives way: at a cancellation only, or also when the router closes. */
export type GivesWayTo = 'cancel' | 'cancelOrClose';

/** One plan's ear for `close()` and abort signals: it interrupts the waits of the plan, never a request in flight. */
export class Interruption {
  #cancelled = false;
  #closed = false;
  #wait: { readonly controller: AbortController; readonly givesWayTo: GivesWayTo } | undefined;

  get cancelled(): boolean {
    return this.#cancelled;
  }

  cancel(): void {
    this.#cancelled = true;
    this.#wait?.controller.abort(new Interrupted('cancelled'));
  }

  close(): void {
    this.#closed = true;
    if (this.#wait?.givesWayTo === 'cancelOrClose') this.#wait.controller.abort(new Interrupted('closed'));
  }

  /** Waits, unless interrupted: then throws {@link Interrupted}. A plan waits for one thing at a time. */
  async during<T>(givesWayTo: GivesWayTo, wait: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.#cancelled) throw new Interrupted('cancelled');
    if (this.#closed && givesWayTo === 'cancelOrClose') throw new Interrupted('closed');
    const controller = new AbortController();
    this.#wait = { controller, givesWayTo };
    try {
      return await wait(controller.signal);
    } finally {
      this.#wait = undefined;
    }
  }
}
