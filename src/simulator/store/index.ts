/** What the simulated PX stores. */
export type { Collection, ReadLag } from './collection.js';
export { takeSnapshot } from './snapshot.js';
export type { Snapshot, SnapshotOptions } from './snapshot.js';
export { Store } from './store.js';
export type { Product, StoredPreferences } from './store.js';
