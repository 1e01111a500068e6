/** A send in the log. */
export interface LoggedSend {
  /** From when it counts. */
  ms: number;
}

/**
 * The log of the last sends: at most `limit` of them within any `windowMs` milliseconds, wherever the window is laid.
 *
 * A log, because what is cheaper is wrong: a fixed window lets twice the limit through around its edge, a token bucket its whole
 * burst on top of the rate.
 */
export class SlidingWindow {
  /** A ring, ascending: the send that is `limit` back stands where the next one will. */
  readonly #sends: LoggedSend[] = [];
  #count = 0;

  constructor(
    private readonly limit: number,
    private readonly windowMs: number,
  ) {}

  /** When the next send is allowed. */
  get nextMs(): number {
    const oldest = this.#sends[this.#count % this.limit];
    return oldest === undefined ? -Infinity : oldest.ms + this.windowMs;
  }

  /** Notes a send; `nowMs` never goes back. */
  add(nowMs: number): LoggedSend {
    const send = { ms: nowMs };
    this.#sends[this.#count % this.limit] = send;
    this.#count += 1;
    return send;
  }

  /** Dates the last `count` sends anew: they left only now. */
  postpone(count: number, nowMs: number): void {
    for (let back = 1; back <= Math.min(count, this.#size); back += 1) this.#last(back).ms = nowMs;
  }

  /** Dates a send anew, and those after it that would come before: they left only now. */
  postponeFrom(send: LoggedSend, nowMs: number): void {
    for (let back = 1; back <= this.#size; back += 1) {
      const later = this.#last(back);
      later.ms = Math.max(later.ms, nowMs);
      if (later === send) return;
    }
  }

  /** Dates one send anew: it left later than those after it. One that the log no longer holds takes the place of the oldest. */
  redate(send: LoggedSend, nowMs: number): void {
    if (nowMs <= send.ms) return;
    send.ms = nowMs;
    // It moves forward to its new place, and what it passes moves back.
    let moved = send;
    for (let back = 1; back <= this.#size; back += 1) {
      const other = this.#last(back);
      if (other.ms > nowMs) continue;
      this.#sends[this.#at(back)] = moved;
      if (other === send) return;
      moved = other;
    }
  }

  /** Dates all sends since `sinceMs` anew: they may arrive only now. */
  postponeSince(sinceMs: number, nowMs: number): void {
    let count = 0;
    while (count < this.#size && this.#last(count + 1).ms >= sinceMs) count += 1;
    this.postpone(count, nowMs);
  }

  /** Whether no send counts any longer. */
  isEmpty(nowMs: number): boolean {
    return this.#size === 0 || this.#last(1).ms + this.windowMs <= nowMs;
  }

  get #size(): number {
    return Math.min(this.#count, this.limit);
  }

  /** The send that is `back` back: 1 is the last one. */
  #last(back: number): LoggedSend {
    return this.#sends[this.#at(back)]!;
  }

  #at(back: number): number {
    return (this.#count - back) % this.limit;
  }
}
