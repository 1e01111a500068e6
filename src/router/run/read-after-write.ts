import { creates, type Step, type StepObject, type Verdict } from '../../core/index.js';
import { shortName } from '../../runtime/index.js';
import type { RecentCreations } from './recent-creations.js';

/**
 * What this plan created, or may have, and what others created a moment ago: the read side of an API may lag behind its writes, so a 404 on
 * such an object only says "not yet".
 */
export class UnseenObjects {
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
