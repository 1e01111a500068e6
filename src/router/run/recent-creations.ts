import type { Clock } from '../../runtime/index.js';

/** Far longer than PX's read side was ever seen to lag. */
const KEPT_MS = 60_000;
const MOST = 10_000;

/** The objects that were created a moment ago, by their lanes; of one API key and base URL. Bounded: the oldest are forgotten first. */
export class RecentCreations {
  readonly #atMs = new Map<string, number>();

  constructor(private readonly clock: Pick<Clock, 'nowMs'>) {}

  add(lane: string): void {
    this.#atMs.delete(lane);
    this.#atMs.set(lane, this.clock.nowMs());
    this.#forgetOld();
  }

  remove(lane: string): void {
    this.#atMs.delete(lane);
  }

  has(lane: string): boolean {
    const atMs = this.#atMs.get(lane);
    return atMs !== undefined && this.clock.nowMs() - atMs <= KEPT_MS;
  }

  isEmpty(): boolean {
    this.#forgetOld();
    return this.#atMs.size === 0;
  }

  #forgetOld(): void {
    const oldestMs = this.clock.nowMs() - KEPT_MS;
    for (const [lane, atMs] of this.#atMs) {
      if (atMs >= oldestMs && this.#atMs.size <= MOST) return;
      this.#atMs.delete(lane);
    }
  }
}
