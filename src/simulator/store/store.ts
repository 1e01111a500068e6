import { AttributeCatalogue, type UndeclaredAttributes } from '../validation/attribute-catalogue.js';
import { Collection, type ReadLag } from './collection.js';
import { EventLog } from './event-log.js';
import type { PREFERENCE_NAMES } from '../validation/fields.js';
import { IdMap, IdSet } from './id-map.js';

export type PreferenceName = (typeof PREFERENCE_NAMES)[number];

/** The preferences that were set; a name that is missing was never set, which means true. */
export type Preferences = Readonly<Partial<Record<PreferenceName, boolean>>>;

export interface WorldOptions {
  readonly now: () => number;
  readonly keepEvents: number;
  readonly undeclaredAttributes: UndeclaredAttributes;
}

/** Everything that the simulated PX remembers. */
export class World {
  readonly users: Collection;
  readonly accounts: Collection;
  readonly events: EventLog;
  readonly preferences = new IdMap<Preferences>();
  readonly denied = new IdSet();
  readonly attributes: AttributeCatalogue;

  constructor({ now, keepEvents, undeclaredAttributes }: WorldOptions) {
    // Preferences and denial outlive a soft deletion only: they are part of the history that comes back.
    this.users = new Collection(now, (id) => {
      this.preferences.delete(id);
      this.denied.delete(id);
    });
    this.accounts = new Collection(now, () => undefined);
    this.events = new EventLog(keepEvents);
    this.attributes = new AttributeCatalogue(undeclaredAttributes);
  }

  set readLag(lag: ReadLag | null) {
    this.users.lag = lag;
    this.accounts.lag = lag;
  }

  /** Deletes an account and all its users (Gainsight PX API description v0.1.6: the deletion cascades). */
  deleteAccount(id: string, hard: boolean): boolean {
    if (!this.accounts.delete(id, hard)) return false;
    for (const [userId, user] of this.users.live) {
      if (user.accountId === id) this.users.delete(userId, hard);
    }
    return true;
  }

  /** Forgets all but the declared attributes. */
  clear(): void {
    this.users.clear();
    this.accounts.clear();
    this.events.clear();
    this.preferences.clear();
    this.denied.clear();
  }
}
