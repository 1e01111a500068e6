import type { JsonObject } from '../../core/index.js';
import type { Preferences, World } from './store.js';

/**
 * The state as JSON, in an order that does not depend on the order of the requests, and without any time of the simulator's own:
 * two runs that leave PX in the same state give equal snapshots.
 */
export interface Snapshot {
  /** By `identifyId`; soft-deleted ones are not among them. */
  readonly users: readonly JsonObject[];
  /** By `id`. */
  readonly accounts: readonly JsonObject[];
  /** The events kept, duplicates among them unless left out. */
  readonly events: readonly JsonObject[];
  /** By `identifyId`; only users that exist and had one set. */
  readonly preferences: readonly ({ readonly identifyId: string } & Preferences)[];
  /** The ids of users that exist and are on the denylist. */
  readonly denied: readonly string[];
}

export interface SnapshotOptions {
  /** Leave out events that are equal to another; delivery is at least once. Default false. */
  readonly distinctEvents?: boolean;
}

/** Takes a snapshot. */
export function takeSnapshot(world: World, { distinctEvents = false }: SnapshotOptions = {}): Snapshot {
  const events = world.events.list.map((event) => [canonicalText(event), event] as const).sort(byKey);
  const distinct = events.filter(([text], index) => !distinctEvents || text !== events[index - 1]?.[0]);
  return {
    users: records(world.users.live),
    accounts: records(world.accounts.live),
    events: distinct.map(([, event]) => canonical(event) as JsonObject),
    preferences: [...world.preferences]
      .filter(([id]) => world.users.live.has(id))
      .sort(byKey)
      .map(([identifyId, set]) => ({ identifyId, ...(canonical(set) as Preferences) })),
    denied: [...world.denied].filter((id) => world.users.live.has(id)).sort(),
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

/** A copy with the keys of every object in one order. Records are shallow: nothing nested deeper than three levels is stored. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(byKey);
  return Object.fromEntries(entries.map(([key, item]) => [key, canonical(item)]));
}
