/**
 * How far a run may send before it writes its next checkpoint. Each checkpoint says up to which message the run may send,
 * so that after a kill it is known which messages may be sent a second time.
 */
export class Reservation {
  #upTo = 0;
  #waiting: { readonly number: number; readonly resolve: (isGranted: boolean) => void }[] = [];
  #closed = false;

  /** Whether a message waits for the next checkpoint. */
  get isExhausted(): boolean {
    return this.#waiting.length > 0;
  }

  /**
   * Asks for a message. `undefined`: it may be sent. Otherwise the promise resolves after the next checkpoint; with
   * false when there will be none.
   */
  ask(number: number): Promise<boolean> | undefined {
    if (number <= this.#upTo) return undefined;
    if (this.#closed) return Promise.resolve(false);
    return new Promise((resolve) => this.#waiting.push({ number, resolve }));
  }

  grant(upTo: number): void {
    this.#upTo = Math.max(this.#upTo, upTo);
    const waiting = this.#waiting;
    this.#waiting = waiting.filter(({ number }) => number > this.#upTo);
    for (const { number, resolve } of waiting) if (number <= this.#upTo) resolve(true);
  }

  close(): void {
    this.#closed = true;
    for (const { resolve } of this.#waiting.splice(0)) resolve(false);
  }
}
