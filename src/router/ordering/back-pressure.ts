/** At so many times `maxPending` plans are refused: a caller does not await `ready()`. */
const OVERRUN = 10;

/** Back-pressure: counts the pending plans, and makes callers wait while there are too many. */
export class BackPressure {
  readonly #waiting: (() => void)[] = [];
  readonly #onEmpty: (() => void)[] = [];
  #pending = 0;
  #open = false;

  constructor(private readonly maxPending: number) {}

  get pending(): number {
    return this.#pending;
  }

  /** Whether a caller that does not wait must be refused. */
  get isOverrun(): boolean {
    return this.#pending >= OVERRUN * this.maxPending;
  }

  /** Resolves when fewer plans than the maximum are pending. */
  ready(): Promise<void> {
    if (this.#open || this.#pending < this.maxPending) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  enter(): void {
    this.#pending += 1;
  }

  leave(): void {
    this.#pending -= 1;
    // No more callers than there is room for: each of them hands in a plan at once.
    const room = Math.max(0, this.maxPending - this.#pending);
    for (const resolve of this.#waiting.splice(0, room)) resolve();
    if (this.#pending === 0) for (const resolve of this.#onEmpty.splice(0)) resolve();
  }

  /** Lets every caller through from now on. */
  open(): void {
    this.#open = true;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** Resolves when nothing is pending. */
  empty(): Promise<void> {
    if (this.#pending === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onEmpty.push(resolve));
  }
}
