import { LRUCache } from 'lru-cache';
import { shortName, type Clock } from '../../runtime/index.js';
import type { ObjectStore, OpenObject } from './object-store.js';

/** What one entry takes besides its texts, in bytes: measured, in Node 20. */
const ENTRY_BYTES = 200;
/** A text with a character beyond Latin-1 takes two bytes for each. */
const BYTES_PER_CHARACTER = 2;

interface Limits {
  readonly maxObjects: number;
  /** Of all texts. */
  readonly maxBytes: number;
}

/**
 * A store in the memory of this process. It forgets what was used least when it is full. An object is open once at a time without a lock,
 * because plans of one object run one after another in their lane.
 */
export function createMemoryObjectStore(
  { maxObjects, maxBytes }: Limits,
  clock: Pick<Clock, 'nowMs'>,
): ObjectStore {
  const texts = new LRUCache<string, string>({
    max: maxObjects,
    maxSize: maxBytes,
    sizeCalculation: (text, key) => ENTRY_BYTES + BYTES_PER_CHARACTER * (text.length + key.length),
    ttlResolution: 0,
    perf: { now: () => clock.nowMs() },
  });
  return {
    open({ origin, keyFingerprint, kind, id }) {
      const key = `${origin} ${keyFingerprint} ${shortName(`${kind}:${id}`)}`;
      const leave: OpenObject['leave'] = (text, keepMs) => {
        if (text === undefined) texts.delete(key);
        else texts.set(key, text, { ttl: keepMs });
        return Promise.resolve();
      };
      return Promise.resolve({ text: texts.get(key), leave, close: leave });
    },
  };
}
