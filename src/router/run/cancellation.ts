/** Why a plan ends early. */
export type CancellationReason = 'cancelled' | 'closed';

/** What a cancelled wait rejects with. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';

  constructor(readonly reason: CancellationReason) {
    super(reason);
  }
}

/** What cancels a wait: a cancellation only, or also the router's `close()`. */
export type CancelOn = 'cancel' | 'cancelOrClose';

/** Cancels the waits of one plan on `close()` and abort signals; never a request in flight. */
export class Cancellation {
  #cancelled = false;
  #closed = false;
  #wait: { readonly controller: AbortController; readonly cancelOn: CancelOn } | undefined;

  cancel(): void {
    this.#cancelled = true;
    this.#wait?.controller.abort(new Cancelled('cancelled'));
  }

  close(): void {
    this.#closed = true;
    if (this.#wait?.cancelOn === 'cancelOrClose') this.#wait.controller.abort(new Cancelled('closed'));
  }

  /** Waits; throws {@link Cancelled} when the wait is cancelled. A plan waits for one thing at a time. */
  async during<T>(cancelOn: CancelOn, wait: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.#cancelled) throw new Cancelled('cancelled');
    if (this.#closed && cancelOn === 'cancelOrClose') throw new Cancelled('closed');
    const controller = new AbortController();
    this.#wait = { controller, cancelOn };
    try {
      return await wait(controller.signal);
    } finally {
      this.#wait = undefined;
    }
  }
}
