import type { RouteName, Verdict } from '../../core/index.js';
import type { RecentCreations } from './recent-creations.js';

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
 * What this plan created, or may have, and what others created a moment ago: PX's read side lags behind its writes, so a 404 on such an
 * object only says "not yet". (Seen by clients of the API; its description does not say how long.)
 */
export class UnseenObjects {
  readonly #created = new Set<ObjectKind>();

  /** @param lanes those of the plan, which are named after its objects */
  constructor(
    private readonly lanes: readonly string[],
    private readonly recent: RecentCreations,
  ) {}

  /** Notes an attempt: one that created an object, or one that may have although its answer does not say so. */
  note(route: RouteName, verdict: Verdict, mayHaveLanded: boolean): void {
    const kind = OBJECT_OF[route];
    if (kind === undefined) return;
    if (route === 'users.delete' && verdict === 'ok')
      this.#eachLane(kind, (lane) => this.recent.remove(lane));
    if (route !== 'users.create' && route !== 'accounts.create') return;
    if (verdict === 'ok' || mayHaveLanded) this.#created.add(kind);
    // Only what is certain is anything to other plans: of what was not created after all they would wait for nothing.
    if (verdict === 'ok') this.#eachLane(kind, (lane) => this.recent.add(lane));
  }

  /** The verdict with that knowledge: a 404 on an object that may be there already is worth another attempt. */
  correct(route: RouteName, verdict: Verdict): Verdict {
    const kind = OBJECT_OF[route];
    return verdict === 'notFound' && kind !== undefined && this.#mayBeThere(kind) ? 'unavailable' : verdict;
  }

  #mayBeThere(kind: ObjectKind): boolean {
    return this.#created.has(kind) || this.lanes.some((lane) => isOf(kind, lane) && this.recent.has(lane));
  }

  #eachLane(kind: ObjectKind, act: (lane: string) => void): void {
    for (const lane of this.lanes) if (isOf(kind, lane)) act(lane);
  }
}

function isOf(kind: ObjectKind, lane: string): boolean {
  return lane.startsWith(`${kind}:`);
}
