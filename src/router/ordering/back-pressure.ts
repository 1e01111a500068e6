/** At this many times the number that makes `ready()` wait, no more are let in: somebody does not wait. */
const OVERRUN = 10;

/** Counts what is pending, and makes who hands in more wait while that is too much. */
export class ReadyGate {
  readonly #waiting: (() => void)[] = [];
  readonly #onEmpty: (() => void)[] = [];
  #pending = 0;
  #open = false;

  constructor(private readonly maxPending: number) {}

  get pending(): number {
    return this.#pending;
  }

  /** Whether even those who do not wait are to be turned away. */
  get isOverrun(): boolean {
    return this.#pending >= OVERRUN * this.maxPending;
  }

  /** Resolves when less than the maximum is pending. */
  ready(): Promise<void> {
    if (this.#open || this.#pending < this.maxPending) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  enter(): void {
    this.#pending += 1;
  }

  leave(): void {
    this.#pending -= 1;
    // As many as there is room for: all of them would hand in at once.
    const room = Math.max(0, this.maxPending - this.#pending);
    for (const resolve of this.#waiting.splice(0, room)) resolve();
    if (this.#pending === 0) for (const resolve of this.#onEmpty.splice(0)) resolve();
  }

  /** Lets everybody through from now on. */
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
