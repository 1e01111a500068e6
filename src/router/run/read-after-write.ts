import { creates, type Step, type StepObject, type Verdict } from '../../core/index.js';
import { shortName, type Clock } from '../../runtime/index.js';

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

/**
 * What this plan created, or may have, and what others created a moment ago: the read side of an API may lag behind its writes, so a 404 on
 * such an object only says "not yet".
 */
export class ReadAfterWrite {
  readonly #created = new Set<string>();

  constructor(private readonly recent: RecentCreations) {}

  /** Notes an attempt: one that created an object, or one that may have although its answer does not say so. */
  note({ effect, object, request }: Step, verdict: Verdict, mayHaveLanded: boolean): void {
    if (object === undefined) return;
    if (effect === 'delete' && verdict === 'ok') this.recent.remove(nameOf(object));
    if (!creates({ effect, method: request.method })) return;
    const name = nameOf(object);
    if (verdict === 'ok' || mayHaveLanded) this.#created.add(name);
    // Only what is certain is anything to other plans: of what was not created after all they would wait for nothing.
    if (verdict === 'ok') this.recent.add(name);
  }

  /** The verdict with that knowledge: a 404 on an object that may be there already is worth another attempt. */
  correct({ object }: Step, verdict: Verdict): Verdict {
    return verdict === 'notFound' && object !== undefined && this.#mayBeThere(nameOf(object))
      ? 'unavailable'
      : verdict;
  }

  #mayBeThere(name: string): boolean {
    return this.#created.has(name) || this.recent.has(name);
  }
}

/** Short: a long id would be kept in memory. */
function nameOf({ kind, id }: StepObject): string {
  return shortName(`${kind}:${id}`);
}
