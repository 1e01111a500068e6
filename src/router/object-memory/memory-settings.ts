import { MEMORY_DEFAULTS, type RouterSettings } from '../options.js';
import { createMemoryObjectStore } from './memory-object-store.js';
import type { ObjectMemorySettings } from './object-memory.js';

/** The settings of a router's object memory; `undefined` when it has none. */
export function memorySettings({
  skipUnchanged,
  clock,
  api,
}: RouterSettings): ObjectMemorySettings | undefined {
  if (skipUnchanged === undefined) return undefined;
  const options = typeof skipUnchanged === 'number' ? { forMs: skipUnchanged } : skipUnchanged;
  const { forMs: keepMs, store = createMemoryObjectStore({ ...MEMORY_DEFAULTS, ...options }, clock) } =
    options;
  return { store, keepMs, clock, writes: api.objectWrites };
}
