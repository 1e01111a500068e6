import type { JsonObject } from '../../core/index.js';
import type { StoredPreferences, Store } from './store.js';

/**
 * The state as JSON, sorted and without times of the simulator's clock: two runs that leave PX in the same
 * state give equal snapshots.
 */
export interface Snapshot {
  /** Sorted by `identifyId`, without soft-deleted users. */
  readonly users: readonly JsonObject[];
  /** Sorted by `id`. */
  readonly accounts: readonly JsonObject[];
  /** The kept events, with duplicates unless `distinctEvents` is set. */
  readonly events: readonly JsonObject[];
  /** Sorted by `identifyId`: users that exist and have a stored preference. */
  readonly preferences: readonly ({ readonly identifyId: string } & StoredPreferences)[];
  /** The ids of denylisted users that exist. */
  readonly denied: readonly string[];
}

export interface SnapshotOptions {
  /** Leaves out events that equal another one, because delivery is at least once. Default false. */
  readonly distinctEvents?: boolean;
}

/** Takes a snapshot. */
export function takeSnapshot(store: Store, { distinctEvents = false }: SnapshotOptions = {}): Snapshot {
  const events = store.events.list.map((event) => [canonicalText(event), event] as const).sort(byKey);
  const distinct = events.filter(([text], index) => !distinctEvents || text !== events[index - 1]?.[0]);
  return {
    users: records(store.users.live),
    accounts: records(store.accounts.live),
    events: distinct.map(([, event]) => canonical(event) as JsonObject),
    preferences: [...store.preferences]
      .filter(([id]) => store.users.live.has(id))
      .sort(byKey)
      .map(([identifyId, set]) => ({ identifyId, ...(canonical(set) as StoredPreferences) })),
    denied: [...store.denied].filter((id) => store.users.live.has(id)).sort(),
  };
}

function records(live: ReadonlyMap<string, JsonObject>): JsonObject[] {
  return [...live].sort(byKey).map(([, record]) => canonical(record) as JsonObject);
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function canonicalText(value: unknown): string {
  return JSON.stringify(canonical(value));
}

/** A copy with sorted keys. Recursion is safe: PX stores at most three levels. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(byKey);
  return Object.fromEntries(entries.map(([key, item]) => [key, canonical(item)]));
}
