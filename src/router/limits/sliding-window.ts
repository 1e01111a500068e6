/**
 * The log of the last sends: at most `limit` of them within any `windowMs` milliseconds, wherever the window is laid.
 *
 * A log, because what is cheaper is wrong: a fixed window lets twice the limit through around its edge, a token bucket its whole
 * burst on top of the rate.
 */
export class SlidingWindow {
  /** A ring: the send that is `limit` back stands where the next one will. */
  readonly #sentMs: number[] = [];
  #count = 0;

  constructor(
    private readonly limit: number,
    private readonly windowMs: number,
  ) {}

  /** When the next send is allowed. */
  get nextMs(): number {
    const oldest = this.#sentMs[this.#count % this.limit];
    return oldest === undefined ? -Infinity : oldest + this.windowMs;
  }

  /** Notes a send, and numbers it; `nowMs` never goes back. */
  add(nowMs: number): number {
    this.#sentMs[this.#count % this.limit] = nowMs;
    return this.#count++;
  }

  /** Dates the last `count` sends anew: they left only now. */
  postpone(count: number, nowMs: number): void {
    for (let back = 1; back <= Math.min(count, this.limit, this.#count); back += 1) {
      this.#sentMs[(this.#count - back) % this.limit] = nowMs;
    }
  }

  /** Dates a send anew, and those after it that would come before: it left only now. */
  postponeFrom(number: number, nowMs: number): void {
    for (let send = Math.max(number, this.#count - this.limit); send < this.#count; send += 1) {
      this.#sentMs[send % this.limit] = Math.max(this.#sentMs[send % this.limit]!, nowMs);
    }
  }

  /** Dates all sends since `sinceMs` anew: they may arrive only now. */
  postponeSince(sinceMs: number, nowMs: number): void {
    let count = 0;
    while (
      count < this.limit &&
      (this.#sentMs[(this.#count - count - 1 + this.limit) % this.limit] ?? -Infinity) >= sinceMs
    )
      count += 1;
    this.postpone(count, nowMs);
  }

  /** Whether no send counts any longer. */
  isEmpty(nowMs: number): boolean {
    const last = this.#sentMs[(this.#count + this.limit - 1) % this.limit];
    return last === undefined || last + this.windowMs <= nowMs;
  }
}
