/** Counts what happened within the last second, sliding: at most one second old, not since the clock's last second. */
export class SlidingSecond {
  #timesMs: number[] = [];
  #first = 0;

  /** Notes that something happens at `nowMs`. */
  add(nowMs: number): void {
    this.#timesMs.push(nowMs);
  }

  /** How many happened in the second that ends at `nowMs`. */
  count(nowMs: number): number {
    while (this.#first < this.#timesMs.length && this.#timesMs[this.#first]! <= nowMs - 1000)
      this.#first += 1;
    // The old half is given up only now and then: shifting an array for each request would cost more than the request.
    if (this.#first > 1024 && this.#first * 2 > this.#timesMs.length) {
      this.#timesMs = this.#timesMs.slice(this.#first);
      this.#first = 0;
    }
    return this.#timesMs.length - this.#first;
  }
}
