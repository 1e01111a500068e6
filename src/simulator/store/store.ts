import { AttributeCatalogue, type PreferenceName, type UndeclaredAttributes } from '../validation/index.js';
import { Collection, type ReadLag } from './collection.js';
import { EventLog } from './event-log.js';
import { IdMap, IdSet } from './id-map.js';

/** The preferences that were set. A missing one was never set, which means true. */
export type StoredPreferences = Readonly<Partial<Record<PreferenceName, boolean>>>;

interface StoreOptions {
  readonly now: () => number;
  readonly keepEvents: number;
  readonly undeclaredAttributes: UndeclaredAttributes;
  readonly products: readonly Product[];
}

/** A product of the subscription. */
export interface Product {
  readonly name: string;
  /** Its tag key: `AP-XXXXXXXXXX-2`. */
  readonly propertyKey: string;
}

/** Everything that the simulated PX stores. */
export class Store {
  readonly users: Collection;
  readonly accounts: Collection;
  readonly events: EventLog;
  readonly preferences = new IdMap<StoredPreferences>();
  readonly denied = new IdSet();
  readonly attributes: AttributeCatalogue;
  readonly products: readonly Product[];

  constructor({ now, keepEvents, undeclaredAttributes, products }: StoreOptions) {
    // Preferences and denylist survive a soft deletion, not a hard one: they belong to the history that comes
    // back.
    this.users = new Collection(now, (id) => {
      this.preferences.delete(id);
      this.denied.delete(id);
    });
    this.accounts = new Collection(now, () => undefined);
    this.events = new EventLog(keepEvents);
    this.products = products;
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

  /** Removes everything but the declared attributes and the products. */
  clear(): void {
    this.users.clear();
    this.accounts.clear();
    this.events.clear();
    this.preferences.clear();
    this.denied.clear();
  }
}
