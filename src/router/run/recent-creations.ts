import type { Clock } from '../../runtime/index.js';

/** Far longer than any read side was seen to lag behind its writes. */
const KEPT_MS = 60_000;
const MOST = 10_000;

/** The objects that were created a moment ago, by name; of one API key and base URL. Bounded: the oldest are forgotten first. */
export class RecentCreations {
  readonly #atMs = new Map<string, number>();

  constructor(private readonly clock: Pick<Clock, 'nowMs'>) {}

  add(name: string): void {
    this.#atMs.delete(name);
    this.#atMs.set(name, this.clock.nowMs());
    this.#forgetOld();
  }

  remove(name: string): void {
    this.#atMs.delete(name);
  }

  has(name: string): boolean {
    const atMs = this.#atMs.get(name);
    return atMs !== undefined && this.clock.nowMs() - atMs <= KEPT_MS;
  }

  isEmpty(): boolean {
    this.#forgetOld();
    return this.#atMs.size === 0;
  }

  #forgetOld(): void {
    const oldestMs = this.clock.nowMs() - KEPT_MS;
    for (const [name, atMs] of this.#atMs) {
      if (atMs >= oldestMs && this.#atMs.size <= MOST) return;
      this.#atMs.delete(name);
    }
  }
}
