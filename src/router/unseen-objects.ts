import type { RouteName } from '../core/plan.js';
import type { Verdict } from '../core/verdict.js';

type ObjectKind = 'user' | 'account';

/** Which object of the plan a route is about; a plan has at most one of each kind. */
const OBJECT_OF: Readonly<Record<RouteName, ObjectKind | undefined>> = {
  'users.update': 'user',
  'users.create': 'user',
  'users.delete': 'user',
  'users.deny': 'user',
  'accounts.update': 'account',
  'accounts.create': 'account',
  'events.create': undefined,
  'preferences.get': 'user',
  'preferences.set': 'user',
};

/**
 * What a plan created, or may have: PX's read side lags behind its writes, so a 404 on such an object only says "not yet".
 * (Seen by clients of the API; its description does not say how long.)
 */
export class UnseenObjects {
  readonly #created = new Set<ObjectKind>();

  /** Notes an attempt: one that created an object, or one that may have although its answer does not say so. */
  note(route: RouteName, verdict: Verdict, mayHaveLanded: boolean): void {
    if (route !== 'users.create' && route !== 'accounts.create') return;
    if (verdict === 'ok' || mayHaveLanded) this.#created.add(OBJECT_OF[route]!);
  }

  /** The verdict with that knowledge: a 404 on an object that may be there already is worth another attempt. */
  correct(route: RouteName, verdict: Verdict): Verdict {
    const kind = OBJECT_OF[route];
    return verdict === 'notFound' && kind !== undefined && this.#created.has(kind) ? 'unavailable' : verdict;
  }
}
