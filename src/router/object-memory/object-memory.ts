import { createHash } from 'node:crypto';
import type { StepObject } from '../../core/index.js';
import type { Clock } from '../../runtime/index.js';
import { readKnown, writeKnown, type KnownObject } from './known-object.js';
import type { ObjectStore, OpenObject } from './object-store.js';
import type { ObjectWrites } from './plan-write.js';

/** How the object memory of a router works. */
export interface ObjectMemorySettings {
  readonly store: ObjectStore;
  /** For how long a value that the destination accepted counts as held by it, in milliseconds. */
  readonly keepMs: number;
  readonly clock: Pick<Clock, 'epochMs'>;
  readonly writes: ObjectWrites;
}

/** An object that one step has for itself, and what is known of it. */
export interface HeldObject {
  readonly known: KnownObject;
  /** Leaves what stays true whatever becomes of a write that is about to be sent. */
  leave(known: KnownObject): Promise<void>;
  /** Ends the use of the object. */
  close(known: KnownObject): Promise<void>;
}

/** What the destination last accepted for the users and accounts of one API key and base URL. */
export class ObjectMemory {
  readonly #scope: { readonly origin: string; readonly keyFingerprint: string };

  constructor(
    readonly settings: ObjectMemorySettings,
    origin: string,
    apiKey: string,
  ) {
    this.#scope = { origin, keyFingerprint: createHash('sha256').update(apiKey).digest('hex') };
  }

  /**
   * Waits until nobody else writes the object. A fault of the store is not the plan's: then nothing is known, and nothing is kept.
   *
   * @throws the signal's reason
   */
  async hold({ kind, id }: StepObject, signal: AbortSignal): Promise<HeldObject> {
    const { store, keepMs } = this.settings;
    let object: OpenObject | undefined;
    let text: string | undefined;
    try {
      object = await store.open({ ...this.#scope, kind, id }, signal);
      ({ text } = object);
    } catch (thrown) {
      if (signal.aborted) throw thrown;
    }
    return {
      known: readKnown(text),
      leave: (known) => quietly(() => object?.leave(writeKnown(known), keepMs)),
      close: (known) => quietly(() => object?.close(writeKnown(known), keepMs)),
    };
  }
}

async function quietly(task: () => Promise<void> | undefined): Promise<void> {
  try {
    await task();
  } catch {
    // The store's own affair: see ObjectStore.
  }
}
